"""Findings gathered over a package: one code at one place of one subject is one finding, with a count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.model.finding import MAX_INSTANCES, Finding, InstanceRef

#: Places kept apart for one code and subject; beyond it they are counted without their place.
_MOST_PLACES = 200


@dataclass(slots=True)
class _Tally:
    keyword: str
    detail: Mapping[str, str | int]
    count: int = 0
    instances: list[InstanceRef] = field(default_factory=list)


class Gathering:
    """Findings of instances, by (code, subject, place, what the sentence names)."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, str | None, str, str], _Tally] = {}
        self._places: dict[tuple[str, str | None], int] = {}

    def add(
        self,
        code: str,
        subject: str | None,
        ref: InstanceRef,
        where: str = "",
        keyword: str = "",
        detail: Mapping[str, str | int] | None = None,
    ) -> None:
        """Note a finding of one instance; of those that are one, the first one's numbers are told."""
        detail = detail or {}
        named = "|".join(value for value in detail.values() if isinstance(value, str))
        key = (code, subject, where, named)
        tally = self._tallies.get(key)
        if tally is None:
            places = self._places.get((code, subject), 0)
            if places >= _MOST_PLACES:
                key = (code, subject, "", "")
            self._places[(code, subject)] = places + 1
            tally = self._tallies.setdefault(key, _Tally(keyword if key[2] else "", detail))
        tally.count += 1
        if len(tally.instances) < MAX_INSTANCES:
            tally.instances.append(ref)

    def findings(self) -> list[Finding]:
        """Return the findings in the order in which they first appeared."""
        return [
            Finding(code, subject, where, tally.keyword, tally.detail, tally.count, tuple(tally.instances))
            for (code, subject, where, _), tally in self._tallies.items()
        ]
