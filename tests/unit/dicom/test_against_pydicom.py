"""The walk and the facts against pydicom's, on its own test files and on real clinical data."""

import zipfile
from functools import cache
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from tests.dicom_readings import facts_of, read_with_pydicom, values_by_pydicom, values_of, walked
from tests.real_data import REAL_DATA

pytestmark = pytest.mark.slow

_BUNDLED = Path(pydicom.__file__).parent / "data" / "test_files"
#: Cut off, or without a data set.
_NOT_READABLE = {"rtplan_truncated.dcm", "MR_truncated.dcm", "no_meta.dcm", "meta_missing_tsyntax.dcm"}
_FILES = sorted(path.name for path in _BUNDLED.glob("*.dcm") if path.name not in _NOT_READABLE)


@cache
def clinical_files() -> dict[str, bytes]:
    """Every kind of object of the real data, and a sample of its CT slices."""
    out: dict[str, bytes] = {}
    for package in sorted(REAL_DATA.glob("*.zip")):
        with zipfile.ZipFile(package) as opened:
            names = sorted(name for name in opened.namelist() if not name.endswith("/"))
            chosen = [name for name in names if "ct" not in name.lower()] + names[::40]
            out.update({f"{package.stem}/{name}": opened.read(name) for name in dict.fromkeys(chosen)})
    return out


@pytest.mark.parametrize("name", _FILES)
def test_elements_of_bundled_file_are_pydicoms(name: str) -> None:
    compare_elements((_BUNDLED / name).read_bytes())


def test_elements_of_clinical_files_are_pydicoms() -> None:
    assert len(clinical_files()) >= 10
    for data in clinical_files().values():
        compare_elements(data)


def compare_elements(data: bytes) -> None:
    """Same places, same bytes; where pydicom leaves unknown bytes, these may have been seen as a sequence."""
    found = walked(data)
    ours, theirs = values_of(found), values_by_pydicom(read_with_pydicom(data))
    opened = {place for place in theirs if place not in ours}
    for place in opened:
        assert any(inner.startswith(f"{place}[") for inner in ours) or not theirs[place]
    more = {place for place in ours if place not in theirs}
    assert all(place.startswith(tuple(f"{outer}[" for outer in opened)) for place in more)
    differing = [place for place in ours.keys() & theirs.keys() if not _same(ours[place], theirs[place])]
    assert differing == []


def _same(ours: bytes, theirs: bytes | None) -> bool:
    """pydicom leaves out the delimiter that ends encapsulated pixel data."""
    return theirs is None or ours == theirs or ours.removesuffix(b"\xfe\xff\xdd\xe0\0\0\0\0") == theirs


@pytest.mark.parametrize(
    "name", ["CT_small.dcm", "MR_small_bigendian.dcm", "MR_small_implicit.dcm", "rtdose.dcm"]
)
def test_facts_of_image_are_pydicoms(name: str) -> None:
    data = (_BUNDLED / name).read_bytes()
    compare_common(data)


def test_facts_of_clinical_files_are_pydicoms() -> None:
    for data in clinical_files().values():
        dataset = compare_common(data)
        compare_rt(data, dataset)


def compare_common(data: bytes) -> Dataset:
    facts, dataset = facts_of(data), read_with_pydicom(data)
    assert facts.sop_class_uid == dataset.SOPClassUID
    assert facts.sop_instance_uid == dataset.SOPInstanceUID
    assert facts.series_uid == dataset.SeriesInstanceUID
    assert facts.modality == dataset.Modality
    assert facts.frame_of_reference_uid == dataset.get("FrameOfReferenceUID", "")
    assert facts.study_date == dataset.get("StudyDate", "")
    assert facts.series_number == dataset.get("SeriesNumber")
    assert facts.instance_number == dataset.get("InstanceNumber")
    if facts.plane is not None:
        assert (facts.plane.rows, facts.plane.columns) == (dataset.Rows, dataset.Columns)
        assert facts.plane.position == _floats(dataset, "ImagePositionPatient")
        assert facts.plane.orientation == _floats(dataset, "ImageOrientationPatient")
        assert facts.plane.spacing == _floats(dataset, "PixelSpacing")
    return dataset


def _floats(dataset: Dataset, keyword: str) -> tuple[float, ...] | None:
    value = dataset.get(keyword)
    return None if value is None else tuple(float(item) for item in value)


def compare_rt(data: bytes, dataset: Dataset) -> None:
    facts = facts_of(data)
    if facts.structures is not None:
        numbers = [int(item.ROINumber) for item in dataset.StructureSetROISequence]
        assert [roi.number for roi in facts.structures.rois] == numbers
        contours = {
            int(item.ReferencedROINumber): [c.ContourData for c in item.get("ContourSequence", [])]
            for item in dataset.ROIContourSequence
        }
        for roi in facts.structures.rois:
            points = [contour for contour in contours.get(roi.number, []) if contour]
            assert roi.contours == len(points)
            if points:
                assert roi.z_min == min(float(contour[2]) for contour in points)
                assert roi.z_max == max(float(contour[2]) for contour in points)
            if roi.box_min is not None and roi.box_max is not None:
                for axis in range(3):
                    values = [float(value) for contour in points for value in contour[axis::3]]
                    assert (roi.box_min[axis], roi.box_max[axis]) == (min(values), max(values))
    if facts.plan is not None:
        assert [beam.number for beam in facts.plan.beams] == [int(b.BeamNumber) for b in dataset.BeamSequence]
        planned = [int(group.NumberOfFractionsPlanned) for group in dataset.FractionGroupSequence]
        assert facts.plan.fractions == sum(planned)
    if facts.dose is not None:
        assert facts.dose.summation == dataset.DoseSummationType
        assert facts.dose.offsets == tuple(float(value) for value in dataset.GridFrameOffsetVector)
        assert facts.dose.is_all_zero is (not any(dataset.PixelData))
        assert {r.instance_uid for r in facts.references} >= {
            item.ReferencedSOPInstanceUID for item in dataset.get("ReferencedRTPlanSequence", [])
        }
