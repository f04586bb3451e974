"""What the gate says, and what it never says."""

from pathlib import Path

import pytest

from ingest.model.finding import MAX_INSTANCES
from ingest.package.gate import is_unfinished, open_package
from ingest.package.nested import unwrap
from ingest.package.read import MemberReader
from ingest.trial.definition import Limits
from tests.corpus.outcome import read_zip
from tests.corpus.zip_makers import DICOM, nested, plain
from tests.corpus.zip_parts import STORED, UTF8, Lies, Part, build, extra_field
from tests.corpus.zips import HOSTILE_ZIPS

SECRET = b"SMITH^JOHN"

#: What an upload leaves that has not finished; everything else is judged at once.
UNFINISHED = {"PKG001", "PKG002", "PKG003", "PKG201", "PKG202", "PKG203", "PKG204"}


@pytest.mark.parametrize(
    "name",
    [
        b"../" + SECRET,
        b"C:" + SECRET,
        SECRET + b"\0",
        b"x\\" + SECRET,
        SECRET + b":a",
        b"con/" + SECRET,
        SECRET * 90,
    ],
)
def test_no_name_appears_in_a_finding(name: bytes, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(
        build([Part(name, DICOM), Part(name, b"", STORED, comment=SECRET)], Lies(comment=SECRET))
    )
    package = unwrap(open_package(path, Limits()), Limits(), tmp_path)
    with MemberReader(package, Limits(), tmp_path) as reader:
        said = [*package.findings, *(reader.read(member) for member in package.members if member.refusal)]
    assert package.findings
    assert "SMITH" not in repr(said)


@pytest.mark.parametrize("case", HOSTILE_ZIPS, ids=lambda case: case.title)
def test_only_what_may_still_arrive_is_unfinished(case: object, tmp_path: Path) -> None:
    reading = read_zip(case.build(), tmp_path, case.limits)  # type: ignore[attr-defined]
    expected = bool(reading.codes & UNFINISHED) or case.name == "unlisted-member-first"  # type: ignore[attr-defined]
    assert reading.is_unfinished is expected


def test_faults_of_members_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(build([Part(b"../%d" % number, DICOM) for number in range(50)]))
    (finding,) = open_package(path, Limits()).findings
    assert (finding.code, finding.count, len(finding.instances)) == ("PKG131", 50, MAX_INSTANCES)
    assert [ref.ordinal for ref in finding.instances[:3]] == [1, 2, 3]


def test_kinds_are_counted_and_members_keep_their_ordinals(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    names = [b"CT/", b"__MACOSX/._a", b"CT/a", b"DICOMDIR", b"viewer/run.exe", b"CT/b"]
    path.write_bytes(build([Part(name, b"" if name.endswith(b"/") else name + DICOM) for name in names]))
    package = open_package(path, Limits())
    assert package.kinds == {"directory": 1, "macosx": 1, "dicomdir": 1, "viewer": 1}
    assert [member.ordinal for member in package.data_members] == [3, 6]


def test_texts_of_the_container_are_handed_on(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    odd = extra_field(0x6375, b"\x01abcd" + SECRET)
    path.write_bytes(build([Part(b"1", DICOM, extra=odd, comment=b"note")], Lies(comment=b"for the trial")))
    package = open_package(path, Limits())
    assert package.comment == b"for the trial"
    assert package.members[0].notes == (b"\x01abcd" + SECRET,)
    assert package.members[0].comment == b"note"


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (Part(b"\x84.dcm", DICOM), "ä.dcm"),
        (Part("ä.dcm".encode(), DICOM, flags=UTF8), "ä.dcm"),
        (Part("ä.dcm".encode(), DICOM), "├ñ.dcm"),
    ],
)
def test_name_is_code_page_437_unless_the_flag_is_set(part: Part, name: str, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(build([part]))
    assert open_package(path, Limits()).members[0].name == name


def test_inner_zip_that_was_cut_off_before_it_was_zipped_is_no_unfinished_upload(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(build([Part(b"inner.zip", plain()[:-40])]))
    package = unwrap(open_package(path, Limits()), Limits(), tmp_path)
    assert {finding.code for finding in package.findings} == {"PKG308", "PKG001"}
    assert not is_unfinished(package)


def test_inner_zip_speaks_for_both(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(nested(1))
    package = unwrap(open_package(path, Limits()), Limits(), tmp_path)
    assert package.depth == 1
    assert package.wrapper is not None
    assert [member.name for member in package.data_members] == ["ct1.dcm", "ct2.dcm"]
