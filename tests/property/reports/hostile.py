"""Hostile words, and what a page made of them may be built of."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import strategies as st

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</style><script>x</script>",
    "</title></svg><iframe src=//evil>",
    "{{ 7*7 }}{% for x in y %}",
    "a\r\nBcc: everyone@example.org",
    '=HYPERLINK("http://evil")',
    "invoice\u202efdp.exe",
    "\x1b]0;title\x07",
    "javascript:alert(1)",
)
hostile = st.one_of(st.sampled_from(PAYLOADS), st.text(max_size=60))


class Skeleton(HTMLParser):
    """The tags and attribute names of a page, and whether anything could run or be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.targets += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def skeleton(html: str) -> Skeleton:
    parser = Skeleton()
    parser.feed(html)
    return parser


HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"} | {
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
}
EMAIL_TAGS = {"html", "head", "meta", "title", "body", "main", "div", "p", "h1", "pre"}
