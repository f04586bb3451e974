"""The pass over one member: bytes, walk, subject, judge, facts, stamp, staging. A fault is a finding."""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ingest.checks.identity import IdentityValues, PackageIdentity
from ingest.checks.pseudonymisation.charset import UndecodableText
from ingest.checks.pseudonymisation.charset import decode as decode_text
from ingest.checks.pseudonymisation.judge import PackageJudge
from ingest.dicom import attributes, faults
from ingest.dicom.content import begin_content
from ingest.dicom.facts import NOT_YET, Digests, complete_facts, instance_ref, read_facts
from ingest.dicom.faults import Fault
from ingest.dicom.paths import PathTree
from ingest.dicom.pixels import pixel_element
from ingest.dicom.soundness import SERIES, SOP_CLASS, SOP_INSTANCE, STUDY, check_soundness
from ingest.dicom.stamp import stamp
from ingest.dicom.walk import Walk, walk
from ingest.inspection.gather import Gathering
from ingest.inspection.judging import ElementJudging, charset_of
from ingest.inspection.lane import AHEAD, Lane, Take
from ingest.inspection.owners import Owners
from ingest.inspection.pixel_text import read_pixel_text
from ingest.inspection.staging import stage_member
from ingest.model.errors import TransientError
from ingest.model.finding import Finding, InstanceRef
from ingest.model.inspection import InspectionRequest
from ingest.model.instance import InstanceFacts
from ingest.package.contents import Member
from ingest.package.read import MemberBytes
from ingest.trial.definition import Trial

#: Tag paths kept from file to file; a real package has some thousands.
_MOST_PATHS = 50_000
#: Members that may wait to be written, besides the limit of bytes.
_MOST_PENDING = 64
#: Directories of media under another name than DICOMDIR, judged when all subjects are known.
_MOST_LISTINGS = 4
_LARGEST_LISTING = 8 * 1024**2
_ROI_NAME = "(3006,0020)>(3006,0026)"
_UID_IN_NAME = re.compile(r"(?<![0-9])[0-9]+(\.[0-9]+){4}")


@dataclass(slots=True)
class Counts:
    """What was read so far."""

    instances: int = 0
    elements: int = 0
    not_read: int = 0
    pixels_read: int = 0
    pixels_not_read: int = 0


class MemberPass:
    """Reads members one after another; what it finds goes to the gathering, the owners and the judge.

    is_large: members are written by a thread of its own.
    """

    def __init__(
        self,
        request: InspectionRequest,
        trial: Trial,
        folder: Path | None,
        identity: PackageIdentity,
        judge: PackageJudge,
        owners: Owners,
        gathering: Gathering,
        *,
        is_large: bool,
    ) -> None:
        self._trial = trial
        self._folder = folder
        self._identity = identity
        self._judge = judge
        self._owners = owners
        self._gathering = gathering
        self._is_stamping = request.route in trial.stamp.routes
        self._assigned = frozenset(request.assign.values())
        self._judging = ElementJudging(judge)
        self._labels: dict[tuple[str, str], bool] = {}
        self._tree = PathTree()
        self._writing: Lane[tuple[Digests, int]] = Lane(has_thread=is_large)
        self._pending: deque[tuple[Member, InstanceFacts]] = deque()
        self._waiting = 0
        self.counts = Counts()
        self.named_uids: dict[int, tuple[str, ...]] = {}
        self.listings: list[tuple[int, bytes]] = []
        self.unknown: list[Member] = []

    def close(self) -> None:
        """End the writing; what is not begun is not written."""
        self._writing.close()

    def read(self, member: Member, take: Take) -> None:
        """Inspect a member and have it written; its facts are `finished` then. Raises TransientError."""
        with self._leaving_out(member):
            got = take()
            if isinstance(got, Finding):
                self._leave_out(member.name, Fault(got.code), InstanceRef(member.ordinal))
                return
            is_kept = False
            try:
                is_kept = self._inspect(member, got)
            finally:
                if not is_kept:
                    got.close()

    def finished(self, *, is_last: bool = False) -> Iterator[InstanceFacts]:
        """Yield the facts of members that are staged: as many as memory needs, in the end all.

        Raises TransientError where a file cannot be written.
        """
        while self._pending and (is_last or self._waiting > AHEAD or len(self._pending) > _MOST_PENDING):
            member, facts = self._pending.popleft()
            self._waiting -= member.size
            digests = None
            with self._leaving_out(member):
                digests, size = self._writing.take_helping()
            if digests is not None:
                self.counts.instances += 1
                yield complete_facts(facts, size, digests)

    @contextmanager
    def _leaving_out(self, member: Member) -> Iterator[None]:
        """Leave a member out where its check raises: that is not a pass, and not the end of the others."""
        try:
            yield
            return
        except (TransientError, OSError):
            raise
        except MemoryError:
            code = faults.TOO_MUCH_MEMORY
        except Exception as error:
            # Where it raised is told; what it says may hold a value.
            code = faults.NOT_CHECKED
            report_bug(error)
        self._tree = PathTree()
        self._leave_out(member.name, Fault(code), InstanceRef(member.ordinal))

    def _leave_out(self, name: str, fault: Fault, ref: InstanceRef) -> None:
        self.counts.not_read += 1
        self._owners.wait(name, fault, ref)

    def _inspect(self, member: Member, got: MemberBytes) -> bool:
        """Walk and judge a member; return whether it is kept."""
        if len(self._tree) > _MOST_PATHS:
            self._tree = PathTree()
        found = walk(got.data, self._tree, self._trial.limits)
        wrong = [*found.faults, *check_soundness(found)]
        ref = instance_ref(found, member.ordinal)
        is_whole = not any(fault.is_fatal for fault in wrong)
        if not is_whole and not found.raw(attributes.PATIENT_ID).strip(b" \0"):
            for fault in wrong:
                self._owners.wait(member.name, fault, ref)
            if any(fault.code == faults.NOT_DICOM for fault in wrong):
                self.unknown.append(member)
            if any(fault.code == faults.FILE_SET for fault in wrong) and len(self.listings) < _MOST_LISTINGS:
                self.listings.append((member.ordinal, bytes(got.data[:_LARGEST_LISTING])))
            self.counts.not_read += 1
            return False
        subject = self._see(found, ref)
        self._owners.see(member.name, subject)
        for fault in wrong:
            self._gathering.add(fault.code, subject, ref, fault.where, fault.keyword, fault.detail)
        if not is_whole:
            self.counts.not_read += 1
            return False
        if _UID_IN_NAME.search(member.name):
            uids = (SOP_INSTANCE, STUDY, SERIES, 0x00200052)
            self.named_uids[member.ordinal] = tuple(found.text(tag) for tag in uids)
        self._keep(found, ref, subject, member, got)
        return True

    def _see(self, found: Walk, ref: InstanceRef) -> str:
        """Return the label of the instance's subject, and put its elements to the judge."""
        values = _identity_values(found)
        subject = self._identity.see(ref, values)
        allowed = self._identity.allowed_ids(values)
        self._judge.begin_instance(ref, subject, values.patient_id, found.text(SOP_CLASS), allowed)
        self.counts.elements += self._judging.judge(found)
        if self._judge.end_instance():
            self._read_pixels(found)
        return subject

    def _read_pixels(self, found: Walk) -> None:
        """Read the text in a picture that may show a screen; where that cannot be done, say so."""
        text = read_pixel_text(found) if self._trial.pseudonymisation.ocr and pixel_element(found) else None
        if text is not None:
            self._judge.judge_pixel_text(text)
            self.counts.pixels_read += 1
        elif pixel_element(found) is not None:
            self.counts.pixels_not_read += 1

    def _keep(self, found: Walk, ref: InstanceRef, subject: str, member: Member, got: MemberBytes) -> None:
        """Read the facts and have the file staged; the bytes are closed when it is."""

        def is_known_label(label: str) -> bool:
            known = self._labels.get((subject, label))
            if known is None:
                known = self._labels[subject, label] = self._judge.is_known_label(_ROI_NAME, label)
            return known

        facts = read_facts(found, ref.ordinal, subject, 0, NOT_YET, is_known_label)
        stamped = stamp(found, self._stamps(subject))
        content = begin_content(found)
        self._writing.put(partial(stage_member, self._folder, ref.ordinal, got, found, stamped, content))
        self._pending.append((member, facts))
        self._waiting += member.size

    def _stamps(self, subject: str) -> dict[int, str]:
        """Return what is written into a file of that subject; nothing where its study ID is not known."""
        site = self._trial.study_id.site_of(subject)
        if site is None or not (self._is_stamping or subject in self._assigned):
            return {}
        return {
            attributes.PATIENT_NAME: subject,
            attributes.PATIENT_ID: subject,
            attributes.SPONSOR: self._trial.stamp.sponsor,
            attributes.PROTOCOL_ID: self._trial.stamp.protocol_id,
            attributes.TRIAL_SITE_ID: site,
            attributes.TRIAL_SUBJECT_ID: subject,
        }


def _identity_values(found: Walk) -> IdentityValues:
    charset = charset_of(found.raw(0x00080005))

    def text(tag: int) -> str:
        raw = found.raw(tag)[:1024]
        try:
            return decode_text(raw, charset)
        except UndecodableText:
            return raw.decode("latin-1")

    return IdentityValues(
        text(attributes.PATIENT_ID),
        text(attributes.PATIENT_NAME),
        text(attributes.TRIAL_SUBJECT_ID),
        text(attributes.TRIAL_SITE_ID),
    )


def report_bug(error: BaseException) -> str:
    """Say on standard error where in this program a fault is: kind, file and line, never the text."""
    place = "?"
    trace = error.__traceback__
    while trace is not None:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    said = f"{type(error).__name__} at {place}"
    sys.stderr.write(f"inspection: {said}\n")
    return said
