"""Which labels (names of structures) may be kept and shown: those of which every word is known."""

from __future__ import annotations

from ingest.checks.pseudonymisation.approvals import Approvals
from ingest.checks.pseudonymisation.context import make_context
from ingest.checks.pseudonymisation.rules import load_rules
from ingest.checks.pseudonymisation.text import TextRules, judge_text
from ingest.model.route import RouteKind
from ingest.trial.definition import Trial


def is_plain_label(text: str, rules: TextRules, allowed: frozenset[str] = frozenset()) -> bool:
    """Say whether a label raises nothing at all, not even a warning."""
    return not judge_text(text, "rt label", rules, allowed).codes


def is_known_label(text: str, trial: Trial) -> bool:
    """Say whether the vocabulary or the trial file knows every word of a label."""
    context = make_context(load_rules(), trial, None, RouteKind.EXPLORER, Approvals((), b""))
    return is_plain_label(text, context.text)
