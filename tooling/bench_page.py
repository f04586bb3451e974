"""A bench's own section of docs/performance.md: between its two markers, written anew each time."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs/performance.md"


def write_section(name: str, rows: list[str], page: Path = PAGE) -> None:
    """Put `rows` between the markers of `name`. Raises ValueError where the page has none."""
    begin, end = f"<!-- {name}: written by make bench-{name} -->", f"<!-- end of {name} -->"
    head, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, closed, tail = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"the page has no section for {name}")
    text = "\n".join(rows)
    page.write_text(f"{head}{begin}\n\n{text}\n\n{end}{tail}", encoding="utf-8")
