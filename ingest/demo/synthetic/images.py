"""Image series: planning CT, MR on the planner's frame, and CBCTs on frames of their own."""

from __future__ import annotations

import random
import sys
from array import array
from datetime import date
from functools import cache

from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, MRImageStorage

from ingest.demo.synthetic.subject import (
    SyntheticSubject,
    begin_object,
    format_date,
    set_equipment,
    set_series,
)

MATRIX = 64
PIXEL_SPACING = 5.0  # mm
CORNER = -PIXEL_SPACING * (MATRIX - 1) / 2  # centre of the first pixel, mm

PLANNING_CT_SERIES = 2
MR_SERIES = 3
FIRST_CBCT_SERIES = 100


def build_planning_ct(subject: SyntheticSubject) -> list[Dataset]:
    """Return the planning CT, feet to head."""
    slices = []
    for index, z in enumerate(slice_positions(subject.shape.ct_slices, subject.shape.slice_spacing)):
        ds = begin_object(subject, f"ct/{index}", CTImageStorage, "CT", day=subject.planning_date)
        set_series(ds, subject, "ct", PLANNING_CT_SERIES, index + 1)
        set_equipment(ds, "SIEMENS", "SOMATOM Confidence")
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        ds.KVP = "120"
        ds.FrameOfReferenceUID = subject.uid("frame/planning")
        _add_image(ds, subject, f"ct/{index}", z, subject.shape.slice_spacing, subject.planning_date)
        slices.append(ds)
    return slices


def build_mr(subject: SyntheticSubject) -> list[Dataset]:
    """Return an MR series in the frame of the planning CT; empty where the shape has none."""
    slices = []
    for index, z in enumerate(slice_positions(subject.shape.mr_slices, subject.shape.slice_spacing)):
        ds = begin_object(subject, f"mr/{index}", MRImageStorage, "MR", day=subject.planning_date)
        set_series(ds, subject, "mr", MR_SERIES, index + 1)
        set_equipment(ds, "SIEMENS", "Avanto")
        ds.ImageType = ["ORIGINAL", "PRIMARY", "M"]
        ds.ScanningSequence, ds.SequenceVariant, ds.ScanOptions = "SE", "NONE", ""
        ds.MRAcquisitionType, ds.EchoTime, ds.EchoTrainLength = "2D", "100", "1"
        ds.FrameOfReferenceUID = subject.uid("frame/planning")
        _add_image(ds, subject, f"mr/{index}", z, subject.shape.slice_spacing, subject.planning_date)
        slices.append(ds)
    return slices


def build_cbct(subject: SyntheticSubject, fraction: int) -> list[Dataset]:
    """Return the CBCT of a fraction (from 1), in a frame of its own, as a linac's imager exports it."""
    day = subject.fraction_dates()[fraction - 1]
    slices = []
    for index, z in enumerate(slice_positions(subject.shape.cbct_slices, 5.0)):
        role = f"cbct/{fraction}/{index}"
        ds = begin_object(subject, role, CTImageStorage, "CT", day=day, study="treatment")
        set_series(ds, subject, f"cbct/{fraction}", FIRST_CBCT_SERIES + fraction, index + 1)
        set_equipment(ds, "Varian Medical Systems", "On-Board Imager")
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        ds.KVP = "125"
        ds.FrameOfReferenceUID = subject.uid(f"frame/cbct/{fraction}")
        _add_image(ds, subject, role, z, 5.0, day)
        slices.append(ds)
    return slices


def slice_positions(count: int, spacing: float) -> list[float]:
    """Return z of `count` slices (mm), centred on the origin."""
    return [round((index - (count - 1) / 2) * spacing, 3) for index in range(count)]


def _add_image(
    ds: Dataset, subject: SyntheticSubject, role: str, z: float, thickness: float, day: date
) -> None:
    ds.AcquisitionDate = ds.ContentDate = format_date(day)
    ds.AcquisitionTime = ds.ContentTime = "100000"
    ds.AcquisitionNumber = "1"
    ds.PatientPosition = "HFS"
    ds.PositionReferenceIndicator = ""
    ds.SliceThickness = f"{thickness:g}"
    ds.ImagePositionPatient = [f"{CORNER:g}", f"{CORNER:g}", f"{z:g}"]
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    ds.PixelSpacing = [f"{PIXEL_SPACING:g}", f"{PIXEL_SPACING:g}"]
    ds.Rows = ds.Columns = MATRIX
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    if ds.Modality == "CT":
        ds.RescaleIntercept, ds.RescaleSlope = "0", "1"
    ds.PixelData = _draw_slice(f"{subject.seed}/{subject.subject_id}/{role}")
    ds["PixelData"].VR = "OW"


def _draw_slice(key: str) -> bytes:
    """Return a disc of water in air, with noise in the top row so that no two slices are alike."""
    noise = random.Random(key)  # noqa: S311 - a picture, not a secret
    pixels = array("h", _disc())
    for column in range(MATRIX):
        pixels[column] = -1000 + noise.randrange(64)
    return as_little_endian(pixels)


@cache
def _disc() -> array[int]:
    centre, radius = (MATRIX - 1) / 2, MATRIX * 0.4
    return array(
        "h",
        (
            0 if (row - centre) ** 2 + (column - centre) ** 2 <= radius**2 else -1000
            for row in range(MATRIX)
            for column in range(MATRIX)
        ),
    )


def as_little_endian(values: array[int]) -> bytes:
    """Return an array's bytes in DICOM's little-endian order."""
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()
