"""Find the line of a key in a TOML text, so that a message can name it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-\"']+)\s*=")


def find_line(text: str, path: Sequence[str | int]) -> int | None:
    """Return the line (from 1) of the key at `path`, or of the nearest table above it; None: not in the text.

    `path` is what pydantic calls the location: table names, positions in arrays of tables, a key.
    """
    wanted = list(path)
    best: tuple[int, int] | None = None
    table: list[str | int] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            table = _table_path(header[1], header[2], seen)
            here = table
        elif (key := _KEY.match(line)) is not None:
            here = [*table, key[1].strip("\"'")]
        else:
            continue
        depth = len(here)
        if depth and wanted[:depth] == here and (best is None or depth > best[0]):
            best = (depth, number)
    return best[1] if best else None


def _table_path(brackets: str, name: str, seen: dict[str, int]) -> list[str | int]:
    """Return the path of a table; an array of tables carries its position, and so do tables below it."""
    if brackets == "[[":
        seen[name] = seen.get(name, -1) + 1
    path: list[str | int] = []
    prefix = ""
    for part in name.split("."):
        prefix = f"{prefix}.{part}" if prefix else part
        path.append(part.strip().strip("\"'"))
        if prefix in seen:
            path.append(seen[prefix])
    return path
