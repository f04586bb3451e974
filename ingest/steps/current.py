"""What is current of a subject: for the record of a version, the command line, the report and exports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.checks.currency import states_of
from ingest.ledger.filings import FiledMember
from ingest.ledger.transaction import Transaction
from ingest.model.currency import ObjectState
from ingest.model.instance import InstanceFacts

#: The record of a version that says which objects are current at it.
CURRENT_RECORD = "current.json"


@dataclass(frozen=True, slots=True)
class FiledObject:
    """A structure set, plan or dose of the head; `version`: the one that brought it."""

    state: ObjectState
    path: str
    version: int


def filed_objects(tx: Transaction, subject_id: str) -> tuple[FiledObject, ...]:
    """Return how each structure set, plan and dose that is filed stands."""
    return objects_with(tx, subject_id, (), 0)


def objects_with(
    tx: Transaction,
    subject_id: str,
    members: Iterable[tuple[InstanceFacts, FiledMember]],
    version: int,
    without: Iterable[str] = (),
) -> tuple[FiledObject, ...]:
    """Return how they stand once `members` are filed as `version`, and those of `without` (UIDs) are not."""
    gone = set(without)
    places: dict[str, tuple[str, int]] = {}
    facts: dict[str, InstanceFacts] = {}
    for item, own in tx.catalogue.planning(subject_id):
        if item.sop_instance_uid not in gone:
            places[item.sop_instance_uid] = (item.path, item.version or 0)
            facts[item.sop_instance_uid] = own
    for own, member in members:
        places[own.sop_instance_uid] = (member.path, version)
        facts[own.sop_instance_uid] = own
    states = states_of(facts.values(), {uid: number for uid, (_, number) in places.items()})
    return tuple(FiledObject(state, *places[state.sop_instance_uid]) for state in states)


def describe_object(item: FiledObject) -> dict[str, object]:
    """Return the published form of one object (docs/schemas/current.schema.json)."""
    return {
        "kind": item.state.kind.value,
        "sop_instance_uid": item.state.sop_instance_uid,
        "path": item.path,
        "version": item.version,
        "state": item.state.state.value,
        "because": item.state.because.value,
        "successors": list(item.state.successors),
    }


def current_document(subject_id: str, version: int, objects: Sequence[FiledObject]) -> bytes:
    """Return the version's record. Equal inputs give equal bytes."""
    document = {
        "schema": 1,
        "subject_id": subject_id,
        "version": version,
        "objects": [describe_object(item) for item in objects],
    }
    return (json.dumps(document, indent=2) + "\n").encode()
