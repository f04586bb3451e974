"""Small, valid, clean files of each kind, and a way to put a value anywhere in one."""

from __future__ import annotations

import io
import re
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from tests.corpus.planted.driver import STUDY_ID

CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "RTSTRUCT": "1.2.840.10008.5.1.4.1.1.481.3",
    "RTPLAN": "1.2.840.10008.5.1.4.1.1.481.5",
    "RTDOSE": "1.2.840.10008.5.1.4.1.1.481.2",
    "RTRECORD": "1.2.840.10008.5.1.4.1.1.481.4",
    "REG": "1.2.840.10008.5.1.4.1.1.66.1",
}
_STEP = re.compile(r"([0-9A-Fa-f]{8}|\w+?)(?:\[(\d+)\])?")


def base(modality: str = "CT", *, implicit: bool = False) -> Dataset:
    """Return a clean file of a modality, pseudonymised as the trial asks."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = CLASSES[modality]
    dataset.file_meta.MediaStorageSOPInstanceUID = "2.25.1001"
    dataset.file_meta.ImplementationClassUID = "1.2.246.352.70.2.1.7"
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID = CLASSES[modality]
    dataset.SOPInstanceUID = "2.25.1001"
    dataset.StudyInstanceUID = "2.25.1002"
    dataset.SeriesInstanceUID = "2.25.1003"
    dataset.FrameOfReferenceUID = "2.25.1004"
    dataset.Modality = modality
    dataset.StudyDate = "20240312"
    dataset.StudyTime = "101500"
    dataset.PatientName = STUDY_ID
    dataset.PatientID = STUDY_ID
    dataset.PatientBirthDate = ""
    dataset.PatientSex = "M"
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "DICOM PS3.15"
    dataset.SeriesNumber = "2"
    dataset.InstanceNumber = "1"
    if modality in ("CT", "MR"):
        dataset.Rows = dataset.Columns = 2
        dataset.BitsAllocated = dataset.BitsStored = 16
        dataset.HighBit, dataset.PixelRepresentation, dataset.SamplesPerPixel = 15, 0, 1
        dataset.PhotometricInterpretation = "MONOCHROME2"
        dataset.add_new("PixelData", "OW", bytes(8))
    return dataset


def put(dataset: Dataset, path: str, value: Any, vr: str = "") -> None:
    """Put a value at `BeamSequence[0].BeamName` (keywords or eight-digit tags); items are made as needed."""
    *above, last = path.split(".")
    for step in above:
        name, index = _STEP.fullmatch(step).groups()
        tag = Tag(int(name, 16)) if re.fullmatch("[0-9A-Fa-f]{8}", name) else Tag(name)
        if tag not in dataset:
            dataset.add_new(tag, "SQ", [])
        while len(dataset[tag].value) <= int(index or 0):
            dataset[tag].value.append(Dataset())
        dataset = dataset[tag].value[int(index or 0)]
    if re.fullmatch("[0-9A-Fa-f]{8}", last):
        dataset.add_new(Tag(int(last, 16)), vr or "LO", value)
    elif vr:
        dataset.add_new(Tag(last), vr, value)
    else:
        setattr(dataset, last, value)


def where_of(path: str) -> str:
    """Return the place as findings write it: `(300A,00B0)[0]>(300A,00C2)`."""
    out = []
    for step in path.split("."):
        name, index = _STEP.fullmatch(step).groups()
        tag = Tag(int(name, 16)) if re.fullmatch("[0-9A-Fa-f]{8}", name) else Tag(name)
        out.append(f"({tag.group:04X},{tag.element:04X})" + (f"[{index}]" if index else ""))
    return ">".join(out)


def saved(dataset: Dataset) -> bytes:
    """Return the bytes of the file."""
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()
