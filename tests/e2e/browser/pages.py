"""Pages in a real browser, as the tests of pages open, judge and photograph them."""

from pathlib import Path

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[3]
AXE = ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
ARTEFACTS = ROOT / "test-artefacts" / "browser"
CHROMIUM = "/usr/bin/chromium"

DESKTOP, PHONE = {"width": 1200, "height": 900}, {"width": 390, "height": 800}


def open_page(
    browser: Browser,
    path: Path,
    complaints: list[str],
    viewport: dict[str, int] = DESKTOP,
    scheme: str = "light",
) -> Page:
    page = browser.new_context(viewport=viewport, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request", lambda request: complaints.append(request.url) if request.url != path.as_uri() else None
    )
    page.goto(path.as_uri())
    return page


def shot(page: Page, name: str, kind: str) -> None:
    stem = name.removesuffix(".html").replace("/", "-")
    page.screenshot(path=ARTEFACTS / f"{stem}-{kind}.png", full_page=True)


def violations(page: Page) -> list[str]:
    """Run axe-core past the page's own policy, which forbids every script."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text()})
    answer = session.send(
        "Runtime.evaluate",
        {
            "expression": "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map("
            "v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 120)).join(' | ')))",
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    assert "exceptionDetails" not in answer, answer
    found: list[str] = answer["result"]["value"]
    return found


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
