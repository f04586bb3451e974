"""Stamping splices: what is asked for is there, and every other byte is as it was."""

import io
import struct

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from ingest.dicom.attributes import PATIENT_ID, PATIENT_NAME, PROTOCOL_ID, SPONSOR, TRIAL_SUBJECT_ID
from ingest.dicom.content import digest_content, digest_pixels
from ingest.dicom.stamp import stamp
from tests.builders import build_case, encode
from tests.corpus.dicom_parts import (
    BIG,
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    LITTLE,
    PIXELS,
    PLAIN,
    Writing,
    ct,
)
from tests.dicom_readings import faults_of, walked

WRITINGS = [(LITTLE, EXPLICIT), (PLAIN, IMPLICIT), (BIG_ENDIAN, BIG), (LITTLE, DEFLATED)]
NEW = {
    PATIENT_ID: "123-1002",
    PATIENT_NAME: "123-1002",
    PROTOCOL_ID: "Hamlet.rt",
    TRIAL_SUBJECT_ID: "123-1002",
}


def stamped(data: bytes, values: dict[int, str] | None = None) -> bytes:
    return b"".join(stamp(walked(data), NEW if values is None else values).pieces())


def read(data: bytes) -> Dataset:
    return dcmread(io.BytesIO(data))


def content(data: bytes) -> str:
    found = walked(data)
    return digest_content(found, digest_pixels(found))


@pytest.mark.parametrize(("writing", "syntax"), WRITINGS)
def test_stamped_file_says_what_was_asked(writing: Writing, syntax: str) -> None:
    dataset = read(stamped(ct(writing=writing, syntax=syntax)))
    assert dataset.PatientID == dataset.PatientName == dataset.ClinicalTrialSubjectID == "123-1002"
    assert dataset.ClinicalTrialProtocolID == "Hamlet.rt"
    assert dataset.PixelData == PIXELS
    assert dataset.Rows == 4


@pytest.mark.parametrize(("writing", "syntax"), WRITINGS)
def test_stamped_file_is_sound(writing: Writing, syntax: str) -> None:
    assert faults_of(stamped(ct(writing=writing, syntax=syntax))) == []


def test_everything_else_keeps_its_bytes() -> None:
    sent = ct(x00100010="Somebody^Else")
    filed = stamped(sent, {PATIENT_NAME: "123-1002"})
    old, new = LITTLE.text(PATIENT_NAME, "PN", "Somebody^Else"), LITTLE.text(PATIENT_NAME, "PN", "123-1002")
    assert filed == sent.replace(old, new)


def test_absent_attributes_are_put_in_their_place() -> None:
    filed = stamped(ct(x00100010=None, x00100020=None))
    assert read(filed).PatientID == "123-1002"
    assert faults_of(filed) == []


def test_attribute_goes_to_the_end_where_nothing_comes_after() -> None:
    sent = ct(pixels=None)
    keep = sent[: sent.index(LITTLE.text(PATIENT_NAME, "PN", "123-1001"))]
    assert stamped(keep, {PATIENT_ID: "123-1002"}) == keep + LITTLE.text(PATIENT_ID, "LO", "123-1002")


def test_same_values_change_nothing() -> None:
    made = stamp(walked(ct()), {PATIENT_ID: "123-1001", PATIENT_NAME: "123-1001", SPONSOR: ""})
    assert not made.is_changed
    assert b"".join(made.pieces()) == ct()


@pytest.mark.parametrize("writing", [LITTLE, PLAIN, BIG_ENDIAN])
def test_group_length_follows(writing: Writing) -> None:
    syntax = {LITTLE: EXPLICIT, PLAIN: IMPLICIT, BIG_ENDIAN: BIG}[writing]
    group = writing.text(0x00100010, "PN", "Somebody^Else") + writing.text(0x00100020, "LO", "123-1001")
    length = struct.pack(writing.order + "I", len(group))
    sent = ct(
        writing=writing,
        syntax=syntax,
        x00100010="Somebody^Else",
        extra={0x00100000: writing.element(0x00100000, "UL", length)},
    )
    dataset = read(stamped(sent))
    assert dataset[0x00100000].value == len(
        writing.text(0x00100010, "PN", "123-1002") + writing.text(0x00100020, "LO", "123-1002")
    )


def test_every_repeated_attribute_is_stamped() -> None:
    sent = ct(
        extra={PATIENT_ID: LITTLE.text(PATIENT_ID, "LO", "4711") + LITTLE.text(PATIENT_ID, "LO", "Smith")}
    )
    assert b"Smith" not in stamped(sent)
    assert b"4711" not in stamped(sent)


def test_text_that_is_not_ascii_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        stamp(walked(ct()), {SPONSOR: "Universität"})


def test_stamping_does_not_change_the_content() -> None:
    for instance in build_case("123-1001", ct_slices=1, fractions=1, cbct=1, cbct_slices=1):
        data = encode(instance.dataset)
        assert content(stamped(data)) == content(data)
        assert faults_of(stamped(data)) == []
