"""Faults on their way to findings: `Refused` ends the gate, a `FaultList` collects what does not."""

from __future__ import annotations

from ingest.model.finding import MAX_INSTANCES, Finding, InstanceRef


class Refused(Exception):
    """The structure is broken and nothing behind this point can be relied on. Holds a code and counts only.

    place: the stretch of the file where the structure should have been; zeros there mean that an upload has
           left a hole.
    """

    def __init__(
        self,
        code: str,
        *,
        ordinal: int | None = None,
        place: tuple[int, int] | None = None,
        is_broken_off: bool = False,
        **detail: str | int,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.ordinal = ordinal
        self.place = place
        self.is_broken_off = is_broken_off
        self.detail = detail

    def finding(self) -> Finding:
        """Return the finding that says so."""
        refs = () if self.ordinal is None else (InstanceRef(self.ordinal),)
        return Finding(self.code, detail=dict(self.detail), instances=refs)


class FaultList:
    """Faults of members, gathered by code: one finding for each code, with a count and the first ordinals."""

    def __init__(self) -> None:
        self._ordinals: dict[tuple[str, str], list[int]] = {}

    def add(self, code: str, ordinal: int, where: str = "") -> None:
        """Note that member `ordinal` has the fault `code`."""
        self._ordinals.setdefault((code, where), []).append(ordinal)

    def findings(self) -> list[Finding]:
        """Return the findings, by code."""
        return [
            Finding(
                code,
                where=where,
                count=len(ordinals),
                instances=tuple(InstanceRef(ordinal) for ordinal in ordinals[:MAX_INSTANCES]),
            )
            for (code, where), ordinals in sorted(self._ordinals.items())
        ]
