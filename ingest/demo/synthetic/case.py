"""A whole set: its objects in order, as data sets, as files' bytes, and as a zip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pydicom import dcmwrite
from pydicom.dataset import Dataset

from ingest.demo.synthetic.images import build_cbct, build_mr, build_planning_ct
from ingest.demo.synthetic.plan import build_dose, build_plan, build_record
from ingest.demo.synthetic.registration import build_registration
from ingest.demo.synthetic.structures import build_structures
from ingest.demo.synthetic.subject import Shape, SyntheticSubject

_ZIP_DATE = (2024, 6, 1, 12, 0, 0)


@dataclass(slots=True)
class Instance:
    """One object of a set: its path in the zip and its data set (with file meta)."""

    name: str
    dataset: Dataset


def build_case(
    subject_id: str,
    *,
    seed: int = 1,
    patient_id: str = "",
    sex: str = "M",
    planning_date: date = date(2024, 3, 4),
    ct_slices: int = 20,
    fractions: int = 20,
    cbct: int = 20,
    cbct_slices: int = 6,
    records: int | None = None,
    mr_slices: int = 0,
    slice_spacing: float = 3.0,
) -> list[Instance]:
    """Return a linked set that is complete and clean; equal arguments give equal sets.

    patient_id: what PatientID and PatientName hold where it is not the study ID (egress).
    records:    RTRECORDs, one a fraction; None: all fractions.
    """
    shape = Shape(ct_slices, fractions, cbct, cbct_slices, records, mr_slices, slice_spacing)
    subject = SyntheticSubject(subject_id, seed, patient_id, sex, planning_date, shape)
    return build_set(subject)


def build_set(subject: SyntheticSubject) -> list[Instance]:
    """Return the objects of a synthetic subject, planning first."""
    ct = build_planning_ct(subject)
    structures = build_structures(subject, ct)
    plan = build_plan(subject, structures)
    out = [Instance(f"CT/{index:04}.dcm", ds) for index, ds in enumerate(ct, 1)]
    out += [Instance(f"MR/{index:04}.dcm", ds) for index, ds in enumerate(build_mr(subject), 1)]
    out.append(Instance("RTSTRUCT/0001.dcm", structures))
    out.append(Instance("RTPLAN/0001.dcm", plan))
    out.append(Instance("RTDOSE/0001.dcm", build_dose(subject, plan)))
    for fraction in range(1, min(subject.shape.cbct, subject.shape.fractions) + 1):
        cbct = build_cbct(subject, fraction)
        out += [Instance(f"CBCT/{fraction:02}/{index:04}.dcm", ds) for index, ds in enumerate(cbct, 1)]
        out.append(Instance(f"REG/{fraction:04}.dcm", build_registration(subject, fraction, ct, cbct)))
    records = subject.shape.fractions if subject.shape.records is None else subject.shape.records
    for fraction in range(1, records + 1):
        out.append(Instance(f"RTRECORD/{fraction:04}.dcm", build_record(subject, plan, fraction)))
    for instance in out:
        instance.name = f"{subject.subject_id}/{instance.name}"
    return out


def encode(dataset: Dataset) -> bytes:
    """Return a data set as the bytes of a DICOM file (PS3.10), in the transfer syntax its file meta names."""
    buffer = io.BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def zip_instances(instances: Iterable[Instance]) -> bytes:
    """Return instances as the bytes of a deflated zip; equal instances give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for instance in instances:
            package.writestr(_member(instance.name), encode(instance.dataset))
    return buffer.getvalue()


def zip_case(
    subject_id: str,
    *,
    seed: int = 1,
    patient_id: str = "",
    sex: str = "M",
    planning_date: date = date(2024, 3, 4),
    ct_slices: int = 20,
    fractions: int = 20,
    cbct: int = 20,
    cbct_slices: int = 6,
    records: int | None = None,
    mr_slices: int = 0,
    slice_spacing: float = 3.0,
) -> bytes:
    """Return `build_case` of the same arguments as the bytes of a zip."""
    shape = Shape(ct_slices, fractions, cbct, cbct_slices, records, mr_slices, slice_spacing)
    return zip_instances(build_set(SyntheticSubject(subject_id, seed, patient_id, sex, planning_date, shape)))


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _ZIP_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
