"""Whatever the bytes are: no exception, no hang, and what is not whole is said to be so."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.dicom.attributes import PATIENT_ID
from ingest.dicom.content import digest_content, digest_pixels
from ingest.dicom.facts import Digests, instance_ref, read_facts
from ingest.dicom.paths import PathTree
from ingest.dicom.soundness import check_soundness
from ingest.dicom.stamp import stamp
from ingest.dicom.walk import walk, where_of
from ingest.trial.definition import Limits
from tests.builders import build_case, encode
from tests.corpus.dicom_parts import BIG, BIG_ENDIAN, DEFLATED, IMPLICIT, PLAIN, ct
from tests.corpus.mutation import mutate

_LIMITS = Limits()
_MUTATIONS = 1000
_stopped_if_it_hangs = pytest.mark.timeout(120)


def read_fully(data: bytes) -> None:
    """Do with the bytes all that inspection does."""
    found = walk(data, PathTree(), _LIMITS)
    faults = [*found.faults, *check_soundness(found)]
    instance_ref(found, 1)
    for path, _, _, item in found.elements[:200]:
        where_of(path, item)
    if not any(fault.is_fatal for fault in faults):
        pixels = digest_pixels(found)
        digests = Digests("", "", digest_content(found, pixels), pixels)
        read_facts(found, 1, "123-1001", len(data), digests, lambda _: True)
        made = stamp(found, {PATIENT_ID: "123-1002"})
        again = walk(b"".join(made.pieces()), PathTree(), _LIMITS)
        assert again.text(PATIENT_ID) == "123-1002"


@pytest.fixture(scope="module")
def good_files() -> list[bytes]:
    case = build_case("123-1001", ct_slices=1, fractions=1, cbct=1, cbct_slices=1)
    small = [
        ct(),
        ct(writing=PLAIN, syntax=IMPLICIT),
        ct(writing=BIG_ENDIAN, syntax=BIG),
        ct(syntax=DEFLATED),
    ]
    return [*small, *(encode(instance.dataset) for instance in case)]


@_stopped_if_it_hangs
def test_mutations_of_good_files_are_read_or_refused(good_files: list[bytes]) -> None:
    chance = random.Random(11)
    for _ in range(_MUTATIONS):
        data = mutate(chance.choice(good_files), chance)
        read_fully(data)


def test_headers_with_one_byte_changed_are_read_or_refused(good_files: list[bytes]) -> None:
    chance = random.Random(12)
    for _ in range(_MUTATIONS):
        data = bytearray(chance.choice(good_files))
        data[chance.randrange(128, min(len(data), 1500))] = chance.randrange(256)
        read_fully(bytes(data))


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_fully(data)


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_after_file_meta_are_read_or_refused(tail: bytes) -> None:
    read_fully(ct()[:350] + tail)
    read_fully(ct(writing=PLAIN, syntax=IMPLICIT)[:350] + tail)


@_stopped_if_it_hangs
def test_millions_of_empty_items_are_read_to_the_end() -> None:
    items = b"\xfe\xff\x00\xe0\x00\x00\x00\x00" * 300_000
    read_fully(ct(extra={0x00081140: b"\x08\x00\x40\x11SQ\0\0" + len(items).to_bytes(4, "little") + items}))
