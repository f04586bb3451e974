"""Whose is a member that cannot be read? Its folder's only subject's, else the package's."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.dicom.faults import Fault
from ingest.inspection.gather import Gathering
from ingest.model.finding import InstanceRef

_MANY = ""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A fault of a member whose subject is not known yet. `folder` never leaves inspection."""

    fault: Fault
    ref: InstanceRef
    folder: str


class Owners:
    """The subjects of folders, and the members that wait for one.

    is_one_subject: the whole package is of one subject (egress).
    """

    def __init__(self, is_one_subject: bool) -> None:
        self._is_one_subject = is_one_subject
        self._folders: dict[str, str] = {}
        self._only = ""
        self._orphans: list[Orphan] = []

    def see(self, name: str, subject: str) -> None:
        """Note that the member of that name is of that subject."""
        folder = self._folder(name)
        known = self._folders.setdefault(folder, subject)
        if known != subject:
            self._folders[folder] = _MANY

    def wait(self, name: str, fault: Fault, ref: InstanceRef) -> None:
        """Keep a fault of a member that says nothing of its subject until all members were read."""
        self._orphans.append(Orphan(fault, ref, self._folder(name)))

    def settle(self, gathering: Gathering) -> None:
        """Give what waited to its folder's only subject, else to the package."""
        for orphan in self._orphans:
            subject = self._folders.get(orphan.folder, _MANY) or None
            fault = orphan.fault
            gathering.add(fault.code, subject, orphan.ref, fault.where, fault.keyword, fault.detail)
        self._orphans.clear()

    def _folder(self, name: str) -> str:
        return "" if self._is_one_subject else name.replace("\\", "/").rpartition("/")[0]
