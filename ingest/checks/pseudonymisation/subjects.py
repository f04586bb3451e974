"""The subjects of one package, each with the context that its values are judged in."""

from __future__ import annotations

from ingest.checks.pseudonymisation.context import Context
from ingest.checks.pseudonymisation.elements import JUDGES
from ingest.checks.subject_id import is_study_id_or_slip
from ingest.model.route import RouteKind


class Subjects:
    """Contexts by subject, made from the package's own; each is worked out once."""

    def __init__(self, package: Context) -> None:
        """Take the context of the package, before any subject."""
        self._package = package
        self._contexts: dict[tuple[str, frozenset[str], str], Context] = {}
        self._all_ids: set[str] = set()

    def context(self, subject: str, allowed_ids: frozenset[str], patient_id: str) -> Context:
        """Return the context of a subject's instances; `allowed_ids`: study IDs allowed anywhere."""
        key = (subject, allowed_ids, patient_id)
        if key not in self._contexts:
            self._contexts[key] = self._make(patient_id.strip(" \0"), allowed_ids)
        return self._contexts[key]

    @property
    def everyone(self) -> Context:
        """The context of what speaks of every subject of the package."""
        return self._package.for_subject(frozenset(self._all_ids))

    def _make(self, patient_id: str, given: frozenset[str]) -> Context:
        """Study IDs may stand for the patient, and on egress any PatientID that gives nothing away."""
        allowed = frozenset(text for text in given if is_study_id_or_slip(text, self._package.trial.study_id))
        self._all_ids |= allowed
        mistyped = given - allowed if self._package.route is not RouteKind.EGRESS else frozenset()
        context = self._package.for_subject(allowed, mistyped)
        if self._package.route is not RouteKind.EGRESS or not patient_id or patient_id in allowed:
            return context
        if JUDGES["patient_id"](context, "(0010,0020)", patient_id).codes:
            return context
        self._all_ids.add(patient_id)
        return self._package.for_subject(allowed | {patient_id})
