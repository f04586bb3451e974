"""REG: the rigid registration that brings a CBCT into the planning frame (PS3.3 C.20.2)."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import SpatialRegistrationStorage

from ingest.demo.synthetic.subject import (
    PLANNING_SYSTEM,
    SyntheticSubject,
    begin_object,
    format_date,
    refer_to,
    set_equipment,
    set_series,
)

FIRST_REGISTRATION_SERIES = 200
_IDENTITY = ["1", "0", "0", "0", "0", "1", "0", "0", "0", "0", "1", "0", "0", "0", "0", "1"]


def build_registration(
    subject: SyntheticSubject, fraction: int, ct: list[Dataset], cbct: list[Dataset]
) -> Dataset:
    """Return the registration of a fraction's CBCT (from 1) to the planning CT."""
    day = subject.fraction_dates()[fraction - 1]
    role = f"reg/{fraction}"
    ds = begin_object(subject, role, SpatialRegistrationStorage, "REG", day=day, study="treatment")
    set_series(ds, subject, role, FIRST_REGISTRATION_SERIES + fraction)
    set_equipment(ds, *PLANNING_SYSTEM)
    ds.ContentDate, ds.ContentTime = format_date(day), "101000"
    ds.ContentLabel, ds.ContentDescription, ds.ContentCreatorName = "REGISTRATION", "", ""
    ds.FrameOfReferenceUID = ct[0].FrameOfReferenceUID
    ds.RegistrationSequence = Sequence([_register(ct, "0"), _register(cbct, f"{fraction % 5}")])
    ds.ReferencedSeriesSequence = Sequence([_refer_to_series(cbct)])
    ds.StudiesContainingOtherReferencedInstancesSequence = Sequence([_refer_to_study(ct)])
    return ds


def _register(images: list[Dataset], shift: str) -> Dataset:
    """Return one side of a registration; `shift` is along x, in mm."""
    matrix = Dataset()
    matrix.FrameOfReferenceTransformationMatrixType = "RIGID"
    matrix.FrameOfReferenceTransformationMatrix = [*_IDENTITY[:3], shift, *_IDENTITY[4:]]
    step = Dataset()
    step.MatrixSequence = Sequence([matrix])
    side = Dataset()
    side.FrameOfReferenceUID = images[0].FrameOfReferenceUID
    side.MatrixRegistrationSequence = Sequence([step])
    side.ReferencedImageSequence = Sequence([refer_to(image) for image in images])
    return side


def _refer_to_series(images: list[Dataset]) -> Dataset:
    series = Dataset()
    series.SeriesInstanceUID = images[0].SeriesInstanceUID
    series.ReferencedInstanceSequence = Sequence([refer_to(image) for image in images])
    return series


def _refer_to_study(images: list[Dataset]) -> Dataset:
    study = Dataset()
    study.StudyInstanceUID = images[0].StudyInstanceUID
    study.ReferencedSeriesSequence = Sequence([_refer_to_series(images)])
    return study
