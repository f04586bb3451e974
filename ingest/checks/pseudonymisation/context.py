"""What judging a value depends on besides the value: the rules, the trial, the site, the subject at hand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from ingest.checks.pseudonymisation.approvals import Approvals
from ingest.checks.pseudonymisation.folding import fold, split_words
from ingest.checks.pseudonymisation.rules import RuleSet
from ingest.checks.pseudonymisation.text import TextRules
from ingest.model.route import RouteKind
from ingest.trial.definition import Site, Trial

_SHORTEST_SITE_WORD: Final = 5


@dataclass(frozen=True, slots=True)
class Context:
    """What the judges of elements are given.

    allowed:       study IDs that may stand anywhere.
    mistyped:      what stands for one in PatientID and PatientName: its own finding (SID) says so.
    known_numbers: hospital numbers met so far.
    """

    rules: RuleSet
    text: TextRules
    trial: Trial
    site: Site | None
    route: RouteKind
    approvals: Approvals
    placeholders: frozenset[str]
    private_creators: frozenset[str]
    uid_roots: tuple[str, ...]
    allowed: frozenset[str] = frozenset()
    mistyped: frozenset[str] = frozenset()
    known_numbers: set[str] = field(default_factory=set, repr=False)

    def for_subject(self, allowed: frozenset[str], mistyped: frozenset[str] = frozenset()) -> Context:
        """Return this context for a subject with these study IDs."""
        return replace(self, allowed=allowed, mistyped=mistyped)

    def is_empty_value(self, text: str) -> bool:
        """Say whether a value says nothing: empty, a placeholder, or the subject's own study ID."""
        plain = text.strip()
        return not plain.strip("0*?-. ^") or plain in self.allowed or plain.lower() in self.placeholders


def make_context(
    rules: RuleSet, trial: Trial, site: Site | None, route: RouteKind, approvals: Approvals
) -> Context:
    """Return the context of a package, before any subject."""
    own = trial.pseudonymisation
    words = [
        *own.vocabulary,
        trial.name,
        *(name for rule in trial.rois for name in (rule.name, *rule.aliases)),
    ]
    patterns = site.hospital_number_patterns if site else ()
    names = {word.lower() for word in own.placeholder_names}
    return Context(
        rules=rules,
        text=TextRules(
            lexicon=rules.lexicon.extended(words),
            institutions=(rules.institutions, *_site_names(trial, rules)),
            hospital_patterns=tuple(re.compile(pattern) for pattern in patterns),
            study_id=_sender_study_id(trial, site),
        ),
        trial=trial,
        site=site,
        route=route,
        approvals=approvals,
        placeholders=frozenset(
            names
            | rules.words["name_placeholders"]
            | rules.words["empty_values"]
            | {trial.name.lower(), *(fold(word) for word in split_words(trial.name) if len(word) > 2)}
        ),
        private_creators=frozenset(own.private_creators),
        uid_roots=(*own.uid_roots, *approvals.uid_roots),
    )


def _site_names(trial: Trial, rules: RuleSet) -> tuple[re.Pattern[str], ...]:
    """Return what finds the words of sites' names that are no plain words: Northfield, and not Hospital."""
    words = {
        fold(word)
        for site in trial.sites
        for word in re.findall(r"[^\W\d_]+", site.name)
        if len(word) >= _SHORTEST_SITE_WORD
    }
    found = sorted(
        word for word in words if word not in rules.lexicon.vocabulary and word not in rules.lexicon.english
    )
    if not found:
        return ()
    return (re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, found))})(?![a-z])", re.IGNORECASE),)


def _sender_study_id(trial: Trial, site: Site | None) -> re.Pattern[str] | None:
    """Return what finds a study ID of the sender's in a text."""
    if site is None:
        return None
    inner = trial.study_id.pattern.replace("(?P<site>", f"(?P<site>(?={re.escape(site.number)}(?![0-9]))", 1)
    return re.compile(rf"(?<![0-9A-Za-z])(?:{inner})(?![0-9A-Za-z])", re.ASCII)
