"""Where data comes from, judged by kind: institutions, network names, addresses, the trial attributes."""

from __future__ import annotations

from typing import Final

from ingest.checks.pseudonymisation.context import Context
from ingest.checks.pseudonymisation.folding import fold, split_words
from ingest.checks.pseudonymisation.raised import Raised
from ingest.checks.pseudonymisation.text import is_plain_vocabulary, judge_text, take_over

_PUBLIC_URLS: Final = (
    "http://dicom.nema.org",
    "https://dicom.nema.org",
    "http://snomed.info",
    "http://loinc.org",
    "urn:",
)
_WORD_CODES: Final = frozenset({"PSN113", "PSN114", "PSN116", "PSN154", "PSN202"})


def judge_institution(context: Context, path: str, text: str) -> Raised:
    """Name, department or address of an institution; "Radiotherapy" alone names none."""
    raised = Raised()
    own = {context.site.number} if context.site else set()
    if context.is_empty_value(text) or text.strip() in own:
        return raised
    found = judge_text(text, "institution", context.text, context.allowed)
    take_over(raised, found, frozenset(found.codes) - _WORD_CODES)
    plain = context.rules.words["departments"] | {fold(word) for word in split_words(context.trial.name)}
    if not is_plain_vocabulary(text, plain | own):
        raised.add("PSN201")
    return raised


def judge_ae(context: Context, path: str, text: str) -> Raised:
    """AE titles: warned of, and their words looked at."""
    raised = Raised()
    if context.is_empty_value(text):
        return raised
    raised = judge_text(text, "ae", context.text, context.allowed)
    if not is_plain_vocabulary(text, context.text.lexicon.vocabulary):
        raised.add("PSN203")
    return raised


def judge_url(context: Context, path: str, text: str) -> Raised:
    """URLs: those of public code systems say nothing."""
    raised = Raised()
    if context.is_empty_value(text) or text.strip().startswith(_PUBLIC_URLS):
        return raised
    raised = judge_text(text, "comment", context.text, context.allowed)
    raised.add("PSN111")
    return raised


def judge_trial_subject(context: Context, path: str, text: str) -> Raised:
    """Clinical Trial Subject ID and Reading ID: the study ID or nothing (PS3.3 C.7.1.3)."""
    raised = Raised()
    if context.is_empty_value(text):
        return raised
    raised = judge_text(text, "label", context.text, context.allowed)
    raised.add("PSN501")
    return raised


def judge_trial_site(context: Context, path: str, text: str) -> Raised:
    """Clinical Trial Site ID: the sender's number or nothing."""
    raised = Raised()
    if not context.is_empty_value(text) and not (context.site and text.strip() == context.site.number):
        raised.add("PSN501")
    return raised


def judge_trial_site_name(context: Context, path: str, text: str) -> Raised:
    """Clinical Trial Site Name: as the trial file calls the sender, else it is an institution."""
    if context.site and fold(text.strip()) == fold(context.site.name):
        return Raised()
    return judge_institution(context, path, text)
