"""A new site's instruction sheets in a real browser: on the screen, on a phone, and on paper, whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from ingest.model.route import RouteKind
from ingest.reports.site_kit import SiteKitInput, build_site_kit, default_accounts
from tests.e2e.browser.pages import ARTEFACTS, DESKTOP, PHONE, open_page, scrolls_sideways, shot, violations

pytestmark = pytest.mark.browser

NAME = "Royal Infirmary of the Northern Dales and Westmoor NHS Foundation Trust, Radiotherapy Physics"
ROUTES = tuple(RouteKind)


@pytest.fixture(scope="module", params=["in Azure", "in folders"])
def sheets(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sheets of every route: of a site with mount scripts, and of one without."""
    accounts = default_accounts("hamletrt", "126", ROUTES) if request.param == "in Azure" else {}
    team = ("hamlet-data@example.org", "Hamlet.rt", "Image-based learning in radiotherapy")
    folder = tmp_path_factory.mktemp("kit")
    kit = build_site_kit(SiteKitInput("126", NAME, ROUTES, accounts, "hamlet", "126-1001", *team))
    for file, text in kit.items():
        (folder / file).write_text(text, encoding="utf-8")
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("route", [route.value for route in ROUTES])
def test_a_sheet_is_accessible_and_asks_for_nothing(
    browser: Browser, sheets: Path, complaints: list[str], route: str, viewport: dict[str, int]
) -> None:
    page = open_page(browser, sheets / f"instructions-{route}.html", complaints, viewport)
    assert violations(page) == []
    assert not scrolls_sideways(page)
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("route", [route.value for route in ROUTES])
def test_a_sheet_is_printed_whole_on_one_page_or_two(
    browser: Browser, sheets: Path, complaints: list[str], route: str
) -> None:
    page = open_page(browser, sheets / f"instructions-{route}.html", complaints)
    page.emulate_media(media="print")
    shot(page, f"instructions-{route}.html", "print")
    path = ARTEFACTS / f"instructions-{route}.pdf"
    page.pdf(path=path, format="A4")
    printed = PdfReader(path)
    assert len(printed.pages) in (1, 2)
    for sheet in printed.pages:
        assert sheet.extract_text().strip(), "no page is empty"
    on_paper = letters("".join(sheet.extract_text() for sheet in printed.pages))
    parts = page.locator("h1, h2, li, p").all_inner_texts()
    assert len(parts) > 12
    at = 0
    for part in parts:
        found = on_paper.find(letters(part), at)
        assert found >= 0, f"not printed, or not in its place: {part}"
        at = found + len(letters(part))
    page.context.close()


def letters(text: str) -> str:
    """Return a text without spaces: a line breaks elsewhere on paper."""
    return re.sub(r"\s", "", text)
