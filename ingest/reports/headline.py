"""The answer in one line, and what it means for the sender in a second."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.model.finding import JudgedFinding, Severity
from ingest.model.verdict import (
    Completeness,
    CompletenessState,
    MissingObject,
    Outcome,
    SubjectVerdict,
    Verdict,
)
from ingest.reports.plain_text import clean, counted, joined
from ingest.reports.problems import asks_of_sender, stops
from ingest.reports.reasons import reason_of
from ingest.reports.report import Tone
from ingest.reports.texts import Texts

#: So many missing objects are named in the first line; the rest are counted.
NAMED_IN_HEADLINE = 3
#: What a missing object's `found` says when it arrived and is held.
ARRIVED_HELD = "arrived, held"

#: The attributes in which the study ID stands: a slip in it reads as a name or an identifier there.
CARRY_THE_ID = ("PatientName", "PatientID")

_TONES = {
    CompletenessState.COMPLETE: Tone.COMPLETE,
    CompletenessState.AWAITING: Tone.AWAITING,
    CompletenessState.NOT_VERIFIABLE: Tone.FILED,
}
#: The order in which people need to see them.
WORST_FIRST = (Tone.REJECTED, Tone.HELD, Tone.AWAITING, Tone.FILED, Tone.COMPLETE)
# "none of that name" speaks of a part of what is there.
_NOTHING = re.compile(r"^(0\b|none\b(?! of)|nothing\b|$)", re.IGNORECASE)


def tone_of(outcome: Outcome, completeness: Completeness) -> Tone:
    """Return the tone of one subject."""
    if outcome is Outcome.REJECTED:
        return Tone.REJECTED
    return Tone.HELD if outcome is Outcome.HELD else _TONES[completeness.state]


def package_tone(verdict: Verdict) -> Tone:
    """Return the tone of the whole submission: its outcome's, and of what is accepted the worst subject's."""
    if verdict.outcome is Outcome.REJECTED:
        return Tone.REJECTED
    if verdict.outcome is Outcome.HELD:
        return Tone.HELD
    tones = {tone_of(subject.outcome, subject.completeness) for subject in verdict.subjects}
    return next(tone for tone in WORST_FIRST if tone in tones) if tones else Tone.FILED


def subject_headline(verdict: SubjectVerdict, is_repeat: bool, texts: Texts) -> str:
    """Return the answer for one subject."""
    tone = tone_of(verdict.outcome, verdict.completeness)
    who = clean(verdict.subject_id or "", 64)
    if tone in (Tone.HELD, Tone.REJECTED):
        if is_withdrawn(verdict):
            return texts.headlines["withdrawn"].text.format(who=who)
        if near_miss := near_miss_of(verdict):
            return texts.headlines["held-near-miss"].text.format(near_miss=near_miss)
        key = tone.value if who else f"{tone.value}-unidentified"
        return texts.headlines[key].text.format(who=who, reason=_first_reason(verdict.findings, texts))
    key = f"repeat-{tone.value}" if is_repeat else tone.value
    if key == Tone.AWAITING.value and is_all_held(verdict.completeness):
        key = "awaiting-held"
    return texts.headlines[key].text.format(
        who=who or "one patient", missing=missing_in_words(verdict.completeness.missing, texts)
    )


def subject_lead(verdict: SubjectVerdict, is_repeat: bool, texts: Texts) -> str:
    """Return what the answer means for the sender of one subject."""
    tone = tone_of(verdict.outcome, verdict.completeness)
    if is_withdrawn(verdict):
        return texts.leads["withdrawn"].text
    if tone is Tone.HELD:
        return texts.leads[_held_lead(verdict.findings, texts)].text
    if is_repeat and tone is not Tone.REJECTED:
        return texts.leads["repeat"].text
    if tone is Tone.AWAITING and is_all_held(verdict.completeness):
        return texts.leads["awaiting-held"].text
    return texts.leads[tone.value].text


def is_all_held(completeness: Completeness) -> bool:
    """Return whether everything that is missing has arrived and is held: nothing is to be sent."""
    missing = completeness.missing
    return bool(missing) and all(item.found == ARRIVED_HELD for item in missing)


def package_headline(verdict: Verdict, is_repeat: bool, is_unfinished: bool, texts: Texts) -> str:
    """Return the first line of a report."""
    stopping = [item for item in verdict.findings if stops(item)]
    if is_unfinished:
        return texts.headlines["unfinished"].text
    if stopping:
        key = "package-rejected" if verdict.outcome is Outcome.REJECTED else "package-held"
        return texts.headlines[key].text.format(reason=_first_reason(stopping, texts))
    if not verdict.subjects:
        return texts.headlines["empty"].text
    if len(verdict.subjects) == 1:
        return subject_headline(verdict.subjects[0], is_repeat, texts)
    return _batch_headline(verdict.subjects, texts)


def package_lead(verdict: Verdict, is_repeat: bool, is_unfinished: bool, texts: Texts) -> str:
    """Return the second line of a report."""
    if is_unfinished:
        return texts.leads["unfinished" if verdict.subjects else "unfinished-nothing"].text
    stopping = [item for item in verdict.findings if stops(item)]
    if verdict.outcome is Outcome.REJECTED and (stopping or not verdict.subjects):
        return texts.leads["rejected"].text
    if stopping:
        return texts.leads[_held_lead(stopping, texts)].text
    if len(verdict.subjects) == 1:
        return subject_lead(verdict.subjects[0], is_repeat, texts)
    return _batch_lead(verdict, is_repeat, texts)


def missing_in_words(missing: Sequence[MissingObject], texts: Texts) -> str:
    """Return `the dose cube and more of the planning CT`; each object once, many are counted."""
    is_absent: dict[str, bool] = {}
    for item in missing:
        is_absent[item.object] = is_absent.get(item.object, False) or is_wholly_absent(item.found)
    parts = [_missing_part(kind, absent, texts) for kind, absent in is_absent.items()]
    return joined(parts, NAMED_IN_HEADLINE) or "something the trial expects"


def is_wholly_absent(found: str) -> bool:
    """Return whether nothing of a missing object is in the archive."""
    return found == ARRIVED_HELD or is_nothing(found)


def is_nothing(found: str) -> bool:
    """Return whether a missing object's `found` says that there is none of it at all."""
    return bool(_NOTHING.match(found.strip()))


def _missing_part(kind: str, is_absent: bool, texts: Texts) -> str:
    if kind not in texts.objects:
        return clean(kind, 60)
    the = texts.objects[kind].the
    return the if is_absent else f"more of {the}"


def _first_reason(findings: Sequence[JudgedFinding], texts: Texts) -> str:
    stopping = [item for item in findings if stops(item)]
    return reason_of(stopping[0], texts) if stopping else texts.reasons["prefix"]["other"].text


def _held_lead(findings: Sequence[JudgedFinding], texts: Texts) -> str:
    """Return which lead says who has to act: the sender, the trial team, or either."""
    if any(stops(item) and item.severity is Severity.BLOCK for item in findings):
        return "held-fix"
    asked = [item for item in findings if asks_of_sender(item) and texts.topic_of_code(item.finding.code)]
    return "held-both" if asked else "held-look"


def is_withdrawn(verdict: SubjectVerdict) -> bool:
    """Return whether the subject was withdrawn: nothing is to be put right or sent again."""
    return any(stops(item) and item.finding.code == "SID140" for item in verdict.findings)


def near_miss_of(verdict: SubjectVerdict) -> str:
    """Return the study ID that was probably meant, where a slip in it is all that is wrong."""
    stopping = [item.finding for item in verdict.findings if stops(item)]
    slips = [item for item in stopping if item.code == "SID101"]
    others = [item for item in stopping if item.code != "SID101" and item.keyword not in CARRY_THE_ID]
    return clean(slips[0].detail.get("near_miss", ""), 64) if slips and not others else ""


def _batch_headline(subjects: Sequence[SubjectVerdict], texts: Texts) -> str:
    tones = [tone_of(subject.outcome, subject.completeness) for subject in subjects]
    stopped = [
        subject for subject, tone in zip(subjects, tones, strict=True) if tone in (Tone.HELD, Tone.REJECTED)
    ]
    if len(stopped) == 1:
        return texts.headlines["one-held"].text.format(reason=_first_reason(stopped[0].findings, texts))
    if stopped:
        return texts.headlines["some-held"].text.format(
            stopped=len(stopped), count=len(subjects), reason=_first_reason(stopped[0].findings, texts)
        )
    waiting = len(subjects) - tones.count(Tone.COMPLETE)
    key = "all-awaiting" if waiting else "all-complete"
    return texts.headlines[key].text.format(count=len(subjects), waiting=waiting)


def _batch_lead(verdict: Verdict, is_repeat: bool, texts: Texts) -> str:
    accepted = [subject for subject in verdict.subjects if subject.outcome is Outcome.ACCEPTED]
    if len(accepted) < len(verdict.subjects):
        if not accepted:
            return texts.leads["mixed-none"].text
        names = [clean(subject.subject_id or subject.label, 64) for subject in accepted]
        was = "was" if len(accepted) == 1 else "were"
        who = joined(names, 4) if len(names) <= 4 else counted(len(names), "patient")
        return texts.leads["mixed"].text.format(filed=f"{who} {was}")
    return texts.leads["repeat" if is_repeat else package_tone(verdict).value].text
