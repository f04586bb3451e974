"""The enrolment list: read from a CSV, compared, imported; the checks and the chase list use it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ingest.ledger.enrolment import EnrolmentDifference
from ingest.ledger.errors import Refused
from ingest.model.review import EnrolmentRecord, EnrolmentState
from ingest.reports.plain_text import counted
from ingest.steps.parts import Parts
from ingest.trial.definition import Trial

#: Column → other headings that mean the same, in lower case.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "study_id": ("study id", "subject_id", "subject id", "trial id", "participant id"),
    "state": ("status",),
    "registered": ("registered on", "registration date", "date registered", "date of registration"),
    "sex": (),
    "arm": ("treatment arm",),
    "tumour_site": ("tumour site", "tumor site"),
}
_STATES = {
    "": EnrolmentState.ENROLLED,
    "enrolled": EnrolmentState.ENROLLED,
    "active": EnrolmentState.ENROLLED,
    "withdrawn": EnrolmentState.WITHDRAWN,
}
_SEXES = {"": "", "m": "M", "male": "M", "f": "F", "female": "F", "o": "O", "other": "O"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})")
_UK = re.compile(r"(?P<day>\d{1,2})[/. -](?P<month>\d{1,2}|[A-Za-z]{3})[/. -](?P<year>\d{4})")
#: An arm or a tumour site in words: nothing that could be a number of a patient.
_WORDS = re.compile(r"(?!.*\d{5})[\w .,:;+/()&-]{0,60}")
_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class EnrolmentList:
    """What a CSV holds: records, and what is wrong with it, by line; nothing of a wrong one is imported.

    unused: how many columns have a heading that says nothing to this program; nothing of them is kept.
    """

    records: tuple[EnrolmentRecord, ...]
    faults: tuple[str, ...]
    unused: int = 0


def decode_list(data: bytes) -> str:
    """Return the text of a CSV as spreadsheets save it: UTF-8 or UTF-16. Raises Refused."""
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("the list is not UTF-8: save it as `CSV UTF-8`") from None


def read_enrolment(text: str, trial: Trial) -> EnrolmentList:
    """Read a CSV with a heading; commas, semicolons or tabs between its columns.

    Faults name the line and the column, never what stands there.
    """
    heading_line = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=heading_line.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        places, unused = _places(next(rows, []))
        if "study_id" not in places:
            return EnrolmentList(
                (), (f"line 1: there is no column study_id; expected: {', '.join(COLUMNS)}",)
            )
        records, faults = _records(rows, places, trial)
    except csv.Error:
        return EnrolmentList((), (f"line {rows.line_num}: a quotation mark does not match",), 0)
    if not records and not faults:
        faults.append("the list is empty")
    return EnrolmentList(tuple(records), tuple(faults), unused)


def _places(heading: list[str]) -> tuple[dict[str, int], int]:
    """Return column → its place, and how many headings are none of ours."""
    names = [" ".join(cell.split()).lower() for cell in heading]
    places: dict[str, int] = {}
    for column, others in COLUMNS.items():
        found = [names.index(name) for name in (column, *others) if name in names]
        if found:
            places[column] = found[0]
    return places, sum(bool(name) for name in names) - len(places)


class _Rows(Protocol):
    """What `csv.reader` returns."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


def _records(rows: _Rows, places: Mapping[str, int], trial: Trial) -> tuple[list[EnrolmentRecord], list[str]]:
    records: dict[str, tuple[int, EnrolmentRecord]] = {}
    faults: list[str] = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        number = rows.line_num
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        record, wrong = _record(cells, trial)
        faults += [f"line {number}: {item}" for item in wrong]
        if record is None:
            continue
        if record.subject_id in records:
            faults.append(
                f"line {number}: the study ID stands on line {records[record.subject_id][0]} already"
            )
        else:
            records[record.subject_id] = (number, record)
    return [record for _, record in records.values()], faults


def _record(cells: Mapping[str, str], trial: Trial) -> tuple[EnrolmentRecord | None, list[str]]:
    study_id, faults = cells.get("study_id", ""), []
    site = trial.study_id.site_of(study_id)
    if site is None:
        return None, [f"study_id is not a study ID; one looks like {trial.study_id.example}"]
    if trial.site(site) is None:
        faults.append(f"study_id is of a site that the trial file does not have ({site})")
    state = _STATES.get(cells.get("state", "").lower())
    if state is None:
        faults.append("state is neither enrolled nor withdrawn")
    sex = _SEXES.get(cells.get("sex", "").lower())
    if sex is None:
        faults.append("sex is not M, F or O")
    registered = _day(cells.get("registered", ""))
    if registered is None:
        faults.append("registered is not a date (2026-03-31, 31/03/2026 or 31-Mar-2026)")
    arm, tumour_site = cells.get("arm", ""), cells.get("tumour_site", "")
    for column, words in (("arm", arm), ("tumour_site", tumour_site)):
        if not _WORDS.fullmatch(words):
            faults.append(f"{column} is no short text without long numbers")
    if faults or state is None or sex is None or registered is None:
        return None, faults
    return EnrolmentRecord(study_id, state, registered, sex, arm, tumour_site, site), []


def _day(text: str) -> str | None:
    """Return a date as 20260331; empty for none, None where it is no day of the calendar."""
    if not text:
        return ""
    match = _ISO.fullmatch(text) or _UK.fullmatch(text)
    if match is None:
        return None
    month = match["month"].lower()
    number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month) if month.isdigit() else 0
    try:
        return f"{date(int(match['year']), number, int(match['day'])):%Y%m%d}"
    except ValueError:
        return None


def require_faultless(wanted: EnrolmentList) -> None:
    """Raise Refused where anything is wrong in a list."""
    if wanted.faults:
        found = counted(len(wanted.faults), "fault")
        raise Refused(f"the list has {found}, and nothing of it was imported: put it right, then import it")


def withdrawn_here(parts: Parts, wanted: EnrolmentList) -> tuple[str, ...]:
    """Return who takes part by the list, and was withdrawn here: an import does not bring them back."""
    enrolled = [item.subject_id for item in wanted.records if item.state is EnrolmentState.ENROLLED]
    with parts.ledger.read() as tx:
        return tuple(subject_id for subject_id in enrolled if tx.subjects.is_withdrawn(subject_id))


def compare_enrolment(parts: Parts, wanted: EnrolmentList) -> EnrolmentDifference:
    """Say what importing a list would change; nothing is written."""
    with parts.ledger.read() as tx:
        return tx.enrolment.compare(wanted.records)


def import_enrolment(parts: Parts, wanted: EnrolmentList, *, by: str, reason: str) -> EnrolmentDifference:
    """Import a list whole. Raises Refused where anything is wrong in it, or without a person or a reason."""
    require_faultless(wanted)
    if not by.strip() or not reason.strip():
        raise Refused("an import needs a person and a reason: --by and --reason")
    with parts.ledger.write() as tx:
        changed = tx.enrolment.replace(wanted.records)
        detail: dict[str, str | int | bool | None] = {
            "added": len(changed.added),
            "changed": len(changed.changed),
            "withdrawn": ", ".join(changed.withdrawn),
            "absent": len(changed.absent),
            "unchanged": changed.unchanged,
            "reason": reason,
        }
        tx.audit.append("enrolment-imported", by=by, detail=detail)
    return changed
