"""Who a package is about: each instance's subject, and whether names and IDs agree (DESIGN section 1).

Used inside the inspection process, one instance at a time. Values are compared; findings hold none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ingest.checks.subject_id import (
    SubjectIdReading,
    is_as_long_as,
    read_subject_id,
    read_zip_name,
    suggest,
)
from ingest.model.finding import MAX_INSTANCES, ZIP_NAME, Finding, InstanceRef
from ingest.model.inspection import SubjectFacts
from ingest.model.route import RouteKind
from ingest.trial.definition import Trial

_PLACES = {
    "PatientID": "(0010,0020)",
    "PatientName": "(0010,0010)",
    "ClinicalTrialSubjectID": "(0012,0040)",
    "ClinicalTrialSiteID": "(0012,0030)",
}


@dataclass(frozen=True, slots=True)
class IdentityValues:
    """What an instance says of its patient, decoded; "" where absent or empty."""

    patient_id: str = ""
    patient_name: str = ""
    trial_subject_id: str = ""
    trial_site_id: str = ""


@dataclass(slots=True)
class _Tally:
    """Instances with the same finding."""

    count: int = 0
    instances: list[InstanceRef] = field(default_factory=list)

    def add(self, ref: InstanceRef) -> None:
        self.count += 1
        if len(self.instances) < MAX_INSTANCES:
            self.instances.append(ref)


@dataclass(slots=True)
class _Subject:
    """One subject of the package so far. `first`: PatientID and PatientName of its first instance."""

    label: str
    reading: SubjectIdReading
    study_id: str | None
    is_assigned: bool
    instances: int = 0
    first: tuple[str, str] | None = None
    tallies: dict[tuple[str, str], _Tally] = field(default_factory=dict)


class PackageIdentity:
    """Labels the instances of one package and gathers what is wrong with their study IDs.

    package_name: may identify a patient; read once, here.
    assign:       subject label as read → study ID that a person assigned; the data's own no longer counts.
    """

    def __init__(
        self,
        trial: Trial,
        route: RouteKind,
        sender_site: str | None,
        package_name: str,
        assign: Mapping[str, str] | None = None,
    ) -> None:
        self._trial = trial
        self._route = route
        self._site = sender_site
        self._assign = dict(assign or {})
        self._zip = read_zip_name(package_name, trial.study_id, sender_site)
        self._subjects: dict[str, _Subject] = {}
        self._unidentified = 0
        self._allowed: tuple[tuple[str, str], frozenset[str]] | None = None

    def see(self, ref: InstanceRef, values: IdentityValues) -> str:
        """Return the label of the instance's subject; take note of what does not agree."""
        subject = self._subject_of(_strip(values.patient_id))
        subject.instances += 1
        if not subject.is_assigned:
            if self._route is RouteKind.EGRESS:
                self._compare_with_zip(subject, ref, values)
            else:
                self._compare_with_patient_id(subject, ref, values)
            self._compare_trial_module(subject, ref, values)
        return subject.label

    def allowed_ids(self, values: IdentityValues) -> frozenset[str]:
        """Return the texts that may stand for the patient in this instance's person names and identifiers.

        A mistyped study ID (`123_1001`, `123-l001`) is held for that, and is no name besides.
        """
        said = (values.patient_id, values.patient_name)
        if self._allowed is None or self._allowed[0] != said:  # most instances say what the one before said
            self._allowed = (said, self._read_allowed(values))
        return self._allowed[1]

    def subjects(self) -> tuple[SubjectFacts, ...]:
        """Return the subjects in order of appearance."""
        return tuple(
            SubjectFacts(item.label, item.study_id, item.instances, item.reading.near_miss)
            for item in self._subjects.values()
        )

    def findings(self) -> tuple[Finding, ...]:
        """Return the findings of all subjects seen."""
        found: list[Finding] = []
        for subject in self._subjects.values():
            for (code, keyword), tally in subject.tallies.items():
                found.append(_finding(subject, code, keyword, tally))
        return tuple(found)

    def _read_allowed(self, values: IdentityValues) -> frozenset[str]:
        subject = self._subject_of(_strip(values.patient_id))
        allowed = {subject.study_id or "", subject.reading.study_id or ""}
        patient_id = _strip(values.patient_id)
        if self._route is RouteKind.EGRESS or subject.reading.near_miss:
            allowed.add(patient_id)
        if self._route is not RouteKind.EGRESS:
            name = _strip_name(values.patient_name)
            meant = suggest(name, self._trial.study_id)
            ids = (subject.study_id, subject.reading.near_miss)
            if meant and meant in ids and is_as_long_as(name, meant):
                allowed.add(name)
        return frozenset(allowed - {""})

    def _subject_of(self, patient_id: str) -> _Subject:
        key = "" if self._route is RouteKind.EGRESS else patient_id
        subject = self._subjects.get(key)
        if subject is None:
            subject = self._subjects[key] = self._begin(patient_id)
        return subject

    def _begin(self, patient_id: str) -> _Subject:
        if self._route is RouteKind.EGRESS:
            reading = self._zip
        else:
            reading = read_subject_id(patient_id, self._trial.study_id, self._site)
        label = reading.study_id
        if label is None:
            self._unidentified += 1
            label = f"unidentified-{self._unidentified}"
        assigned = self._assign.get(label)
        return _Subject(assigned or label, reading, assigned or reading.study_id, assigned is not None)

    def _compare_with_zip(self, subject: _Subject, ref: InstanceRef, values: IdentityValues) -> None:
        """Egress: the zip's name decides; PatientID and PatientName are one constant value each."""
        if self._zip.code and not self._is_site_unknown(subject):
            _note(subject, self._zip.code, ZIP_NAME, ref)
        self._check_site_number(subject, ref, ZIP_NAME)
        patient_id, name = _strip(values.patient_id), _strip_name(values.patient_name)
        other = self._trial.study_id.match(patient_id) and patient_id != self._zip.study_id
        if other and self._zip.study_id is not None:
            _note(subject, "SID115", "PatientID", ref)
        if subject.first is None:
            subject.first = (patient_id, name)
        if patient_id != subject.first[0]:
            _note(subject, "SID116", "PatientID", ref)
        elif name != subject.first[1]:
            _note(subject, "SID117", "PatientName", ref)

    def _compare_with_patient_id(self, subject: _Subject, ref: InstanceRef, values: IdentityValues) -> None:
        """Other routes: PatientID is the study ID, PatientName says the same; htp: so does the zip's name."""
        if subject.reading.code and not self._is_site_unknown(subject):
            _note(subject, subject.reading.code, "PatientID", ref)
        self._check_site_number(subject, ref, "PatientID")
        if self._route is RouteKind.HTP:
            self._compare_htp_name(subject, ref)
        if subject.study_id is None:
            return
        name = _strip(values.patient_name)
        if name == subject.study_id:
            return
        plain = _strip_name(name)
        if {*re.split(r"[\^=]", plain)} - {""} == {subject.study_id}:
            _note(subject, "SID122", "PatientName", ref)
        else:
            _note(subject, "SID121" if self._trial.study_id.match(plain) else "SID120", "PatientName", ref)

    def _compare_htp_name(self, subject: _Subject, ref: InstanceRef) -> None:
        if self._zip.is_batch or subject.study_id is None:
            return
        if self._zip.study_id is None:
            _note(subject, "SID114", ZIP_NAME, ref)
        elif self._zip.study_id != subject.study_id:
            _note(subject, "SID113", ZIP_NAME, ref)

    def _check_site_number(self, subject: _Subject, ref: InstanceRef, keyword: str) -> None:
        """Whoever sends it, the study ID's site is one of the trial's."""
        if self._is_site_unknown(subject):
            _note(subject, "SID105", keyword, ref)

    def _is_site_unknown(self, subject: _Subject) -> bool:
        if subject.study_id is None:
            return False
        return self._trial.site(self._trial.study_id.site_of(subject.study_id)) is None

    def _compare_trial_module(self, subject: _Subject, ref: InstanceRef, values: IdentityValues) -> None:
        """PS3.3 C.7.1.3, Clinical Trial Subject: present values agree with the study ID."""
        trial_subject, trial_site = _strip(values.trial_subject_id), _strip(values.trial_site_id)
        if subject.study_id is None:
            return
        if trial_subject and trial_subject != subject.study_id:
            _note(subject, "SID130", "ClinicalTrialSubjectID", ref)
        site = self._trial.site(self._trial.study_id.site_of(subject.study_id))
        names = {site.number, site.name.casefold()} if site else set()
        if trial_site and site and trial_site.casefold() not in names:
            _note(subject, "SID131", "ClinicalTrialSiteID", ref)


def without_said(findings: Iterable[Finding], identity: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings but those that say again of the trial's attributes what a SID finding says."""
    said = {(item.subject, item.where) for item in identity if item.code in ("SID130", "SID131")}
    return tuple(
        item
        for item in findings
        if (item.subject, item.where) not in said or item.code not in ("PSN501", "PSN121")
    )


def _note(subject: _Subject, code: str, keyword: str, ref: InstanceRef) -> None:
    subject.tallies.setdefault((code, keyword), _Tally()).add(ref)


def _finding(subject: _Subject, code: str, keyword: str, tally: _Tally) -> Finding:
    detail = {"near_miss": subject.reading.near_miss} if subject.reading.near_miss else {}
    is_container = keyword == ZIP_NAME
    return Finding(
        code=code,
        subject=subject.label,
        where=ZIP_NAME if is_container else _PLACES[keyword],
        keyword="" if is_container else keyword,
        detail=detail,
        count=1 if is_container else tally.count,
        instances=() if is_container else tuple(tally.instances),
    )


def _strip(text: str) -> str:
    return text.rstrip(" \0")


def _strip_name(text: str) -> str:
    """Return a person name without its empty trailing components and groups (PS3.5 6.2.1)."""
    return text.rstrip(" \0^=")
