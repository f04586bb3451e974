"""The reports in a real browser: desktop, phone, dark, print, keyboard, and axe-core without a violation.

Screenshots are kept in test-artefacts/browser/ and are there to be looked at.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ingest.model.route import RouteKind, ShareAddress
from ingest.reports.content import build_submission_report
from ingest.reports.delivery import ShareDelivery
from ingest.reports.letters import index_entry, parcel_of
from ingest.reports.preview import write_preview
from ingest.reports.samples import sample_submissions
from tests.e2e.browser.pages import (
    ARTEFACTS,
    DESKTOP,
    PHONE,
    open_page,
    scrolls_sideways,
    shot,
    violations,
)

pytestmark = pytest.mark.browser

SUBMISSIONS = tuple(f"submission-{name}.html" for name in sample_submissions())
# Between them these have every part that a page on a submission can have.
TELLING = ("submission-complete.html", "submission-name-left.html", "submission-batch.html")
OTHERS = (
    "index.html",
    "site.html",
    "trial.html",
    "pictures.html",
    "morning.html",
    "reports/index.html",
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every page that the program can write, in one folder."""
    folder = tmp_path_factory.mktemp("preview")
    write_preview(folder)
    share = ShareAddress(RouteKind.EXPLORER, "123", "folder:/x")
    reports = [build_submission_report(source) for source in sample_submissions().values()]
    parcel = parcel_of(reports[0], share, key="k", index=tuple(index_entry(report) for report in reports))
    (folder / "reports").mkdir()
    ShareDelivery(lambda _, path, data: _write(folder / path, data)).deliver(parcel)
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    return folder


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


VIEWS = [
    *((name, "desktop", DESKTOP, "light") for name in SUBMISSIONS + OTHERS),
    *((name, "phone", PHONE, "light") for name in TELLING + OTHERS),
    *((name, "dark", DESKTOP, "dark") for name in TELLING + OTHERS),
]


@pytest.mark.parametrize(("name", "kind", "viewport", "scheme"), VIEWS)
def test_a_page_is_accessible_and_asks_for_nothing(
    browser: Browser,
    pages: Path,
    complaints: list[str],
    name: str,
    kind: str,
    viewport: dict[str, int],
    scheme: str,
) -> None:
    page = open_page(browser, pages / name, complaints, viewport, scheme)
    shot(page, name, kind)
    assert violations(page) == []
    assert not scrolls_sideways(page)
    assert complaints == []
    page.context.close()


def test_the_page_of_all_texts_is_accessible(browser: Browser, pages: Path, complaints: list[str]) -> None:
    page = open_page(browser, pages / "texts.html", complaints)
    assert violations(page) == []
    assert complaints == []
    page.context.close()


def test_the_answer_is_seen_without_scrolling_on_a_phone(
    browser: Browser, pages: Path, complaints: list[str]
) -> None:
    for name in ("submission-awaiting.html", "submission-batch.html", "submission-to-be-looked-at.html"):
        page = open_page(browser, pages / name, complaints, PHONE)
        box = page.locator("h1").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < PHONE["height"] / 2
        page.context.close()


@pytest.mark.parametrize("name", ["submission-awaiting.html", "submission-batch.html", "site.html"])
def test_a_page_prints_with_everything_open_and_without_colour(
    browser: Browser, pages: Path, complaints: list[str], name: str
) -> None:
    page = open_page(browser, pages / name, complaints)
    page.emulate_media(media="print")
    shot(page, name, "print")
    pdf = page.pdf(path=ARTEFACTS / f"{name.removesuffix('.html')}.pdf", format="A4")
    assert pdf.startswith(b"%PDF")
    band = page.locator(".band").first
    assert band.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
    closed = page.locator("details:not([open], .in-words, .folded, .folded *) > *:not(summary)")
    assert all(closed.nth(n).is_visible() for n in range(min(closed.count(), 10)))
    page.context.close()


def test_on_paper_a_complete_patient_of_a_batch_takes_one_line(
    browser: Browser, pages: Path, complaints: list[str]
) -> None:
    page = open_page(browser, pages / "submission-batch.html", complaints)
    page.emulate_media(media="print")
    folded = page.locator(".folded")
    assert folded.locator("summary").first.inner_text().startswith("What arrived: 98 images, 1 structure set")
    assert not folded.locator("table").first.is_visible()
    page.context.close()


def test_no_gap_lies_out_of_sight_on_a_phone(browser: Browser, pages: Path, complaints: list[str]) -> None:
    page = open_page(browser, pages / "submission-awaiting.html", complaints, PHONE)
    for name in (".gap-label", ".broken-cross"):
        box = page.locator(name).first.bounding_box()
        assert box is not None and box["x"] + box["width"] < PHONE["width"]
    page.context.close()


def test_everything_is_reached_by_keyboard(browser: Browser, pages: Path, complaints: list[str]) -> None:
    page = open_page(browser, pages / "submission-awaiting.html", complaints)
    stops = page.locator("a[href], summary, [tabindex='0']").count()
    reached = []
    for _ in range(stops):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.outerHTML.slice(0, 60)"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert reached[0].startswith('<a class="skip"')
    assert len(set(reached)) > stops / 2
    assert "BODY" not in {page.evaluate("document.activeElement.tagName")}
    page.context.close()


def test_a_closed_part_opens_by_keyboard(browser: Browser, pages: Path, complaints: list[str]) -> None:
    page = open_page(browser, pages / "submission-complete.html", complaints)
    summary = page.get_by_text("Series by series")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("Planning CT: CT, series 2, 98 images (numbers 1 to 98)").is_visible()
    page.context.close()


def test_the_skip_link_leads_to_the_answer(browser: Browser, pages: Path, complaints: list[str]) -> None:
    page = open_page(browser, pages / "submission-complete.html", complaints)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    page.context.close()


def test_what_is_expected_leads_to_its_steps(browser: Browser, pages: Path, complaints: list[str]) -> None:
    page = open_page(browser, pages / "submission-awaiting.html", complaints)
    link = page.get_by_role("link", name="Export the dose cube").first
    target = (link.get_attribute("href") or "")[1:]
    assert page.locator(f"[id='{target}'] li").count() >= 3
    page.context.close()


def test_a_page_runs_no_script_even_if_one_were_there(
    browser: Browser, tmp_path: Path, complaints: list[str]
) -> None:
    made = build_submission_report(sample_submissions()["complete"])
    parcel = parcel_of(made, ShareAddress(RouteKind.SMB, "123", "folder:/x"), key="k")
    path = tmp_path / "planted.html"
    path.write_text(parcel.html.replace("</main>", "<script>document.title='run'</script></main>"))
    page = open_page(browser, path, complaints)
    assert page.title() != "run"
    assert any("Content Security Policy" in complaint for complaint in complaints)
    page.context.close()
