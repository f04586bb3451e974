"""The judge of what surrounds the data: names and remarks of the zip, files that are not DICOM, DICOMDIR."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from ingest.checks.pseudonymisation.companions import COMPANION, judge_companion
from ingest.checks.pseudonymisation.container import (
    IDENTIFYING,
    ContainerMember,
    judge_container_name,
    judge_remark,
    other_uids,
)
from ingest.checks.pseudonymisation.context import Context
from ingest.checks.pseudonymisation.gaps import judge_gap_bytes
from ingest.checks.pseudonymisation.places import Place
from ingest.checks.pseudonymisation.raised import Raised
from ingest.checks.pseudonymisation.second_look import SeenText, SeenTexts
from ingest.checks.pseudonymisation.tally import Tallies
from ingest.checks.pseudonymisation.values import judge_value
from ingest.model.finding import MEMBER_NAME, ZIP_COMMENT, ZIP_GAP, ZIP_NAME, InstanceRef

MEMBER_COMMENT: Final = "member comment"
EXTRA_FIELD: Final = "extra field"
#: What an identifier found elsewhere raises where it stands in the container.
REPEATED: Final = {
    ZIP_NAME: "PSN601",
    MEMBER_NAME: "PSN602",
    ZIP_COMMENT: "PSN603",
    MEMBER_COMMENT: "PSN603",
    EXTRA_FIELD: "PSN604",
    COMPANION: "PSN607",
    ZIP_GAP: "PSN609",
}
_IN_LISTING: Final = IDENTIFYING | {"PSN117", "PSN118", "PSN201", "PSN202", "PSN310"}


class ContainerJudge:
    """Judges what belongs to no subject. `collect` is given every identifier that is met."""

    def __init__(self, tallies: Tallies, texts: SeenTexts, collect: Callable[[Raised], None]) -> None:
        """Take what the package's judge counts with."""
        self._tallies = tallies
        self._texts = texts
        self._collect = collect

    def judge(self, name: str, comment: bytes, members: Iterable[ContainerMember], context: Context) -> None:
        """Judge the zip's own name, its comment, and its members' names, comments and extra fields."""
        self._count("PSN601", ZIP_NAME, judge_container_name(name, context), name, None)
        if comment:
            self._remark("PSN603", ZIP_COMMENT, comment, context, None)
        folders: dict[str, Raised] = {}
        for member in members:
            ref = InstanceRef(member.ordinal)
            folder, slash, base = member.name.replace("\\", "/").rpartition("/")
            if folder and folder not in folders:
                folders[folder] = judge_container_name(folder, context)
            raised = judge_container_name(base, context)
            for code in folders.get(folder, Raised()).codes if slash else ():
                raised.add(code)
            self._count("PSN602", MEMBER_NAME, raised, member.name, ref)
            if other_uids(member):
                self._tallies.get("PSN605", None, MEMBER_NAME, MEMBER_NAME, "", {}).add(ref)
            if member.comment:
                self._remark("PSN603", MEMBER_COMMENT, member.comment, context, ref)
            if member.extra:
                self._remark("PSN604", EXTRA_FIELD, member.extra, context, ref)

    def judge_companion(
        self, ordinal: int, data: bytes, *, is_written: bool | None, is_index: bool, context: Context
    ) -> None:
        """Judge a file that is not DICOM."""
        raised, text = judge_companion(data, is_written=is_written, is_index=is_index, context=context)
        self._collect(raised)
        ref = InstanceRef(ordinal)
        for code in raised.codes:
            self._tallies.get(code, None, COMPANION, COMPANION, "", {}).add(ref)
        self._texts.add(SeenText(None, COMPANION, COMPANION, "", text, ref, "PSN607" in raised.codes))

    def judge_gap(self, offset: int, data: bytes, context: Context) -> None:
        """Judge bytes of the zip that belong to no file; `offset`: where they begin."""
        raised, text = judge_gap_bytes(context, data)
        self._collect(raised)
        where = f"{ZIP_GAP} {offset}"
        if raised.codes:
            self._tallies.get("PSN609", None, where, ZIP_GAP, "", {}).add(None)
        self._texts.add(SeenText(None, ZIP_GAP, where, "", text, None, bool(raised.codes)))

    def judge_listed(
        self, ordinal: int, place: Place, value: bytes, charset: tuple[str, ...], where: str, context: Context
    ) -> None:
        """Judge an element of a DICOMDIR, which speaks of every subject of the package."""
        judged = judge_value(context, place, value, charset, "")
        if judged is None:
            return
        self._collect(judged.raised)
        ref = InstanceRef(ordinal)
        found = judged.raised.codes.keys() & _IN_LISTING
        if found:
            self._tallies.get("PSN607", None, where, place.path, place.keyword, {}).add(ref)
        self._texts.add(SeenText(None, COMPANION, where, place.keyword, judged.text, ref, bool(found)))

    def _count(self, code: str, where: str, raised: Raised, text: str, ref: InstanceRef | None) -> None:
        self._collect(raised)
        blocked = bool(raised.codes)
        if blocked:
            self._tallies.get(code, None, where, where, "", {}).add(ref)
        self._texts.add(SeenText(None, where, where, "", text, ref, blocked))

    def _remark(self, code: str, where: str, data: bytes, context: Context, ref: InstanceRef | None) -> None:
        raised = judge_remark(data, context)
        self._count(code, where, raised, data.decode("utf-8", errors="replace"), ref)
        if not raised.codes:
            self._tallies.get("PSN606", None, where, where, "", {}).add(ref)
