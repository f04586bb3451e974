"""The data managers' reports as files: sites/<site>/<day>/, trial/<day>/ and morning/<day>/ under reports/.

Deliveries take them from there, so that what goes out is what is kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from ingest.archive.disk import replace_file
from ingest.archive.places import Places
from ingest.model.errors import TransientError
from ingest.model.wire import from_wire, to_wire

T = TypeVar("T")


class Kept(StrEnum):
    """Which report a message in the outbox is about (`kept` of its payload)."""

    SITE = "site"
    TRIAL = "trial"
    MORNING = "morning"


def site_place(places: Places, site: str, day: str) -> Path:
    """Return the folder of a site's report of a day."""
    return places.reports / "sites" / site / day


def trial_place(places: Places, day: str) -> Path:
    """Return the folder of the trial report of a day."""
    return places.reports / "trial" / day


def morning_place(places: Places, day: str) -> Path:
    """Return the folder of a morning's e-mail."""
    return places.reports / "morning" / day


def keep(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write the files, in the place of those of their names. Raises TransientError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            replace_file(folder / name, data, folder)
    except OSError as error:
        raise TransientError(f"A report could not be written: {error.strerror}.") from None
    return tuple(folder / name for name in files)


def describe(report: object) -> bytes:
    """Return a report as the JSON that `read_kept` reads."""
    return json.dumps({"schema": 1, **to_wire(report)}, ensure_ascii=False).encode()


def read_kept(kind: type[T], folder: Path, name: str) -> T:
    """Return a report from its JSON. Raises TransientError where it is not there."""
    document: dict[str, Any] = json.loads(read_bytes(folder, name))
    document.pop("schema", None)
    return from_wire(kind, document)


def read_bytes(folder: Path, name: str) -> bytes:
    """Return a kept file. Raises TransientError where it is not there."""
    try:
        return (folder / name).read_bytes()
    except OSError:
        raise TransientError(f"The report's file {name} is not there.") from None
