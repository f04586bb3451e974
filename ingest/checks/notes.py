"""What the radiotherapy checks of one subject gather: findings, what is missing, what cannot be verified."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.model.finding import MAX_INSTANCES, Finding, InstanceRef
from ingest.model.instance import InstanceFacts
from ingest.model.verdict import Completeness, CompletenessState, MissingObject


class Notes:
    """Gathers on behalf of one subject. `arriving`: SOP Instance UIDs that this submission brings.

    Findings name only arriving instances: a filed one's place in some earlier zip would mislead.
    """

    def __init__(self, subject: str, arriving: Iterable[InstanceFacts]) -> None:
        self._subject = subject
        self._arriving = {id(facts) for facts in arriving}
        self._findings: list[Finding] = []
        self._missing: list[MissingObject] = []
        self._doubtful = False

    def find(
        self,
        code: str,
        instances: Iterable[InstanceFacts] = (),
        *,
        where: str = "",
        keyword: str = "",
        count: int | None = None,
        **detail: str | int,
    ) -> None:
        """Add a finding; `count` is the number of instances unless it says otherwise."""
        listed = list(instances)
        shown = [facts for facts in listed if id(facts) in self._arriving][:MAX_INSTANCES]
        self._findings.append(
            Finding(
                code=code,
                subject=self._subject,
                where=where,
                keyword=keyword,
                detail=detail,
                count=max(1, len(listed)) if count is None else count,
                instances=tuple(refer_to_instance(facts) for facts in shown),
            )
        )

    def miss(self, kind: str, expected: str, found: str) -> None:
        """Say that an object is awaited."""
        item = MissingObject(kind, expected, found)
        if item not in self._missing:
            self._missing.append(item)

    def doubt(self) -> None:
        """Say that something cannot be verified."""
        self._doubtful = True

    def has_missed(self, kind: str) -> bool:
        """Return whether an object of that kind is already awaited."""
        return any(item.object == kind for item in self._missing)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, in the order of the checks."""
        return tuple(self._findings)

    def completeness(self) -> Completeness:
        """Return the subject's state: what is awaited comes before what cannot be verified."""
        if self._missing:
            return Completeness(CompletenessState.AWAITING, tuple(self._missing))
        if self._doubtful:
            return Completeness(CompletenessState.NOT_VERIFIABLE)
        return Completeness(CompletenessState.COMPLETE)


def refer_to_instance(facts: InstanceFacts) -> InstanceRef:
    """Return an instance as a radiographer knows it."""
    return InstanceRef(facts.ordinal, facts.modality or None, facts.series_number, facts.instance_number)


def say_count(count: int, one: str, many: str = "") -> str:
    """Return `1 CT image`, `98 CT images`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
