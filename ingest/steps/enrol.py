"""The enrolment list: read from a CSV, compared, imported; the checks and the chase list use it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.ledger.enrolment import EnrolmentDifference
from ingest.ledger.errors import Refused
from ingest.model.review import EnrolmentRecord, EnrolmentState
from ingest.steps.parts import Parts
from ingest.trial.definition import Trial

#: Column → other headings that mean the same, in lower case.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "study_id": ("study id", "subject_id", "subject id"),
    "state": ("status",),
    "registered": ("registered on", "registration date", "date registered"),
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
_DAY = re.compile(r"(?P<y>\d{4})-?(?P<m>\d{2})-?(?P<d>\d{2})|(?P<d2>\d{2})/(?P<m2>\d{2})/(?P<y2>\d{4})")


@dataclass(frozen=True, slots=True)
class EnrolmentList:
    """What a CSV holds: records, and what is wrong with it, by line; nothing of a wrong one is imported."""

    records: tuple[EnrolmentRecord, ...]
    faults: tuple[str, ...]


def read_enrolment(text: str, trial: Trial) -> EnrolmentList:
    """Read a CSV with a heading. Faults name the line and the column, never what stands there."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    heading = next(rows, [])
    places, faults = _places(heading)
    records: dict[str, EnrolmentRecord] = {}
    for number, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        record, wrong = _record(cells, trial)
        faults += [f"line {number}: {item}" for item in wrong]
        if record is not None and record.subject_id in records:
            faults.append(f"line {number}: the study ID stands in the list twice")
        elif record is not None:
            records[record.subject_id] = record
    if not records and not faults:
        faults.append("the list is empty")
    return EnrolmentList(tuple(records.values()), tuple(faults))


def _places(heading: list[str]) -> tuple[dict[str, int], list[str]]:
    names = [cell.strip().lower() for cell in heading]
    places: dict[str, int] = {}
    for column, others in COLUMNS.items():
        found = [names.index(name) for name in (column, *others) if name in names]
        if found:
            places[column] = found[0]
    faults = (
        []
        if "study_id" in places
        else [f"line 1: there is no column study_id; expected: {', '.join(COLUMNS)}"]
    )
    return places, faults


def _record(cells: Mapping[str, str], trial: Trial) -> tuple[EnrolmentRecord | None, list[str]]:
    study_id, faults = cells.get("study_id", ""), []
    site = trial.study_id.site_of(study_id)
    if site is None:
        return None, ["study_id is not a study ID"]
    if trial.site(site) is None:
        faults.append("study_id is of a site that the trial file does not have")
    state = _STATES.get(cells.get("state", "").lower())
    if state is None:
        faults.append("state is neither enrolled nor withdrawn")
    sex = _SEXES.get(cells.get("sex", "").lower())
    if sex is None:
        faults.append("sex is not M, F or O")
    registered = _day(cells.get("registered", ""))
    if registered is None:
        faults.append("registered is not a date (2026-03-31, 20260331 or 31/03/2026)")
    if faults or state is None or sex is None or registered is None:
        return None, faults
    arm, tumour_site = cells.get("arm", ""), cells.get("tumour_site", "")
    return EnrolmentRecord(study_id, state, registered, sex, arm, tumour_site, site), []


def _day(text: str) -> str | None:
    if not text:
        return ""
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.group("y", "m", "d") if match.group("y") else match.group("y2", "m2", "d2")
    is_day = 1 <= int(month) <= 12 and 1 <= int(day) <= 31
    return f"{year}{month}{day}" if is_day else None


def compare_enrolment(parts: Parts, wanted: EnrolmentList) -> EnrolmentDifference:
    """Say what importing a list would change; nothing is written."""
    with parts.ledger.read() as tx:
        return tx.enrolment.compare(wanted.records)


def import_enrolment(parts: Parts, wanted: EnrolmentList, *, by: str, reason: str) -> EnrolmentDifference:
    """Import a list whole. Raises Refused where anything is wrong in it, or without a person or a reason."""
    if wanted.faults:
        raise Refused(f"the list has {len(wanted.faults)} faults: nothing was imported")
    if not by.strip() or not reason.strip():
        raise Refused("an import needs a person and a reason")
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
