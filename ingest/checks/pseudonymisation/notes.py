"""What the judge notes of values: tallies, what the second look needs, what could be approved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ingest.checks.pseudonymisation.context import Context
from ingest.checks.pseudonymisation.label_lists import LabelLists, plainness_of
from ingest.checks.pseudonymisation.lexicon import Lexicon
from ingest.checks.pseudonymisation.markers import WATCHED
from ingest.checks.pseudonymisation.places import Place
from ingest.checks.pseudonymisation.proposals import Proposals
from ingest.checks.pseudonymisation.raised import LET_THROUGH, Identifier, Raised
from ingest.checks.pseudonymisation.second_look import SeenText, SeenTexts
from ingest.checks.pseudonymisation.tally import Tallies, Tally
from ingest.checks.pseudonymisation.values import JudgedValue
from ingest.model.finding import InstanceRef

#: Codes told once a subject, wherever they are met.
_ONCE: Final = frozenset({"PSN401", "PSN502", "PSN503", "PSN701", "PSN156", LET_THROUGH})
_IDENTIFYING: Final = frozenset({"PSN101", "PSN102", "PSN104", "PSN105", "PSN106", "PSN107"})
#: Values of these kinds hold no word of anybody's.
_WORDLESS: Final = frozenset({"time", "number", "age"})
_SHORTEST_NUMBER: Final = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """What the memo keeps of a value that must be heard of again; None stands for a clean value.

    tallies:            the tallies that it counts in, each as often as it does.
    uncovered, private: how many elements no rule covers, and how many are private.
    let_through:        how many of the private ones nobody approved, and are let through as technical.
    watched:            what markers are made of, by keyword.
    """

    tallies: tuple[Tally, ...] = ()
    uncovered: int = 0
    private: int = 0
    let_through: int = 0
    watched: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def join(hits: Sequence[Hit]) -> Hit:
    """Return what is heard of several values, in their order, as of one."""
    return Hit(
        tuple(tally for hit in hits for tally in hit.tallies),
        sum(hit.uncovered for hit in hits),
        sum(hit.private for hit in hits),
        sum(hit.let_through for hit in hits),
        tuple(pair for hit in hits for pair in hit.watched),
    )


class Notes:
    """The notes on one package.

    subject, ref:  of the instance at hand.
    known_numbers: hospital numbers met so far; the contexts' own set.
    """

    def __init__(self, known_numbers: set[str], proposals: Proposals, lexicon: Lexicon) -> None:
        """Start with none."""
        self.subject = ""
        self.ref: InstanceRef | None = None
        self.tallies = Tallies()
        self.texts = SeenTexts()
        self.labels = LabelLists(lexicon)
        self.identifiers: list[Identifier] = []
        self.proposals = proposals
        self._known_numbers = known_numbers

    def note(
        self, context: Context, place: Place, judged: JudgedValue, where: Callable[[], str], creator: str
    ) -> Hit | None:
        """Make the tallies of a value, remember it for the second look, and what could be approved of it."""
        raised = judged.raised
        codes: set[str] = set()
        if raised.codes:
            codes = raised.codes.keys() - context.approvals.lifted(raised.codes, place.path, judged.text)
        at = where() if codes or judged.text else ""
        tallies = tuple(self._tally(code, raised, place, at) for code in raised.codes if code in codes)
        self.collect(raised)
        if judged.text and place.kind not in _WORDLESS:
            is_blocked = bool(raised.identifiers) or bool(codes & _IDENTIFYING)
            self.texts.add(
                SeenText(
                    self.subject,
                    place.path,
                    at,
                    place.keyword,
                    judged.text,
                    self.ref,
                    is_blocked,
                    plainness_of(raised),
                )
            )
        if codes - {LET_THROUGH}:
            self.proposals.add(codes - {LET_THROUGH}, place.path, judged, creator)
        watched = WATCHED.get(place.path, "")
        if not (tallies or watched or place.is_uncovered or place.is_private):
            return None
        pairs = ((watched, judged.text.upper()),) if watched else ()
        return Hit(tallies, int(place.is_uncovered), int(place.is_private), int(LET_THROUGH in codes), pairs)

    def collect(self, raised: Raised) -> None:
        """Remember the identifiers of a value for the second look."""
        self.identifiers += raised.identifiers
        self._known_numbers.update(
            item.text
            for item in raised.identifiers
            if item.text.isdigit() and len(item.text) >= _SHORTEST_NUMBER and item.kind.value == "number"
        )

    def settle(self) -> None:
        """Settle the doubts of labels, once every label has been met."""
        self.labels.settle(self.texts, self.tallies)

    def count(self, where: str, raised: Raised, keyword: str = "") -> None:
        """Count in the instance at hand what is no element's value, or says something of the whole."""
        self.collect(raised)
        for code, detail in raised.codes.items():
            self._get(code, where, where, keyword, detail).add(self.ref)

    def _tally(self, code: str, raised: Raised, place: Place, at: str) -> Tally:
        detail = raised.codes[code]
        if code == "PSN320":
            at, path = at[: at.rindex("(0400,0561)") + len("(0400,0561)")], "(0400,0561)"
            return self.tallies.get(code, self.subject, at, path, "OriginalAttributesSequence", detail)
        if code in raised.weak:
            tally = Tally(code, self.subject, at, place.keyword, detail)
            self.labels.add(tally, place.path, raised.weak[code])
            return tally
        return self._get(code, at, place.path, place.keyword, detail)

    def _get(self, code: str, at: str, path: str, keyword: str, detail: dict[str, str | int]) -> Tally:
        known = self.tallies.first(code, self.subject) if code in _ONCE else None
        return known or self.tallies.get(code, self.subject, at, path, keyword, detail)
