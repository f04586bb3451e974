"""The judge of one package: every element, name and stray byte is put to it; it gives findings, never values.

How the inspection's loop uses it, for each instance:

    judge.begin_instance(ref, subject, patient_id, sop_class_uid, allowed_ids)
    memo = judge.memo(charset)                      # one a subject and charset; filled by the loop
    for each element, file meta included, sequences left out (their items' elements are put):
        hit = memo.get(key, MISSING)                # key: (path, vr, raw bytes), creator too where private
        if hit is MISSING:
            hit = memo[key] = judge.judge(path, vr, raw, charset, where, creator)
        if hit is not None:
            judge.count(hit)
    judge.judge_preamble(preamble); judge.judge_trailing(rest)
    reason = judge.end_instance()                   # not empty: read the pixels, put it to judge_pixel_text

and once all members are read: judge_container, finish. A DS that `numbers.is_number_text` accepts need not be
put at all unless it is private, nor anything of a binary VR that is public and shorter than six bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ingest.checks.pseudonymisation.approvals import Approvals, Proposal
from ingest.checks.pseudonymisation.container import ContainerMember
from ingest.checks.pseudonymisation.container_judge import REPEATED, ContainerJudge
from ingest.checks.pseudonymisation.context import make_context
from ingest.checks.pseudonymisation.elements import JUDGES
from ingest.checks.pseudonymisation.glance import is_clean_at_a_glance
from ingest.checks.pseudonymisation.labels import is_plain_label
from ingest.checks.pseudonymisation.markers import Markers, judge_markers, pixel_check_reason
from ingest.checks.pseudonymisation.notes import Hit, Notes
from ingest.checks.pseudonymisation.places import Places
from ingest.checks.pseudonymisation.proposals import Proposals
from ingest.checks.pseudonymisation.rules import RuleSet
from ingest.checks.pseudonymisation.second_look import find_repeated
from ingest.checks.pseudonymisation.stray import judge_preamble_bytes, judge_trailing_bytes
from ingest.checks.pseudonymisation.subjects import Subjects
from ingest.checks.pseudonymisation.values import judge_bytes, judge_value
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

_PIXELS: Final = "(7FE0,0010)"

Memo = dict[object, "Hit | None"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge says of a package in the end."""

    findings: tuple[Finding, ...]
    elements_without_rule: int
    private_elements: int
    private_let_through: int
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
        self._subjects = Subjects(self._package)
        self._proposals = Proposals(hmac_key, rules.private_creators)
        self._notes = Notes(self._package.known_numbers, self._proposals, rules.lexicon)
        self._container = ContainerJudge(self._notes.tallies, self._notes.texts, self._notes.collect)
        self._memos: dict[tuple[str, tuple[str, ...]], Memo] = {}
        self._uncovered = self._private = self._let_through = 0
        self._not_checked: Counter[str] = Counter()
        self._markers = Markers()
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
        self._notes.ref, self._notes.subject = ref, subject_key
        self._markers = Markers(sop_class_uid)
        self._context = self._subjects.context(subject_key, allowed_ids, patient_id_text)

    def memo(self, charset: tuple[str, ...]) -> Memo:
        """Return the memo for the present subject and this (0008,0005)."""
        texts = sorted(self._context.allowed | self._context.mistyped)
        return self._memos.setdefault((self._notes.subject + "\0" + "\0".join(texts), charset), {})

    def judge(
        self,
        path: str,
        vr: str,
        value: bytes | bytearray | memoryview,
        charset: tuple[str, ...],
        where: Callable[[], str],
        creator: str = "",
    ) -> Hit | None:
        """Judge one element of the present instance; what is returned is counted by `count`.

        `path` has no item indices, `where()` gives it with them. `creator`: the private creator of the
        outermost private tag in the path, empty where all are public.
        """
        place, value = self._places.get(path, vr), bytes(value)
        if is_clean_at_a_glance(self._context, place, value):
            return None
        judged = judge_value(self._context, place, value, charset, creator)
        if judged is None:
            return None
        if judged.not_checked:
            self._not_checked.update(judged.not_checked)
        if "PSN402" in judged.raised.codes:
            self.identifying_uids.update(value.decode("ascii").strip("\0 ").split("\\"))
        return self._notes.note(self._context, place, judged, where, creator)

    def count(self, hit: Hit) -> None:
        """Count in the present instance a value, or several that were joined, as often as they are met."""
        for tally in hit.tallies:
            tally.add(self._notes.ref)
        if hit.watched:
            self._markers.values.update(hit.watched)
        self._uncovered += hit.uncovered
        self._private += hit.private
        self._let_through += hit.let_through

    def judge_preamble(self, preamble: bytes | memoryview) -> None:
        """Judge the 128 bytes before `DICM`."""
        self._notes.count(PREAMBLE, judge_preamble_bytes(self._context, bytes(preamble)))

    def judge_trailing(self, data: bytes | bytearray | memoryview) -> None:
        """Judge the bytes after the data set."""
        self._notes.count(TRAILING_BYTES, judge_trailing_bytes(self._context, bytes(data)))

    def judge_pixel_text(self, text: str) -> None:
        """Judge what was read in an image: any word is looked at by a person."""
        if any(character.isalnum() for character in text):
            raised = JUDGES["comment"](self._context, _PIXELS, text)
            raised.add("PSN317")
            self._notes.count(_PIXELS, raised)

    def judge_picture_remark(self, data: bytes) -> None:
        """Judge a comment in the header of a compressed picture."""
        place = self._places.get(_PIXELS, "OB")
        self._notes.count(_PIXELS, judge_bytes(self._context, place, data).raised)

    def end_instance(self) -> str:
        """Judge what the instance says of itself; return why its pixels should be read, else nothing."""
        for path, keyword, raised in judge_markers(self._markers, self._context):
            self._notes.count(path, raised, keyword)
            if raised.codes.keys() & {"PSN314", "PSN315"}:
                self._proposals.add_class(self._markers.sop_class_uid, tuple(raised.codes))
        return pixel_check_reason(self._markers, self._context)

    def judge_container(self, comment: bytes, members: Iterable[ContainerMember]) -> None:
        """Judge the zip's own name, its comment, and its members' names, comments and extra fields."""
        self._container.judge(self._name, comment, members, self._subjects.everyone)

    def judge_gap(self, offset: int, data: bytes, *, is_whole: bool) -> None:
        """Judge bytes of the zip that belong to no file. Once all subjects were met."""
        self._container.judge_gap(offset, data, self._subjects.everyone)
        if not is_whole:
            self._not_checked["bytes that belong to no file"] += 1

    def judge_companion(
        self, ordinal: int, data: bytes, *, is_written: bool | None, is_index: bool = False
    ) -> None:
        """Judge a member that is not DICOM, once all subjects were met.

        is_written: a document, None: if it is text; is_index: what an operating system keeps of a folder.
        """
        context = self._subjects.everyone
        self._container.judge_companion(
            ordinal, data, is_written=is_written, is_index=is_index, context=context
        )

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
        self._container.judge_listed(ordinal, place, bytes(value), charset, where, self._subjects.everyone)

    def finish(self) -> Judgement:
        """Settle the doubts of labels, take the second look and give the findings."""
        notes = self._notes
        notes.settle()
        for seen in find_repeated(notes.texts, notes.identifiers, self._package.text.lexicon):
            code = REPEATED.get(seen.path, "PSN119")
            notes.tallies.get(code, seen.subject, seen.where, seen.path, seen.keyword, {}).add(seen.ref)
        if notes.texts.left_out:
            self._not_checked["texts not looked at twice"] += notes.texts.left_out
        return Judgement(
            notes.tallies.findings(),
            self._uncovered,
            self._private,
            self._let_through,
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
