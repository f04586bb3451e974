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
    judge.end_instance()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ingest.checks.pseudonymisation.rules import RuleSet
from ingest.model.finding import Finding, InstanceRef
from ingest.model.inspection import Approval
from ingest.model.route import RouteKind
from ingest.trial.definition import Site, Trial

#: What `memo.get(key, MISSING)` gives for a value not judged yet.
MISSING: Final = object()


class Hit:
    """What the memo keeps of a value that must be heard of again; None stands for a clean value."""


@dataclass(frozen=True, slots=True)
class ContainerMember:
    """One member as the central directory names it; `instance_uid` where it was read as DICOM."""

    ordinal: int
    name: str
    comment: bytes = b""
    extra: bytes = b""
    instance_uid: str = ""
    is_data: bool = True


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge says of a package in the end."""

    findings: tuple[Finding, ...]
    elements_without_rule: int
    private_elements: int
    not_checked: dict[str, int]


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
    ) -> None: ...

    def begin_instance(
        self,
        ref: InstanceRef,
        subject_key: str,
        patient_id_text: str,
        sop_class_uid: str,
        allowed_ids: frozenset[str],
    ) -> None:
        """Start an instance of the subject labelled `subject_key`; `allowed_ids` may stand for the patient anywhere."""

    def memo(self, charset: tuple[str, ...]) -> dict[tuple[str, ...] | tuple[object, ...], Hit | None]:
        """Return the memo for the present subject and this (0008,0005)."""

    def judge(
        self,
        path: str,
        vr: str,
        value: bytes | memoryview,
        charset: tuple[str, ...],
        where: Callable[[], str],
        creator: str = "",
    ) -> Hit | None:
        """Judge one element. `path` has no item indices, `where()` gives it with them; `creator` where private."""

    def repeat(self, hit: Hit) -> None:
        """Count a value again that was judged before, in the present instance."""

    def judge_preamble(self, preamble: bytes | memoryview) -> None:
        """Judge the 128 bytes before `DICM`."""

    def judge_trailing(self, data: bytes | memoryview) -> None:
        """Judge the bytes after the data set."""

    def end_instance(self) -> None:
        """Judge what an instance says of itself as a whole: markers, SOP class, burned-in text."""

    def judge_container(self, comment: bytes, members: Iterable[ContainerMember]) -> None:
        """Judge the zip's own name, its comment, and its members' names, comments and extra fields."""

    def finish(self) -> Judgement:
        """Take the second look and give the findings."""
