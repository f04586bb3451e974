"""The fuzz's account in words, and between its two marks in a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.run import Account

BEGIN, END = "<!-- fuzz: begin -->", "<!-- fuzz: end -->"


def figures(account: Account) -> Iterator[str]:
    """Yield the figures as rows of a table."""
    yield "| | |"
    yield "|---|---|"
    yield f"| inputs tried | {account.inputs:,} |"
    yield f"| worker deaths (ended, over 10 s, over 512 MiB, a check that raised) | {account.deaths} |"
    yield f"| filed | {account.unlike} |"
    yield f"| rejected | {account.rejected:,} |"
    yield f"| held | {account.held:,} |"
    yield f"| accepted: every file byte for byte what it was before | {account.unchanged:,} |"
    yield f"| accepted: another file, sound DICOM by pydicom's word (a number changed) | {account.sound:,} |"
    yield f"| slowest | {account.slowest:.2f} s (input {account.slowest_input}) |"
    yield f"| highest memory of the inspection process | {account.peak / 1024**2:.0f} MiB |"
    yield f"| finding codes raised | {len(account.codes)} |"


def write_into(page: Path, account: Account) -> None:
    """Put the figures between the marks of a page."""
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    lines = "\n".join(figures(account))
    page.write_text(f"{before}{BEGIN}\n{lines}\n{END}{after}", encoding="utf-8")
