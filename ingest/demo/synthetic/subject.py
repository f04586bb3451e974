"""Who a synthetic set is of, how large it is, and what all of its objects share."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

IMPLEMENTATION_CLASS_UID = UID("2.25.88613214902487014366513407516206318821")
PLANNING_SYSTEM = ("Varian Medical Systems", "ARIA RadOnc")


@dataclass(frozen=True, slots=True)
class Shape:
    """Counts of a set. A CBCT (and its REG) is made for each of the first `cbct` fractions.

    ct_slices, cbct_slices, mr_slices: images in a series; mr_slices 0: no MR.
    slice_spacing: mm between planning slices.
    """

    ct_slices: int = 20
    fractions: int = 20
    cbct: int = 20
    cbct_slices: int = 6
    records: int | None = None
    mr_slices: int = 0
    slice_spacing: float = 3.0


@dataclass(frozen=True, slots=True)
class SyntheticSubject:
    """A subject who never was. `patient_id` differs from the study ID only on the egress route."""

    subject_id: str
    seed: int = 1
    patient_id: str = ""
    sex: str = "M"
    planning_date: date = date(2024, 3, 4)
    shape: Shape = field(default_factory=Shape)

    def uid(self, role: str) -> UID:
        """Return the UID that the object or level named `role` always has in this set."""
        digest = hashlib.sha256(f"{self.seed}/{self.subject_id}/{role}".encode()).digest()
        return UID(f"2.25.{uuid.UUID(bytes=digest[:16], version=4).int}")

    def fraction_dates(self) -> list[date]:
        """Return the day of each fraction: weekdays, from a fortnight after the planning CT."""
        days: list[date] = []
        day = self.planning_date + timedelta(days=14)
        while len(days) < self.shape.fractions:
            if day.weekday() < 5:
                days.append(day)
            day += timedelta(days=1)
        return days


def begin_object(
    subject: SyntheticSubject, role: str, sop_class: str, modality: str, *, day: date, study: str = "planning"
) -> Dataset:
    """Return a data set with patient, study, series (to be set) and the marks of de-identification."""
    ds = Dataset()
    ds.SOPClassUID = UID(sop_class)
    ds.SOPInstanceUID = subject.uid(role)
    ds.Modality = modality
    ds.PatientName = ds.PatientID = subject.patient_id or subject.subject_id
    ds.PatientBirthDate = ""
    ds.PatientSex = subject.sex
    ds.StudyInstanceUID = subject.uid(f"study/{study}")
    ds.StudyDate = format_date(subject.planning_date if study == "planning" else subject.fraction_dates()[0])
    ds.StudyTime = "090000"
    ds.SeriesDate = ds.InstanceCreationDate = format_date(day)
    ds.SeriesTime = ds.InstanceCreationTime = "100000"
    ds.AccessionNumber = ds.ReferringPhysicianName = ds.StudyID = ""
    ds.PatientIdentityRemoved = "YES"
    ds.DeidentificationMethodCodeSequence = Sequence([_deidentification_code()])
    ds.LongitudinalTemporalInformationModified = "MODIFIED"
    ds.BurnedInAnnotation = "NO"
    is_image = modality in ("CT", "MR")
    ds.file_meta = _file_meta(ds, ExplicitVRLittleEndian if is_image else ImplicitVRLittleEndian)
    return ds


def set_series(
    ds: Dataset, subject: SyntheticSubject, role: str, number: int, instance_number: int = 1
) -> None:
    """Put a data set into the series named `role`."""
    ds.SeriesInstanceUID = subject.uid(f"series/{role}")
    ds.SeriesNumber = str(number)
    ds.InstanceNumber = str(instance_number)


def set_equipment(ds: Dataset, manufacturer: str, model: str) -> None:
    """Say which machine or program made a data set."""
    ds.Manufacturer, ds.ManufacturerModelName = manufacturer, model


def refer_to(ds: Dataset) -> Dataset:
    """Return a reference item (SOP class and instance) to a data set."""
    item = Dataset()
    item.ReferencedSOPClassUID = ds.SOPClassUID
    item.ReferencedSOPInstanceUID = ds.SOPInstanceUID
    return item


def format_date(day: date) -> str:
    """Return a date as DICOM's DA."""
    return day.strftime("%Y%m%d")


def _deidentification_code() -> Dataset:
    """Return PS3.16 CID 7050's code for the basic profile."""
    code = Dataset()
    code.CodeValue = "113100"
    code.CodingSchemeDesignator = "DCM"
    code.CodeMeaning = "Basic Application Confidentiality Profile"
    return code


def _file_meta(ds: Dataset, transfer_syntax: UID) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = transfer_syntax
    meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    return meta
