"""RTSTRUCT: TG-263 named structures drawn on the planning CT, with references at both levels (PS3.3 A.19)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import RTStructureSetStorage

from ingest.demo.synthetic.subject import (
    PLANNING_SYSTEM,
    SyntheticSubject,
    begin_object,
    format_date,
    refer_to,
    set_equipment,
    set_series,
)

STRUCTURES_SERIES = 10
_POINTS = 16


@dataclass(frozen=True, slots=True)
class Ball:
    """A structure's shape: centre in the slice (mm), radius (mm), share of the slices about the middle."""

    name: str
    interpreted_type: str
    centre: tuple[float, float]
    radius: float
    share: float


BALLS = (
    Ball("External", "EXTERNAL", (0.0, 0.0), 125.0, 1.0),
    Ball("PTV_High", "PTV", (0.0, -10.0), 35.0, 0.5),
    Ball("CTV_High", "CTV", (0.0, -10.0), 25.0, 0.4),
    Ball("SpinalCord", "ORGAN", (0.0, 60.0), 8.0, 1.0),
    Ball("Bladder", "ORGAN", (0.0, -50.0), 25.0, 0.3),
    Ball("Rectum", "ORGAN", (0.0, 35.0), 15.0, 0.4),
)


def build_structures(subject: SyntheticSubject, ct: list[Dataset]) -> Dataset:
    """Return the structure set of a planning CT."""
    ds = begin_object(subject, "rtstruct", RTStructureSetStorage, "RTSTRUCT", day=subject.planning_date)
    set_series(ds, subject, "rtstruct", STRUCTURES_SERIES)
    set_equipment(ds, *PLANNING_SYSTEM)
    ds.FrameOfReferenceUID = subject.uid("frame/planning")
    ds.StructureSetLabel = "CT"
    ds.StructureSetDate, ds.StructureSetTime = format_date(subject.planning_date), "120000"
    ds.ReferencedFrameOfReferenceSequence = Sequence([_refer_to_frame(subject, ct)])
    ds.StructureSetROISequence = Sequence(
        [_name_roi(subject, number, ball) for number, ball in enumerate(BALLS, 1)]
    )
    ds.ROIContourSequence = Sequence([_draw_roi(number, ball, ct) for number, ball in enumerate(BALLS, 1)])
    ds.RTROIObservationsSequence = Sequence(
        [_observe_roi(number, ball) for number, ball in enumerate(BALLS, 1)]
    )
    ds.ApprovalStatus = "UNAPPROVED"
    return ds


def _refer_to_frame(subject: SyntheticSubject, ct: list[Dataset]) -> Dataset:
    series = Dataset()
    series.SeriesInstanceUID = ct[0].SeriesInstanceUID
    series.ContourImageSequence = Sequence([refer_to(image) for image in ct])
    study = Dataset()
    study.ReferencedSOPClassUID = "1.2.840.10008.3.1.2.3.1"
    study.ReferencedSOPInstanceUID = ct[0].StudyInstanceUID
    study.RTReferencedSeriesSequence = Sequence([series])
    frame = Dataset()
    frame.FrameOfReferenceUID = subject.uid("frame/planning")
    frame.RTReferencedStudySequence = Sequence([study])
    return frame


def _name_roi(subject: SyntheticSubject, number: int, ball: Ball) -> Dataset:
    item = Dataset()
    item.ROINumber = str(number)
    item.ReferencedFrameOfReferenceUID = subject.uid("frame/planning")
    item.ROIName = ball.name
    item.ROIGenerationAlgorithm = "MANUAL"
    return item


def _draw_roi(number: int, ball: Ball, ct: list[Dataset]) -> Dataset:
    keep = max(1, round(len(ct) * ball.share))
    first = (len(ct) - keep) // 2
    item = Dataset()
    item.ROIDisplayColor = ["255", "0", "0"]
    item.ReferencedROINumber = str(number)
    item.ContourSequence = Sequence([_draw_contour(ball, image) for image in ct[first : first + keep]])
    return item


def _draw_contour(ball: Ball, image: Dataset) -> Dataset:
    z = str(image.ImagePositionPatient[2])
    points: list[str] = []
    for step in range(_POINTS):
        angle = 2 * math.pi * step / _POINTS
        points += [
            f"{ball.centre[0] + ball.radius * math.cos(angle):.2f}",
            f"{ball.centre[1] + ball.radius * math.sin(angle):.2f}",
            z,
        ]
    contour = Dataset()
    contour.ContourImageSequence = Sequence([refer_to(image)])
    contour.ContourGeometricType = "CLOSED_PLANAR"
    contour.NumberOfContourPoints = str(_POINTS)
    contour.ContourData = points
    return contour


def _observe_roi(number: int, ball: Ball) -> Dataset:
    item = Dataset()
    item.ObservationNumber = str(number)
    item.ReferencedROINumber = str(number)
    item.RTROIInterpretedType = ball.interpreted_type
    item.ROIInterpreter = ""
    return item
