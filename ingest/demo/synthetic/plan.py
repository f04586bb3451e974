"""RTPLAN, RTDOSE and RTRECORD: what was planned, what dose it gives, and what was delivered."""

from __future__ import annotations

import random
from array import array

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import RTBeamsTreatmentRecordStorage, RTDoseStorage, RTPlanStorage

from ingest.demo.synthetic.images import as_little_endian
from ingest.demo.synthetic.subject import (
    PLANNING_SYSTEM,
    SyntheticSubject,
    begin_object,
    format_date,
    refer_to,
    set_equipment,
    set_series,
)

PLAN_SERIES = 11
DOSE_SERIES = 12
FIRST_RECORD_SERIES = 300
BEAMS = 2
_GRID = 24
_GRID_SPACING = 10.0  # mm


def build_plan(subject: SyntheticSubject, structures: Dataset) -> Dataset:
    """Return the treated plan: one fraction group, two static beams (PS3.3 C.8.8.9 to C.8.8.14)."""
    ds = begin_object(subject, "rtplan", RTPlanStorage, "RTPLAN", day=subject.planning_date)
    set_series(ds, subject, "rtplan", PLAN_SERIES)
    set_equipment(ds, *PLANNING_SYSTEM)
    ds.FrameOfReferenceUID = subject.uid("frame/planning")
    ds.PositionReferenceIndicator = ""
    ds.RTPlanLabel = "PLAN"
    ds.RTPlanDate, ds.RTPlanTime = format_date(subject.planning_date), "130000"
    ds.PlanIntent = "CURATIVE"
    ds.RTPlanGeometry = "PATIENT"
    ds.ReferencedStructureSetSequence = Sequence([refer_to(structures)])
    ds.FractionGroupSequence = Sequence([_group_fractions(subject)])
    ds.BeamSequence = Sequence([_build_beam(number) for number in range(1, BEAMS + 1)])
    ds.ApprovalStatus = "APPROVED"
    ds.ReviewDate, ds.ReviewTime, ds.ReviewerName = format_date(subject.planning_date), "140000", ""
    return ds


def build_dose(subject: SyntheticSubject, plan: Dataset) -> Dataset:
    """Return the dose of the whole plan, in gray, on a grid that covers the structures drawn as targets."""
    ds = begin_object(subject, "rtdose", RTDoseStorage, "RTDOSE", day=subject.planning_date)
    set_series(ds, subject, "rtdose", DOSE_SERIES)
    set_equipment(ds, *PLANNING_SYSTEM)
    ds.FrameOfReferenceUID = subject.uid("frame/planning")
    ds.PositionReferenceIndicator = ""
    frames = subject.shape.ct_slices
    spacing = subject.shape.slice_spacing
    corner = -_GRID_SPACING * (_GRID - 1) / 2
    ds.ImagePositionPatient = [f"{corner:g}", f"{corner:g}", f"{-(frames - 1) / 2 * spacing:g}"]
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    ds.PixelSpacing = [f"{_GRID_SPACING:g}", f"{_GRID_SPACING:g}"]
    ds.SliceThickness = ""
    ds.NumberOfFrames, ds.FrameIncrementPointer = str(frames), 0x3004000C
    ds.GridFrameOffsetVector = [f"{index * spacing:g}" for index in range(frames)]
    ds.Rows = ds.Columns = _GRID
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 32, 32, 31, 0
    ds.DoseUnits, ds.DoseType, ds.DoseSummationType = "GY", "PHYSICAL", "PLAN"
    ds.DoseGridScaling = "0.06"
    ds.ReferencedRTPlanSequence = Sequence([refer_to(plan)])
    ds.PixelData = _draw_dose(frames, f"{subject.seed}/{subject.subject_id}/rtdose")
    ds["PixelData"].VR = "OW"
    return ds


def build_record(subject: SyntheticSubject, plan: Dataset, fraction: int) -> Dataset:
    """Return the record of a fraction's delivery (from 1), all beams of the plan."""
    day = subject.fraction_dates()[fraction - 1]
    role = f"rtrecord/{fraction}"
    ds = begin_object(subject, role, RTBeamsTreatmentRecordStorage, "RTRECORD", day=day, study="treatment")
    set_series(ds, subject, role, FIRST_RECORD_SERIES + fraction)
    set_equipment(ds, *PLANNING_SYSTEM)
    ds.TreatmentDate, ds.TreatmentTime = format_date(day), "101500"
    ds.ReferencedRTPlanSequence = Sequence([refer_to(plan)])
    ds.NumberOfFractionsPlanned = str(subject.shape.fractions)
    ds.PrimaryDosimeterUnit = "MU"
    ds.TreatmentSessionBeamSequence = Sequence(
        [_record_beam(number, fraction) for number in range(1, BEAMS + 1)]
    )
    return ds


def _group_fractions(subject: SyntheticSubject) -> Dataset:
    group = Dataset()
    group.FractionGroupNumber = "1"
    group.NumberOfFractionsPlanned = str(subject.shape.fractions)
    group.NumberOfBeams, group.NumberOfBrachyApplicationSetups = str(BEAMS), "0"
    beams = []
    for number in range(1, BEAMS + 1):
        beam = Dataset()
        beam.BeamMeterset, beam.ReferencedBeamNumber = "100", str(number)
        beams.append(beam)
    group.ReferencedBeamSequence = Sequence(beams)
    return group


def _build_beam(number: int) -> Dataset:
    beam = Dataset()
    beam.BeamNumber = str(number)
    beam.BeamType, beam.RadiationType, beam.TreatmentDeliveryType = "STATIC", "PHOTON", "TREATMENT"
    beam.TreatmentMachineName = ""
    beam.PrimaryDosimeterUnit, beam.SourceAxisDistance = "MU", "1000"
    beam.NumberOfWedges = beam.NumberOfCompensators = beam.NumberOfBoli = beam.NumberOfBlocks = "0"
    beam.FinalCumulativeMetersetWeight, beam.NumberOfControlPoints = "1", "2"
    points = []
    for index in range(2):
        point = Dataset()
        point.ControlPointIndex, point.CumulativeMetersetWeight = str(index), str(index)
        if index == 0:
            point.GantryAngle, point.NominalBeamEnergy = str(180 * (number - 1)), "6"
            point.IsocenterPosition = ["0", "0", "0"]
        points.append(point)
    beam.ControlPointSequence = Sequence(points)
    return beam


def _record_beam(number: int, fraction: int) -> Dataset:
    beam = Dataset()
    beam.ReferencedBeamNumber = str(number)
    beam.BeamType, beam.RadiationType, beam.TreatmentDeliveryType = "STATIC", "PHOTON", "TREATMENT"
    beam.CurrentFractionNumber = str(fraction)
    beam.TreatmentTerminationStatus = "NORMAL"
    beam.DeliveredPrimaryMeterset = "100"
    return beam


def _draw_dose(frames: int, key: str) -> bytes:
    """Return a ball of dose about the origin, highest in the middle (units of the grid scaling).

    Its edge differs from set to set: the same dose under two study IDs would be a finding.
    """
    noise = random.Random(key)  # noqa: S311 - a picture, not a secret
    centre, middle = (_GRID - 1) / 2, (frames - 1) / 2
    rows = [max(0, 1000 - int(4 * (row - centre) ** 2)) for row in range(_GRID)]
    values = array("I")
    for frame in range(frames):
        weight = 1 - abs(frame - middle) / (frames + 1)
        values.extend(int(weight * row * column / 1000) for row in rows for column in rows)
        values[-_GRID:] = array("I", (noise.randrange(8) for _ in range(_GRID)))
    return as_little_endian(values)
