"""Counting: one finding for each code, subject and place, however often it was met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.model.finding import MAX_INSTANCES, Finding, InstanceRef

#: Places of one code below one tag path that are told apart; the rest is counted with the last of them.
_MOST_PLACES = 20
#: Places of one code in one subject that are told apart; the rest is counted without its place.
_MOST_OF_A_CODE = 300


@dataclass(slots=True)
class Tally:
    """A finding being counted."""

    code: str
    subject: str | None
    where: str
    keyword: str
    detail: Mapping[str, str | int]
    count: int = 0
    instances: dict[int, InstanceRef] = field(default_factory=dict)

    def add(self, ref: InstanceRef | None) -> None:
        """Count once more, in this instance."""
        self.count += 1
        if ref is not None and len(self.instances) < MAX_INSTANCES:
            self.instances.setdefault(ref.ordinal, ref)

    def merge(self, other: Tally) -> None:
        """Count what another tally has counted."""
        self.count += other.count
        for ordinal, ref in other.instances.items():
            if len(self.instances) < MAX_INSTANCES:
                self.instances.setdefault(ordinal, ref)

    def finding(self) -> Finding:
        """Return it as a finding."""
        instances = tuple(self.instances.values())
        return Finding(
            self.code, self.subject, self.where, self.keyword, dict(self.detail), self.count, instances
        )


class Tallies:
    """All tallies of a package."""

    def __init__(self) -> None:
        """Start with none."""
        self._all: dict[tuple[str, str | None, str], Tally] = {}
        self._first: dict[tuple[str, str | None], Tally] = {}
        self._places: dict[tuple[str, str | None, str], list[Tally]] = {}
        self._of_code: Counter[tuple[str, str | None]] = Counter()

    def get(
        self,
        code: str,
        subject: str | None,
        where: str,
        path: str,
        keyword: str,
        detail: Mapping[str, str | int],
    ) -> Tally:
        """Return the tally of a code at a place, made when new. `path`: the place without item indices."""
        key = (code, subject, where)
        tally = self._all.get(key)
        if tally is None:
            places = self._places.setdefault((code, subject, path), [])
            if len(places) >= _MOST_PLACES:
                return places[-1]
            self._of_code[code, subject] += 1
            if self._of_code[code, subject] > _MOST_OF_A_CODE:
                return self._all.setdefault((code, subject, ""), Tally(code, subject, "", "", detail))
            tally = self._all[key] = Tally(code, subject, where, keyword, detail)
            places.append(tally)
            self._first.setdefault((code, subject), tally)
        return tally

    def take(self, tally: Tally, code: str, path: str) -> None:
        """Take over what was counted apart, under a code. `path`: the place without item indices."""
        if tally.count:
            self.get(code, tally.subject, tally.where, path, tally.keyword, tally.detail).merge(tally)

    def first(self, code: str, subject: str | None) -> Tally | None:
        """Return the tally of a code that is told once a subject, if it was met already."""
        return self._first.get((code, subject))

    def findings(self) -> tuple[Finding, ...]:
        """Return everything that was counted, in the order first met."""
        return tuple(tally.finding() for tally in self._all.values() if tally.count)
