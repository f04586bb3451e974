"""The judge of one package: every element, name and stray byte is put to it; it gives findings, never values.

How the inspection's loop uses it, for each instance:

    judge.begin_instance(ref, subject, patient_id, sop_class_uid, allowed_ids)
    memo = judge.memo(charset)                      # one a subject and charset; filled by the loop
    for each element, file meta included, sequences left out (their items' elements are put):
        hit = memo.get(key, MISSING)                # key: (path, vr, raw bytes), creator too where private
        if hit is MISSING:
            memo[key] = judge.judge(path, vr, raw, charset, where, creator)
        elif hit is not None:
            judge.repeat(hit)
    judge.judge_preamble(preamble); judge.judge_trailing(rest)
    reason = judge.end_instance()                   # not empty: read the pixels, put it to judge_pixel_text

and once all members are read: judge_container, finish. A DS that `numbers.is_number_text` accepts need not be
put at all unless it is private, nor anything of a binary VR that is public and shorter than six bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ingest.checks.pseudonymisation.approvals import Approvals, Proposal
from ingest.checks.pseudonymisation.container import ContainerMember
from ingest.checks.pseudonymisation.container_judge import REPEATED, ContainerJudge
from ingest.checks.pseudonymisation.context import Context, make_context
from ingest.checks.pseudonymisation.elements import JUDGES
from ingest.checks.pseudonymisation.glance import is_clean_at_a_glance
from ingest.checks.pseudonymisation.labels import is_plain_label
from ingest.checks.pseudonymisation.markers import WATCHED, Markers, judge_markers, pixel_check_reason
from ingest.checks.pseudonymisation.places import Place, Places
from ingest.checks.pseudonymisation.proposals import Proposals
from ingest.checks.pseudonymisation.raised import Identifier, Raised
from ingest.checks.pseudonymisation.rules import RuleSet
from ingest.checks.pseudonymisation.second_look import SeenText, SeenTexts, find_repeated
from ingest.checks.pseudonymisation.stray import judge_preamble_bytes, judge_trailing_bytes
from ingest.checks.pseudonymisation.tally import Tallies, Tally
from ingest.checks.pseudonymisation.values import JudgedValue, judge_bytes, judge_value
from ingest.checks.subject_id import is_study_id_or_slip
from ingest.model.finding import (
    PREAMBLE,
    TRAILING_BYTES,
    Finding,
    InstanceRef,
)
from ingest.model.inspection import Approval
from ingest.model.route import RouteKind
from ingest.trial.definition import Site, Trial

__all__ = ["MISSING", "ContainerMember", "Hit", "Judgement", "PackageJudge"]

#: What `memo.get(key, MISSING)` gives for a value not judged yet.
MISSING: Final = object()

#: Codes told once a subject, wherever they are met.
_ONCE: Final = frozenset({"PSN401", "PSN502", "PSN503", "PSN701", "PSN156"})
_PIXELS: Final = "(7FE0,0010)"

Memo = dict[object, "Hit | None"]


@dataclass(slots=True)
class Hit:
    """What the memo keeps of a value that must be heard of again; None stands for a clean value."""

    tallies: tuple[Tally, ...] = ()
    is_uncovered: bool = False
    is_private: bool = False
    watched: str = ""
    value: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge says of a package in the end."""

    findings: tuple[Finding, ...]
    elements_without_rule: int
    private_elements: int
    not_checked: Mapping[str, int]


class PackageJudge:
    """Judges one package; one thread, one use."""

    def __init__(
        self,
        rules: RuleSet,
        *,
        route: RouteKind,
        site: Site | None,
        trial: Trial,
        approvals: tuple[Approval, ...],
        hmac_key: bytes,
        package_name: str,
    ) -> None:
        """Make the judge of a package. `package_name` is judged and never given back."""
        self._name = package_name
        self._package = self._context = make_context(
            rules, trial, site, route, Approvals(approvals, hmac_key)
        )
        self._places = Places(rules)
        self._tallies = Tallies()
        self._texts = SeenTexts()
        self._identifiers: list[Identifier] = []
        self._container = ContainerJudge(self._tallies, self._texts, self._collect)
        self._memos: dict[tuple[str, tuple[str, ...]], Memo] = {}
        self._contexts: dict[tuple[str, frozenset[str], str], Context] = {}
        self._proposals = Proposals(hmac_key, rules.private_creators)
        self._counts: Counter[str] = Counter()
        self._not_checked: Counter[str] = Counter()
        self._subject = ""
        self._ref: InstanceRef | None = None
        self._markers = Markers()
        self._all_ids: set[str] = set()
        #: UIDs in which an identifier hides; they never leave inspection.
        self.identifying_uids: set[str] = set()

    def begin_instance(
        self,
        ref: InstanceRef,
        subject_key: str,
        patient_id_text: str,
        sop_class_uid: str,
        allowed_ids: frozenset[str],
    ) -> None:
        """Start an instance of the subject `subject_key`; `allowed_ids`: study IDs allowed anywhere."""
        self._ref, self._subject = ref, subject_key
        self._markers = Markers(sop_class_uid)
        key = (subject_key, allowed_ids, patient_id_text)
        if key not in self._contexts:
            self._contexts[key] = self._subject_context(patient_id_text.strip(" \0"), allowed_ids)
        self._context = self._contexts[key]

    def _subject_context(self, patient_id: str, allowed: frozenset[str]) -> Context:
        """Study IDs may stand for the patient, and on egress any PatientID that gives nothing away."""
        given = allowed
        allowed = frozenset(text for text in given if is_study_id_or_slip(text, self._package.trial.study_id))
        self._all_ids |= allowed
        mistyped = given - allowed if self._package.route is not RouteKind.EGRESS else frozenset()
        context = self._package.for_subject(allowed, mistyped)
        if self._package.route is not RouteKind.EGRESS or not patient_id or patient_id in allowed:
            return context
        if JUDGES["patient_id"](context, "(0010,0020)", patient_id).codes:
            return context
        self._all_ids.add(patient_id)
        return self._package.for_subject(allowed | {patient_id})

    def memo(self, charset: tuple[str, ...]) -> Memo:
        """Return the memo for the present subject and this (0008,0005)."""
        texts = sorted(self._context.allowed | self._context.mistyped)
        return self._memos.setdefault((self._subject + "\0" + "\0".join(texts), charset), {})

    def judge(
        self,
        path: str,
        vr: str,
        value: bytes | bytearray | memoryview,
        charset: tuple[str, ...],
        where: Callable[[], str],
        creator: str = "",
    ) -> Hit | None:
        """Judge one element, and count it in the present instance.

        `path` has no item indices, `where()` gives it with them. `creator`: the private creator of the
        outermost private tag in the path, empty where all are public.
        """
        place, value = self._places.get(path, vr), bytes(value)
        if is_clean_at_a_glance(self._context, place, value):
            return None
        judged = judge_value(self._context, place, value, charset, creator)
        if judged is None:
            return None
        self._not_checked.update(judged.not_checked)
        if "PSN402" in judged.raised.codes:
            self.identifying_uids.update(value.decode("ascii").strip("\0 ").split("\\"))
        hit = self._hit(place, judged, where, creator)
        if hit is not None:
            self.repeat(hit)
        return hit

    def _hit(self, place: Place, judged: JudgedValue, where: Callable[[], str], creator: str) -> Hit | None:
        """Make the tallies of a value, remember it for the second look, and what could be approved of it."""
        raised = judged.raised
        codes: set[str] = set()
        if raised.codes:
            lifted = self._context.approvals.lifted(raised.codes, place.path, judged.text)
            codes = raised.codes.keys() - lifted
        at = where() if codes or judged.text else ""
        tallies = tuple(self._tally(code, raised, place, at) for code in raised.codes if code in codes)
        self._collect(raised)
        if judged.text and place.kind not in ("time", "number", "age"):
            blocked = bool(raised.identifiers) or bool(
                codes & {"PSN101", "PSN102", "PSN104", "PSN105", "PSN106", "PSN107"}
            )
            self._texts.add(
                SeenText(self._subject, place.path, at, place.keyword, judged.text, self._ref, blocked)
            )
        if codes:
            self._proposals.add(codes, place.path, judged, creator)
        watched = WATCHED.get(place.path, "")
        if not (tallies or watched or place.is_uncovered or place.is_private):
            return None
        return Hit(
            tallies, place.is_uncovered, place.is_private, watched, judged.text.upper() if watched else ""
        )

    def _tally(self, code: str, raised: Raised, place: Place, at: str) -> Tally:
        if code == "PSN320":
            at, path = at[: at.rindex("(0400,0561)") + len("(0400,0561)")], "(0400,0561)"
            return self._tallies.get(
                code, self._subject, at, path, "OriginalAttributesSequence", raised.codes[code]
            )
        if code in _ONCE:
            known = self._tallies.first(code, self._subject)
            if known:
                return known
        return self._tallies.get(code, self._subject, at, place.path, place.keyword, raised.codes[code])

    def _collect(self, raised: Raised) -> None:
        self._identifiers += raised.identifiers
        self._package.known_numbers.update(
            item.text
            for item in raised.identifiers
            if item.text.isdigit() and len(item.text) >= 6 and item.kind.value == "number"
        )

    def repeat(self, hit: Hit) -> None:
        """Count a value again that was judged before, in the present instance."""
        for tally in hit.tallies:
            tally.add(self._ref)
        if hit.watched:
            self._markers.values[hit.watched] = hit.value
        if hit.is_uncovered:
            self._counts["uncovered"] += 1
        if hit.is_private:
            self._counts["private"] += 1

    def judge_preamble(self, preamble: bytes | memoryview) -> None:
        """Judge the 128 bytes before `DICM`."""
        self._stray(PREAMBLE, judge_preamble_bytes(self._context, bytes(preamble)))

    def judge_trailing(self, data: bytes | bytearray | memoryview) -> None:
        """Judge the bytes after the data set."""
        self._stray(TRAILING_BYTES, judge_trailing_bytes(self._context, bytes(data)))

    def judge_pixel_text(self, text: str) -> None:
        """Judge what was read in an image: any word is looked at by a person."""
        if any(character.isalnum() for character in text):
            raised = JUDGES["comment"](self._context, _PIXELS, text)
            raised.add("PSN317")
            self._stray(_PIXELS, raised)

    def judge_picture_remark(self, data: bytes) -> None:
        """Judge a comment in the header of a compressed picture."""
        place = self._places.get(_PIXELS, "OB")
        self._stray(_PIXELS, judge_bytes(self._context, place, data).raised)

    def _stray(self, where: str, raised: Raised) -> None:
        self._collect(raised)
        for code, detail in raised.codes.items():
            self._tallies.get(code, self._subject, where, where, "", detail).add(self._ref)

    def end_instance(self) -> str:
        """Judge what the instance says of itself; return why its pixels should be read, else nothing."""
        for path, keyword, raised in judge_markers(self._markers, self._context):
            for code, detail in raised.codes.items():
                known = self._tallies.first(code, self._subject) if code in _ONCE else None
                (known or self._tallies.get(code, self._subject, path, path, keyword, detail)).add(self._ref)
            if raised.codes.keys() & {"PSN314", "PSN315"}:
                self._proposals.add_class(self._markers.sop_class_uid, tuple(raised.codes))
        return pixel_check_reason(self._markers, self._context)

    def judge_container(self, comment: bytes, members: Iterable[ContainerMember]) -> None:
        """Judge the zip's own name, its comment, and its members' names, comments and extra fields."""
        self._container.judge(self._name, comment, members, self._everyone)

    def judge_companion(self, ordinal: int, data: bytes, *, is_written: bool) -> None:
        """Judge a member that is not DICOM; `is_written`: a document. Once all subjects were met."""
        self._container.judge_companion(ordinal, data, is_written=is_written, context=self._everyone)

    def judge_listed(
        self,
        ordinal: int,
        path: str,
        vr: str,
        value: bytes | bytearray | memoryview,
        charset: tuple[str, ...],
        where: str,
    ) -> None:
        """Judge an element of a DICOMDIR. Once all subjects were met."""
        place = self._places.get(path, vr)
        self._container.judge_listed(ordinal, place, bytes(value), charset, where, self._everyone)

    @property
    def _everyone(self) -> Context:
        """The context of what speaks of every subject of the package."""
        return self._package.for_subject(frozenset(self._all_ids))

    def finish(self) -> Judgement:
        """Take the second look and give the findings."""
        for seen in find_repeated(self._texts, self._identifiers, self._package.text.lexicon):
            code = REPEATED.get(seen.path, "PSN119")
            self._tallies.get(code, seen.subject, seen.where, seen.path, seen.keyword, {}).add(seen.ref)
        if self._texts.left_out:
            self._not_checked["texts not looked at twice"] += self._texts.left_out
        return Judgement(
            self._tallies.findings(),
            self._counts["uncovered"],
            self._counts["private"],
            dict(self._not_checked),
        )

    def proposals(self) -> tuple[Proposal, ...]:
        """Return what a person could approve for this site. The texts in it are for the terminal alone."""
        return tuple(self._proposals)

    def values_to_look_at(self) -> tuple[Proposal, ...]:
        """Return the proposals, and the values that nobody may approve; for a person's terminal alone."""
        return (*self._proposals, *self._proposals.only_seen())

    def is_known_label(self, path: str, text: str) -> bool:
        """Say whether a label may be kept: vocabulary, the trial file or an approval knows all of it."""
        if is_plain_label(text, self._context.text, self._context.allowed):
            return True
        codes = JUDGES["label"](self._context, path, text).codes
        return not codes.keys() - self._context.approvals.lifted(codes, path, text)
