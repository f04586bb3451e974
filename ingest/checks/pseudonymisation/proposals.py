"""What a person could approve of a package, counted as the judge meets it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest.checks.codes import load_codes
from ingest.checks.pseudonymisation.approvals import PROPOSED_AS, Proposal, value_hmac
from ingest.checks.pseudonymisation.values import JudgedValue
from ingest.model.finding import Severity
from ingest.model.inspection import ApprovalKind

#: Proposals of one package; a person reads no more.
_MOST = 2_000


def _blocks(code: str) -> bool:
    return load_codes()[code].severity is Severity.BLOCK


class Proposals:
    """Proposals of one package. `known_creators`: private creators that may be named."""

    def __init__(self, key: bytes, known_creators: frozenset[str]) -> None:
        """Start with none; `key` is the service's HMAC key."""
        self._key = key
        self._known_creators = known_creators
        self._all: dict[tuple[str, str, str], Proposal] = {}
        self._only_seen: dict[tuple[str, str, str], Proposal] = {}

    def __iter__(self) -> Iterator[Proposal]:
        return iter(self._all.values())

    def only_seen(self) -> tuple[Proposal, ...]:
        """Return what nobody may approve and an authorised person may look at: names, numbers, dates."""
        return tuple(self._only_seen.values())

    def add(self, codes: Iterable[str], path: str, judged: JudgedValue, creator: str) -> None:
        """Propose what would lift these codes of a value at a place; no text that identifies by its form."""
        codes = tuple(codes)
        is_blocked = any(code not in PROPOSED_AS and _blocks(code) for code in codes)
        by_kind: dict[ApprovalKind, list[str]] = {}
        for code in codes:
            if code in PROPOSED_AS:
                by_kind.setdefault(PROPOSED_AS[code], []).append(code)
        for kind, found in by_kind.items():
            if kind is ApprovalKind.PRIVATE_CREATOR:
                self._add_creator(creator.strip(), path, tuple(found))
            elif kind is ApprovalKind.UID_ROOT:
                if judged.root:
                    self._count(Proposal(kind, "", "", judged.root, tuple(found), 1))
            elif not is_blocked:
                digest = value_hmac(self._key, judged.text)
                self._count(Proposal(kind, path, digest, "", tuple(found), 1, judged.text))
        others = tuple(sorted(code for code in codes if code not in PROPOSED_AS))
        if others and judged.text:
            digest = value_hmac(self._key, judged.text)
            seen = Proposal(ApprovalKind.VALUE, path, digest, "", others, 1, judged.text, is_approvable=False)
            self._count(seen, self._only_seen)

    def add_class(self, uid: str, codes: tuple[str, ...]) -> None:
        """Propose a SOP class of the list of those that are looked at."""
        self._count(Proposal(ApprovalKind.SOP_CLASS, "", "", uid, codes, 1))

    def _add_creator(self, creator: str, path: str, codes: tuple[str, ...]) -> None:
        """A creator that the list knows is named; any other may hold anything, and is hashed."""
        kind = ApprovalKind.PRIVATE_CREATOR
        if not creator:
            self._count(Proposal(ApprovalKind.PRIVATE_ELEMENT, path, "", "", codes, 1))
        elif creator in self._known_creators:
            self._count(Proposal(kind, "", "", creator, codes, 1))
        else:
            self._count(Proposal(kind, "", value_hmac(self._key, creator), "", codes, 1, creator))

    def _count(self, proposal: Proposal, among: dict[tuple[str, str, str], Proposal] | None = None) -> None:
        counted = self._all if among is None else among
        key = (proposal.kind.value, proposal.where + proposal.clear, proposal.value_hmac)
        known = counted.get(key)
        if known is None and len(counted) >= _MOST:
            return
        counted[key] = replace(proposal, count=known.count + 1) if known else proposal
