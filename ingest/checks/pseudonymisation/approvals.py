"""What a site's approvals let pass, and what could be approved. Values are compared by keyed hash only."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.model.inspection import Approval, ApprovalKind

#: Codes that an approval may lift, and the kind of approval that a proposal names. What identifies by its
#: form or its place (a national number, a birth date, a name where names stand) is not among them.
PROPOSED_AS = {
    "PSN108": ApprovalKind.VALUE,
    "PSN110": ApprovalKind.VALUE,
    "PSN111": ApprovalKind.VALUE,
    "PSN113": ApprovalKind.LABEL,
    "PSN114": ApprovalKind.LABEL,
    "PSN115": ApprovalKind.LABEL,
    "PSN116": ApprovalKind.LABEL,
    "PSN117": ApprovalKind.VALUE,
    "PSN118": ApprovalKind.VALUE,
    "PSN122": ApprovalKind.VALUE,
    "PSN150": ApprovalKind.LABEL,
    "PSN152": ApprovalKind.LABEL,
    "PSN153": ApprovalKind.LABEL,
    "PSN154": ApprovalKind.LABEL,
    "PSN201": ApprovalKind.INSTITUTION,
    "PSN202": ApprovalKind.LABEL,
    "PSN203": ApprovalKind.VALUE,
    "PSN301": ApprovalKind.PRIVATE_CREATOR,
    "PSN309": ApprovalKind.VALUE,
    "PSN314": ApprovalKind.SOP_CLASS,
    "PSN315": ApprovalKind.SOP_CLASS,
    "PSN401": ApprovalKind.UID_ROOT,
}

_TEXT_KINDS = (ApprovalKind.LABEL, ApprovalKind.INSTITUTION, ApprovalKind.VALUE)


def value_hmac(key: bytes, text: str) -> str:
    """Return HMAC-SHA256 (hex) of a value in its normal form: compatible letters, one case, single spaces."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hmac.new(key, plain.encode("utf-8"), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person could approve, or may only look at. `text` is for the terminal alone, and never kept."""

    kind: ApprovalKind
    where: str
    value_hmac: str
    clear: str
    codes: tuple[str, ...]
    count: int
    text: str = field(default="", repr=False)
    is_approvable: bool = True


class Approvals:
    """The approvals of one site, indexed."""

    def __init__(self, approvals: Iterable[Approval], key: bytes) -> None:
        """Index the approvals; `key` is the service's HMAC key."""
        self._key = key
        items = tuple(approvals)
        self._creators = frozenset(
            (a.clear, a.value_hmac) for a in items if a.kind is ApprovalKind.PRIVATE_CREATOR
        )
        self.elements = frozenset(a.where for a in items if a.kind is ApprovalKind.PRIVATE_ELEMENT)
        self.uid_roots = tuple(a.clear for a in items if a.kind is ApprovalKind.UID_ROOT and a.clear)
        self.sop_classes = frozenset(a.clear for a in items if a.kind is ApprovalKind.SOP_CLASS)
        self._texts = frozenset((a.kind, a.where, a.value_hmac) for a in items if a.kind in _TEXT_KINDS)

    def has_creator(self, creator: str) -> bool:
        """Say whether a private creator is approved, by its name or, where no list knows it, by its hash."""
        if not self._creators or not creator:
            return False
        return (creator, "") in self._creators or ("", value_hmac(self._key, creator)) in self._creators

    def lifted(self, codes: Iterable[str], path: str, text: str) -> frozenset[str]:
        """Return those of the codes that an approval of this value at this place lifts."""
        if not self._texts:
            return frozenset()
        kinds = self._approved_kinds(path, text)
        return frozenset(
            code
            for code in codes
            if code in PROPOSED_AS and (ApprovalKind.VALUE in kinds or PROPOSED_AS[code] in kinds)
        )

    def _approved_kinds(self, path: str, text: str) -> set[ApprovalKind]:
        digest = value_hmac(self._key, text)
        return {
            kind
            for kind in _TEXT_KINDS
            for where in (path, "")
            for value in (digest, "")
            if (where or value) and (kind, where, value) in self._texts
        }
