"""The rules of pseudonymisation as one set: PS3.15 Table E.1-1, the RT layer, the vocabulary."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Every rule that does not depend on the trial, the site or the route."""


def load_rules() -> RuleSet:
    """Return the rules shipped with the service (cached)."""
    return RuleSet()
