"""What lies in a zip beside the data, and what compressed pictures say beside their pixels."""

import io
import zipfile
from pathlib import Path

import pytest
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit, MediaStorageDirectoryStorage

from tests.corpus.dicom_parts import ct
from tests.inspections import Inspected, inspect_here, request_for, zip_of

COMPANION = "member that is not DICOM"
NHS = "943 476 5919"
UNREADABLE = bytes(range(256)) * 20


def inspected(tmp_path: Path, members: dict[str, bytes]) -> Inspected:
    return inspect_here(request_for(zip_of({"123-1001/1.dcm": ct(), **members}), tmp_path))


def places(found: Inspected, code: str) -> list[tuple[str, str]]:
    return [(finding.where, finding.keyword) for finding in found.of(code)]


def media_directory(name: str) -> bytes:
    """A DICOMDIR with one patient's record (PS3.3 F.3)."""
    record = Dataset()
    record.DirectoryRecordType, record.PatientName, record.PatientID = "PATIENT", name, "123-1001"
    ds = Dataset()
    ds.FileSetID, ds.DirectoryRecordSequence = "", [record]
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    ds.file_meta.MediaStorageSOPInstanceUID = "2.25.5"
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = io.BytesIO()
    dcmwrite(buffer, ds, enforce_file_format=True)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("readme.txt", f"The patient's NHS number is {NHS}"),
        ("list.csv", "subject,dob\n123-1001,DOB 12/03/1958"),
        ("Thumbs.db", f"\0\1\2{NHS}\0\0"),
        ("viewer/settings.ini", f"last={NHS}"),
        ("__MACOSX/._1.dcm", f"com.apple {NHS} quarantine"),
        ("order.hl7", f"PID|1||{NHS}^^^NHS||X"),
        ("SHA256SUMS", f"0a1b2c  RP_{NHS.replace(' ', '_')}.dcm"),
    ],
)
def test_an_identifier_in_a_file_that_is_not_dicom_blocks(tmp_path: Path, name: str, text: str) -> None:
    found = inspected(tmp_path, {name: text.encode()})
    assert places(found, "PSN607") == [(COMPANION, "")]
    assert found.of("PSN607")[0].subject is None
    assert found.verdict.outcome.value == "held"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("letter.pdf", b"%PDF-1.4\n" + UNREADABLE),
        ("screen.png", b"\x89PNG" + UNREADABLE),
        ("note.txt", b"as agreed with Mrs Okonkwo"),
        ("contact.txt", b"ring 0161 496 0321"),
        ("letter.html", b"<html><body>Dear Mr and Mrs Ogilvy-Nair,</body></html>"),
        ("order.hl7", b"PID|1||||OYELOWO^PETER||19600101|M"),
    ],
)
def test_a_document_that_names_someone_or_cannot_be_read_is_looked_at(
    tmp_path: Path, name: str, data: bytes
) -> None:
    assert places(inspected(tmp_path, {name: data}), "PSN608") == [(COMPANION, "")]


def test_a_page_beside_a_viewer_is_the_viewers(tmp_path: Path) -> None:
    page = b"<html><body>With thanks to Mrs Okonkwo, who wrote this viewer</body></html>"
    assert not inspected(tmp_path, {"index.html": page, "viewer/view.exe": b"MZ"}).of("PSN608")


def test_a_plain_readme_and_a_viewers_own_files_stop_nothing(tmp_path: Path) -> None:
    found = inspected(
        tmp_path,
        {
            "readme.txt": b"Exported for the trial: planning CT, structures, plan and dose.",
            "viewer/run.exe": b"MZ" + UNREADABLE,
            "viewer/logo.png": b"\x89PNG" + UNREADABLE,
            "viewer/help/manual.pdf": b"%PDF-1.4\n" + UNREADABLE,
            "viewer/licence.txt": b"Written by Robert Smith, support@viewer.example.com",
        },
    )
    assert not found.codes & {"PSN607", "PSN608"}


def test_a_name_from_the_data_is_found_in_a_document(tmp_path: Path) -> None:
    ds = dcmread(io.BytesIO(ct()))
    ds.PatientName = "Zbrzezny^Quilla"
    buffer = io.BytesIO()
    dcmwrite(buffer, ds)
    found = inspected(tmp_path, {"2.dcm": buffer.getvalue(), "log.txt": b"export of zbrzezny done"})
    assert places(found, "PSN607") == [(COMPANION, "")]


@pytest.mark.parametrize("name", ["DICOMDIR", "MEDIA/INDEX"])
def test_a_dicomdir_that_names_a_patient_blocks_at_its_tag(tmp_path: Path, name: str) -> None:
    found = inspected(tmp_path, {name: media_directory("Okonkwo^Ada")})
    assert places(found, "PSN607") == [("(0004,1220)[0]>(0010,0010)", "PatientName")]


def test_a_dicomdir_with_study_ids_stops_nothing(tmp_path: Path) -> None:
    assert "PSN607" not in inspected(tmp_path, {"DICOMDIR": media_directory("123-1001")}).codes


def test_what_is_too_large_to_be_read_is_counted(tmp_path: Path) -> None:
    members = {"123-1001/1.dcm": ct(), "video.mp4": bytes(9 * 1024**2)}
    found = inspect_here(request_for(zip_of(members, zipfile.ZIP_STORED), tmp_path))
    assert found.inspection.coverage.not_checked["files that are not DICOM"] == 1


def test_a_members_comment_is_told_apart_from_its_extra_field(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        info = zipfile.ZipInfo("123-1001/1.dcm")
        info.comment = b"Mrs Okonkwo"
        package.writestr(info, ct())
    found = inspect_here(request_for(buffer.getvalue(), tmp_path))
    assert places(found, "PSN603") == [("member comment", "")]


def jpeg(*segments: tuple[int, bytes], after: bytes = b"") -> bytes:
    """The bones of a JPEG: application and comment segments, a scan, its end."""
    head = b"".join(
        bytes((0xFF, marker)) + (len(text) + 2).to_bytes(2, "big") + text for marker, text in segments
    )
    return b"\xff\xd8" + head + b"\xff\xda\x00\x02" + bytes(32) + b"\xff\xd9" + after


def with_picture(picture: bytes) -> bytes:
    ds = dcmread(io.BytesIO(ct()))
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    ds.PixelData = encapsulate([picture])
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    buffer = io.BytesIO()
    dcmwrite(buffer, ds)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "picture",
    [
        jpeg((0xE0, b"JFIF\0\1\1"), (0xFE, b"Patient: Dorothy Okonkwo")),
        jpeg((0xE1, b"Exif\0\0II*\0Mrs Okonkwo\0")),
        jpeg(after=b"Mrs Dorothy Okonkwo "),
        b"\xff\x4f\xff\x64\x00\x16\x00\x01Mrs D Okonkwo CT 1" + b"\xff\x90\x00\x02" + bytes(16) + b"\xff\xd9",
    ],
    ids=["comment", "exif", "after the end", "JPEG 2000"],
)
def test_a_name_in_the_header_of_a_compressed_picture_is_found(tmp_path: Path, picture: bytes) -> None:
    found = inspect_here(request_for(zip_of({"1.dcm": with_picture(picture)}), tmp_path))
    assert ("(7FE0,0010)", "") in places(found, "PSN113")


@pytest.mark.parametrize(
    "comment",
    [
        b"LEAD Technologies Inc. V1.01",
        b"CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90",
        b"Created by OpenJPEG version 2.3.1",
        b"Kakadu-v7.2.2",
        b"Lavc57.89.100",
        b"Intel(R) JPEG Library, version 1,5,4,36",
        b"HPMC JPEG-LS v2.2",
        b"AccuSoft Corporation",
        b"\0\1Creator: JasPer Version 1.701.0",
        b"File source: Pegasus Imaging",
    ],
)
def test_what_programs_write_into_pictures_stops_nothing(tmp_path: Path, comment: bytes) -> None:
    member = with_picture(jpeg((0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), (0xFE, comment)))
    found = inspect_here(request_for(zip_of({"1.dcm": member}), tmp_path))
    assert not [finding for finding in found.inspection.findings if finding.where == "(7FE0,0010)"]
