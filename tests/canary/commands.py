"""Every command that shows something, to be run on a service that holds canaries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ingest.cli import COMMANDS

_BY = ("--by", "T. Ester", "--reason", "a test")
_SECOND = ("--by", "S. Econd", "--reason", "I agree")


def showing_commands(submissions: Sequence[str], subjects: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the command lines, `ingest` left out; only of commands that there are."""
    lines: list[tuple[str, ...]] = [
        ("status",),
        ("status", "--json"),
        ("submissions",),
        ("submissions", "--json"),
        ("health",),
        ("routes", "check"),
        ("reprocess", "submission", submissions[0], "--run", "canaries", "--dry-run", *_BY),
        ("reprocess", "show", "canaries"),
        ("reprocess", "show", "canaries", "--json"),
        ("reprocess", "show", "canaries", "--csv"),
        ("reprocess", "show", "canaries", "--html"),
        ("held", "list"),
        ("held", "list", "--json"),
        ("metrics",),
        ("report", "site", "123"),
        ("report", "trial"),
        ("report", "morning"),
        ("archive", "verify"),
        ("subjects",),
        ("series",),
        ("instances",),
        ("approvals", "list"),
        ("waivers", "list"),
    ]
    for item, submission in enumerate(submissions, 1):
        lines += [("show", submission), ("show", submission, "--attempts"), ("held", "show", str(item))]
    lines += [("subject", subject) for subject in subjects]
    return [line for line in lines if line[0] in COMMANDS]


def acting_commands(submissions: Sequence[str]) -> list[tuple[str, ...]]:
    """Return what people do to held data: reject it, purge it, the second person confirming."""
    lines = [
        ("held", "reject", "1", *_BY),
        ("held", "purge", "2", *_BY),
        # Which submission the second item is of hangs on what was held first.
        *(("held", "confirm", f"purge:{item}:1", *_SECOND) for item in submissions[:5]),
        ("held", "list"),
        *(("show", item) for item in submissions[:5]),
    ]
    return [line for line in lines if line[0] in COMMANDS]


def check_commands(zips: Iterable[Path], routes: Iterable[str]) -> list[tuple[str, ...]]:
    """Return `ingest check` on each zip by its route, as JSON and in words."""
    pairs = list(zip(zips, routes, strict=False))
    return [
        ("check", str(path), "--route", route, *form) for path, route in pairs for form in (("--json",), ())
    ]
