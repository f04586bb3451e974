"""What one value raises: codes with what their sentences need, and identifiers for the second look."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from ingest.checks.pseudonymisation.evidence import Evidence

#: What a private element raises that says nothing but technical things: it is told once, and never proposed.
LET_THROUGH = "PSN321"


class IdentifierKind(Enum):
    """What an identifier found in one place is looked for as, in all others."""

    WORD = "word"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier met in the data. `is_patient`: not of the staff. It never leaves inspection."""

    kind: IdentifierKind
    text: str
    is_patient: bool = True

    def __repr__(self) -> str:
        return f"Identifier({self.kind.name})"


@dataclass(frozen=True, slots=True)
class WeakCode:
    """A code that the other labels of a list may outweigh: its words, and what speaks for them."""

    words: tuple[str, ...] = field(repr=False)
    evidence: Evidence

    @property
    def is_sure(self) -> bool:
        """Say whether many people have the name: then neither sides nor another language speak against it."""
        return not {"common_name", "name_within"}.isdisjoint(self.evidence.reasons)


@dataclass(slots=True)
class Raised:
    """The codes that one value raises, each with what its sentence needs, and the identifiers found.

    weak: the codes that the other labels of a list may outweigh.
    """

    codes: dict[str, dict[str, str | int]] = field(default_factory=dict)
    identifiers: list[Identifier] = field(default_factory=list, repr=False)
    weak: dict[str, WeakCode] = field(default_factory=dict, repr=False)

    def add(self, code: str, **detail: str | int) -> None:
        """Add a code, once."""
        self.codes.setdefault(code, detail)
