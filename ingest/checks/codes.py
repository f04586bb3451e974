"""The finding codes: data. A code's table is read when it is first asked for: a check raises a handful."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from ingest.model.finding import Effect, FindingCode, Scope, Severity

#: The header of a code's table, on a line of its own.
_HEADER = re.compile(r"^\[([A-Z]{3}[0-9]{3})\]$", re.MULTILINE)


class _Codes(Mapping[str, FindingCode]):
    """The tables of finding_codes.toml by code."""

    def __init__(self, text: str) -> None:
        pieces = _HEADER.split(text)
        self._tables = dict(zip(pieces[1::2], pieces[2::2], strict=True))
        self._read: dict[str, FindingCode] = {}

    def __getitem__(self, code: str) -> FindingCode:
        found = self._read.get(code)
        if found is None:
            found = self._read[code] = _read(code, self._tables[code])
        return found

    def __contains__(self, code: object) -> bool:
        return code in self._tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


@cache
def load_codes() -> Mapping[str, FindingCode]:
    """Return every code of finding_codes.toml, by code."""
    return _Codes((Path(__file__).parent / "finding_codes.toml").read_text(encoding="utf-8"))


def _read(code: str, table: str) -> FindingCode:
    entry = tomllib.loads(table)
    return FindingCode(
        code=code,
        name=entry["name"],
        severity=Severity(entry["severity"]),
        scope=Scope(entry["scope"]),
        effect=Effect(entry["effect"]),
        message=entry["message"],
        action=entry["action"],
    )
