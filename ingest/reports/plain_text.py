"""Words for people: text made harmless, counts, sizes, dates and lists in British English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime

#: A single text of the data is cut at this many characters: no report is flooded by one value.
LONGEST = 600

# Controls (line feed and tab become spaces first), bidirectional marks, private use, unassigned: what has no
# visible form of its own.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SPACES = re.compile(r"\s+")
_FORMULA = ("=", "+", "-", "@")


def clean(text: object, longest: int = LONGEST) -> str:
    """Return `text` on one line, without control, bidirectional, private-use and invisible characters."""
    line = str(text)
    if not line.isascii() or not line.isprintable():
        line = "".join(char for char in line if char.isspace() or unicodedata.category(char) not in _HIDDEN)
    line = _SPACES.sub(" ", line).strip()
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def csv_cell(value: object) -> str:
    """Return a cell that no spreadsheet reads as a formula: an apostrophe goes before `= + - @` at its start.

    Full-width forms count too: some spreadsheets fold them.
    """
    text = clean(value)
    return f"'{text}" if unicodedata.normalize("NFKC", text[:1]).startswith(_FORMULA) else text


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return `1 image`, `2 images`, `1,204 images`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def joined(parts: Sequence[str], most: int = 0) -> str:
    """Return `a, b and c`; with `most`, the rest are counted: `a, b and 3 more`."""
    if most and len(parts) > most:
        return f"{', '.join(parts[:most])} and {len(parts) - most} more"
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part) if parts else ""


def size_in_words(size: int) -> str:
    """Return a size as file browsers show it: `812 KB`, `1.4 GB` (powers of 1,024)."""
    amount = float(size)
    for unit in ("bytes", "KB", "MB", "GB"):
        if amount < 1024:
            return (
                f"{amount:.0f} {unit}" if unit in ("bytes", "KB") or amount >= 100 else f"{amount:.1f} {unit}"
            )
        amount /= 1024
    return f"{amount:.1f} TB"


def day_in_words(day: date) -> str:
    """Return `23 November 2026`."""
    return f"{day.day} {day:%B %Y}"


def moment_in_words(moment: datetime) -> str:
    """Return `23 November 2026 at 09:05 (UTC)`; the zone is named: sites compare clocks."""
    zone = moment.tzname() or ""
    return f"{day_in_words(moment)} at {moment:%H:%M}" + (f" ({zone})" if zone else "")


def days_in_words(days: float) -> str:
    """Return `less than a day`, `1 day`, `12 days`."""
    whole = int(days)
    return "less than a day" if whole < 1 else counted(whole, "day")


def mail_address(text: str) -> str:
    """Return an e-mail address that may stand in a link, else nothing."""
    return text if re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+", text) else ""


def sentence(text: str) -> str:
    """Return `text` with a capital first letter and a full stop."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
