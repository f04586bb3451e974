"""An instance's facts as one text: made once where they are found, kept as it is, opened where needed."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import NamedTuple

from ingest.model.instance import InstanceFacts
from ingest.model.wire import from_wire, to_wire

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class PackedFacts(NamedTuple):
    """What an instance is searched by, and all of its facts as canonical JSON (`text`)."""

    ordinal: int
    subject: str
    modality: str
    size: int
    sop_instance_uid: str
    sop_class_uid: str
    study_uid: str
    series_uid: str
    frame_of_reference_uid: str
    sent_sha256: str
    filed_sha256: str
    content_sha256: str
    pixel_sha256: str
    text: str

    def unpack(self) -> InstanceFacts:
        """Return the facts. Raises WireError."""
        return from_wire(InstanceFacts, json.loads(self.text))


@lru_cache(maxsize=512)
def open_facts(text: str) -> InstanceFacts:
    """Return the facts of a text that `pack` made. Raises WireError, ValueError.

    Those of a set are remembered, as they do not change: it is judged, filed and reported one after another.
    """
    return from_wire(InstanceFacts, json.loads(text))


def pack(facts: InstanceFacts) -> PackedFacts:
    """Return the facts packed."""
    return PackedFacts(
        facts.ordinal,
        facts.subject,
        facts.modality,
        facts.size,
        facts.sop_instance_uid,
        facts.sop_class_uid,
        facts.study_uid,
        facts.series_uid,
        facts.frame_of_reference_uid,
        facts.sent_sha256,
        facts.filed_sha256,
        facts.content_sha256,
        facts.pixel_sha256,
        _ENCODER.encode(to_wire(facts)),
    )
