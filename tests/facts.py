"""Facts to test the radiotherapy checks with: read from synthetic or real files by the real extractor."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ingest.dicom.content import digest_content, digest_pixels
from ingest.dicom.facts import Digests, read_facts
from ingest.dicom.paths import PathTree
from ingest.dicom.walk import walk
from ingest.model.instance import InstanceFacts
from ingest.trial.definition import Limits, Trial
from ingest.trial.load import load_trial
from tests.builders import Instance, encode

SUBJECT = "123-1001"


@cache
def hamlet() -> Trial:
    """Return the trial that the repository ships."""
    return load_trial(Path(__file__).resolve().parents[1] / "deploy" / "trials" / "hamlet-rt.toml")


def facts_of_bytes(data: bytes, ordinal: int, tree: PathTree, subject: str = SUBJECT) -> InstanceFacts:
    """Return the facts of one file; every structure name counts as known."""
    found = walk(data, tree, Limits())
    pixels = digest_pixels(found)
    sha256 = hashlib.sha256(data).hexdigest()
    digests = Digests(sha256, sha256, digest_content(found, pixels), pixels)
    return read_facts(found, ordinal, subject, len(data), digests, lambda name: True)


def facts_of_case(case: Iterable[Instance], first_ordinal: int = 1) -> tuple[InstanceFacts, ...]:
    """Return the facts of a synthetic case, in its order."""
    tree = PathTree()
    return tuple(
        facts_of_bytes(encode(instance.dataset), ordinal, tree)
        for ordinal, instance in enumerate(case, first_ordinal)
    )


def facts_of_zip(path: Path) -> tuple[InstanceFacts, ...]:
    """Return the facts of every member of a zip."""
    tree = PathTree()
    with zipfile.ZipFile(path) as package:
        return tuple(
            facts_of_bytes(package.read(member), ordinal, tree)
            for ordinal, member in enumerate(package.infolist(), 1)
            if not member.is_dir()
        )
