"""The content digest: the same for what says the same, another for what does not."""

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from ingest.dicom.content import digest_content, digest_pixels
from tests.builders import build_case, encode
from tests.corpus.dicom_parts import LITTLE, ct
from tests.dicom_readings import walked


def content(data: bytes) -> str:
    found = walked(data)
    return digest_content(found, digest_pixels(found))


def rewritten(dataset: Dataset, syntax: str) -> bytes:
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset._is_little_endian = dataset._is_implicit_VR = None  # type: ignore[attr-defined]
    dataset._read_little = dataset._read_implicit = None  # type: ignore[attr-defined]
    return encode(dataset)


@pytest.mark.parametrize("modality", ["CT", "RTSTRUCT", "RTPLAN", "RTDOSE", "REG", "RTRECORD"])
def test_encoding_makes_no_difference(modality: str) -> None:
    case = build_case("123-1001", ct_slices=2, fractions=1, cbct=1, cbct_slices=1)
    dataset = next(item.dataset for item in case if item.dataset.Modality == modality)
    little = {
        content(rewritten(dataset, syntax))
        for syntax in (ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian)
    }
    assert len(little) == 1


def test_byte_order_makes_no_difference() -> None:
    case = build_case("123-1001", ct_slices=1, fractions=1, cbct=0)
    dataset = case[0].dataset
    expected = content(rewritten(dataset, ExplicitVRLittleEndian))
    pixels = bytearray(dataset.PixelData)
    pixels[0::2], pixels[1::2] = pixels[1::2], pixels[0::2]
    dataset.PixelData = bytes(pixels)
    assert content(rewritten(dataset, ExplicitVRBigEndian)) == expected


def test_time_of_writing_makes_no_difference() -> None:
    later = ct(extra={0x00080013: LITTLE.text(0x00080013, "TM", "235959")})
    assert content(later) == content(ct())


def test_subject_makes_no_difference() -> None:
    assert content(ct(x00100020="somebody", x00100010="Somebody^Else")) == content(ct())


@pytest.mark.parametrize(
    "other",
    [
        ct(pixels=bytes(32)),
        ct(x00200013="8"),
        ct(x0020000E="2.25.3"),
        ct(extra={0x00081140: LITTLE.sequence(0x00081140, LITTLE.item(b""))}),
        ct(extra={0x00081140: LITTLE.sequence(0x00081140)}),
    ],
)
def test_what_differs_has_another_digest(other: bytes) -> None:
    assert content(other) != content(ct())


def test_items_are_told_apart() -> None:
    one, two = LITTLE.text(0x00081150, "UI", "1.2"), LITTLE.text(0x00081155, "UI", "1.3")
    together = ct(extra={0x00081140: LITTLE.sequence(0x00081140, LITTLE.item(one + two))})
    apart = ct(extra={0x00081140: LITTLE.sequence(0x00081140, LITTLE.item(one), LITTLE.item(two))})
    assert content(together) != content(apart)


def test_pixel_digest_is_of_the_values_bytes() -> None:
    assert digest_pixels(walked(ct())) != digest_pixels(walked(ct(pixels=bytes(32))))
    assert digest_pixels(walked(ct(pixels=None))) == ""
