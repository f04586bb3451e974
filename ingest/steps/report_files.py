"""Reports as files: reports/<submission>/, where the study team can open them and deliveries take them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.archive.disk import replace_file
from ingest.archive.places import Places
from ingest.model.errors import TransientError
from ingest.model.route import ShareAddress
from ingest.model.wire import from_wire, to_wire
from ingest.reports.letters import index_entry
from ingest.reports.ports import IndexEntry
from ingest.reports.report import SubmissionReport

#: Format → name of the file.
FILE_NAMES = {"html": "report.html", "json": "report.json", "text": "report.txt"}
_SOURCE = "source-{revision}.json"
#: The newest report's line in its share's index: hundreds are read for each delivery.
_ANSWER = "answer.json"


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report as it was made, to be rendered again for each way back."""

    report: SubmissionReport
    share: ShareAddress
    revision: int


def report_folder(places: Places, submission_id: str) -> Path:
    """Return the folder of a submission's reports."""
    return places.reports / submission_id


def write_report(places: Places, stored: StoredReport, rendered: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Write the report in every format, in the place of an earlier one; return what was written."""
    folder = report_folder(places, stored.report.submission_id)
    source = json.dumps(to_wire(stored)).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / _SOURCE.format(revision=stored.revision), source, folder)
        for kind, data in rendered.items():
            replace_file(folder / FILE_NAMES[kind], data, folder)
        answer = json.dumps(to_wire(index_entry(stored.report))).encode()
        replace_file(folder / _ANSWER, answer, folder)
    except OSError as error:
        raise TransientError(f"The report could not be written: {error.strerror}.") from None
    return rendered


def read_report(places: Places, submission_id: str, revision: int) -> StoredReport:
    """Return a report as it was made. Raises TransientError where it is not there."""
    path = report_folder(places, submission_id) / _SOURCE.format(revision=revision)
    try:
        return from_wire(StoredReport, json.loads(path.read_bytes()))
    except OSError:
        raise TransientError("The report's file is not there.") from None


def answers(places: Places, submission_ids: list[str]) -> list[IndexEntry]:
    """Return the newest report's answer of each submission that has one."""
    found = (_answer(places, submission_id) for submission_id in submission_ids)
    return [entry for entry in found if entry is not None]


def _answer(places: Places, submission_id: str) -> IndexEntry | None:
    try:
        data = (report_folder(places, submission_id) / _ANSWER).read_bytes()
    except FileNotFoundError:
        stored = newest_stored(places, submission_id)
        return index_entry(stored.report) if stored is not None else None
    except OSError as error:
        raise TransientError(f"A report could not be read: {error.strerror}.") from None
    return from_wire(IndexEntry, json.loads(data))


def newest_stored(places: Places, submission_id: str) -> StoredReport | None:
    """Return a submission's newest report as it was made, None where there is none."""
    sources = report_folder(places, submission_id).glob("source-*.json")
    revisions = [int(path.stem.partition("-")[2]) for path in sources]
    return read_report(places, submission_id, max(revisions)) if revisions else None
