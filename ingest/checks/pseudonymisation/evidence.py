"""Points for and against a person: what they are worth, and what a finding says of why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks of a person in one word: points, and the reasons they were given for."""

    points: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """A word of a text that may be a person's, with what speaks for it. The word never leaves inspection."""

    word: str
    evidence: Evidence

    def __repr__(self) -> str:
        return f"Doubt({self.evidence.points})"


@dataclass(frozen=True, slots=True)
class Scale:
    """What each reason is worth (data/evidence.toml), and from how many points on a word stops a file."""

    points: Mapping[str, int]
    texts: Mapping[str, str]
    letters: Mapping[str, frozenset[str]]
    stops_at: int = 3
    crowd_of: int = 10
    crowd_plain: int = 75
    language_of: int = 4
    spelt_like_name: float = -1.5
    spelt_like_word: float = -4.5
    spelt_much_like_name: float = 0.8
    unheard_of: float = 1.0
    hardly_anything_else: float = 2.5

    def weigh(self, *reasons: str) -> Evidence:
        """Return the evidence of these reasons; empty ones count for nothing."""
        given = tuple(reason for reason in reasons if reason)
        return Evidence(sum(self.points[reason] for reason in given), given)

    def add(self, evidence: Evidence, *reasons: str) -> Evidence:
        """Return evidence with more reasons."""
        return self.weigh(*evidence.reasons, *reasons)

    def stops(self, evidence: Evidence, *reasons: str) -> bool:
        """Say whether evidence, with these reasons besides, stops a file."""
        return self.add(evidence, *reasons).points >= self.stops_at

    def spelt(self, score: float) -> str:
        """Return the reason that a word's spelling gives, empty where it gives none."""
        if score >= self.spelt_much_like_name:
            return "spelt_much_like_name"
        if score >= self.spelt_like_name:
            return "spelt_like_name"
        return "spelt_like_word" if score <= self.spelt_like_word else ""

    def hardly_else(self, score: float) -> str:
        """Return the reason that a spelling gives which hardly anything but a name has."""
        return "hardly_else" if score >= self.hardly_anything_else else ""

    def explain(self, evidence: Evidence) -> str:
        """Return the reasons as a phrase for a finding."""
        return "; ".join(self.texts[reason] for reason in evidence.reasons)
