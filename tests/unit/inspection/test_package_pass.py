"""One pass over a package: whose is what, what is staged, what is found."""

import hashlib
import stat
import sys
from pathlib import Path

import pytest

from ingest.inspection import member_pass
from ingest.inspection.display import display_name
from ingest.model.route import RouteKind
from ingest.model.verdict import Outcome
from ingest.trial.definition import Limits
from ingest.trial.load import load_default_trial
from tests.builders import build_case, encode, zip_case
from tests.corpus.cases import Hostile
from tests.corpus.dicom_parts import another, ct
from tests.corpus.dicoms import FILE_SET, HOSTILE_DICOMS
from tests.inspections import inspect_here, request_for, zip_of

SMALL = {"ct_slices": 3, "fractions": 2, "cbct": 1, "cbct_slices": 2}


@pytest.fixture(autouse=True, params=["one thread", "lanes"])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test here, as of a package that one thread reads and as of a large one."""
    if request.param == "lanes":
        monkeypatch.setattr("ingest.inspection.lane.LARGE", 0)


def small_case(subject: str = "123-1001", patient_id: str = "") -> dict[str, bytes]:
    return {
        instance.name: encode(instance.dataset)
        for instance in build_case(
            subject, patient_id=patient_id, ct_slices=3, fractions=2, cbct=1, cbct_slices=2
        )
    }


def test_sound_package_is_read_whole(tmp_path: Path) -> None:
    members = small_case()
    found = inspect_here(request_for(zip_of(members), tmp_path))
    assert found.inspection.package.instances == len(found.facts) == len(members)
    assert [subject.subject_id for subject in found.inspection.subjects] == ["123-1001"]
    assert {facts.subject for facts in found.facts} == {"123-1001"}
    assert not [code for code in found.codes if code.startswith(("DCM", "PKG", "SID"))]
    assert found.inspection.coverage.elements > 800
    assert found.inspection.coverage.elements_without_rule == 0


def test_staged_files_are_what_was_sent(tmp_path: Path) -> None:
    members = small_case()
    found = inspect_here(request_for(zip_of(members), tmp_path))
    assert list(found.staged.values()) != []
    sent = list(members.values())
    for facts in found.facts:
        assert found.staged[facts.ordinal] == sent[facts.ordinal - 1]
        digest = hashlib.sha256(sent[facts.ordinal - 1]).hexdigest()
        assert facts.sent_sha256 == facts.filed_sha256 == digest
        assert facts.size == len(sent[facts.ordinal - 1])


def test_staged_files_are_for_nobody_else(tmp_path: Path) -> None:
    request = request_for(zip_of({"a.dcm": ct()}), tmp_path)
    inspect_here(request)
    mode = stat.S_IMODE((tmp_path / "staging" / "1.dcm").stat().st_mode)
    assert mode == 0o600 or sys.platform == "win32"


def test_nothing_but_staged_files_is_left(tmp_path: Path) -> None:
    inspect_here(request_for(zip_of({"a.dcm": ct()}), tmp_path))
    assert [path.name for path in (tmp_path / "staging").iterdir()] == ["1.dcm"]


def test_nothing_is_written_without_a_staging_folder(tmp_path: Path) -> None:
    request = request_for(zip_of({"a.dcm": ct()}), tmp_path)
    bare = type(request)(
        request.package_path, request.package_name, request.route, request.site, request.trial_toml, "00" * 32
    )
    found = inspect_here(bare)
    assert len(found.facts) == 1
    assert not list((tmp_path / "staging").iterdir())


def test_egress_is_stamped_with_the_zips_study_id(tmp_path: Path) -> None:
    members = small_case(patient_id="ANON0001")
    request = request_for(zip_of(members), tmp_path, name="123-1001.zip", route=RouteKind.EGRESS)
    found = inspect_here(request)
    assert [subject.subject_id for subject in found.inspection.subjects] == ["123-1001"]
    for facts in found.facts:
        assert facts.sent_sha256 != facts.filed_sha256
        filed = found.staged[facts.ordinal]
        assert b"ANON0001" not in filed
        assert b"123-1001" in filed
        assert facts.filed_sha256 == hashlib.sha256(filed).hexdigest()
        assert facts.size == len(filed)


def test_stamped_and_unstamped_have_one_content(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    egress = request_for(
        zip_of(small_case(patient_id="ANON0001")), tmp_path / "a", name="123-1001.zip", route=RouteKind.EGRESS
    )
    plain = request_for(zip_of(small_case()), tmp_path / "b")
    by_egress = {facts.sop_instance_uid: facts.content_sha256 for facts in inspect_here(egress).facts}
    assert by_egress == {f.sop_instance_uid: f.content_sha256 for f in inspect_here(plain).facts}


def test_patient_id_that_is_no_study_id_has_a_label(tmp_path: Path) -> None:
    members = {"a.dcm": ct(x00100020="4711"), "b.dcm": another("2.25.7", x00100020="0815")}
    found = inspect_here(request_for(zip_of(members), tmp_path))
    assert [subject.label for subject in found.inspection.subjects] == ["unidentified-1", "unidentified-2"]
    assert "SID102" in found.codes
    assert "4711" not in repr(found.inspection)


def test_assigned_study_id_is_stamped_on_every_route(tmp_path: Path) -> None:
    request = request_for(
        zip_of({"a.dcm": ct(x00100020="4711")}), tmp_path, assign={"unidentified-1": "123-1009"}
    )
    found = inspect_here(request)
    assert [facts.subject for facts in found.facts] == ["123-1009"]
    assert b"123-1009" in found.staged[1]
    assert b"4711" not in found.staged[1]


def test_unreadable_member_is_its_own_patients(tmp_path: Path) -> None:
    members = {"x/a.dcm": ct(), "x/b.dcm": ct(x00100020="123-1002")[:-5]}
    found = inspect_here(request_for(zip_of(members), tmp_path))
    assert [finding.subject for finding in found.of("DCM103")] == ["123-1002"]
    assert [facts.subject for facts in found.facts] == ["123-1001"]
    assert list(found.staged) == [1]


def test_unreadable_member_is_its_folders_only_subjects(tmp_path: Path) -> None:
    members = {"x/a.dcm": ct(), "x/b.dcm": b"", "y/c.dcm": another("2.25.7", x00100020="123-1002")}
    found = inspect_here(request_for(zip_of(members), tmp_path))
    assert [finding.subject for finding in found.of("PKG208")] == ["123-1001"]
    outcomes = {subject.label: subject.outcome for subject in found.verdict.subjects}
    assert outcomes["123-1001"] is Outcome.HELD


def test_unreadable_member_of_a_shared_folder_is_the_packages(tmp_path: Path) -> None:
    members = {"a.dcm": ct(), "b.dcm": b"", "c.dcm": another("2.25.7", x00100020="123-1002")}
    found = inspect_here(request_for(zip_of(members), tmp_path))
    assert [finding.subject for finding in found.of("PKG208")] == [None]


def test_unreadable_member_on_egress_is_the_only_subjects(tmp_path: Path) -> None:
    members = {"x/a.dcm": ct(), "y/b.dcm": b""}
    request = request_for(zip_of(members), tmp_path, name="123-1001.zip", route=RouteKind.EGRESS)
    assert [finding.subject for finding in inspect_here(request).of("PKG208")] == ["123-1001"]


def test_one_broken_subject_does_not_hold_up_another(tmp_path: Path) -> None:
    members = {**small_case("123-1001"), **small_case("123-1002")}
    name = next(name for name in members if name.startswith("123-1002/CT"))
    members[name] = members[name][:-100]
    found = inspect_here(request_for(zip_of(members), tmp_path))
    outcomes = {subject.label: subject.outcome for subject in found.verdict.subjects}
    assert outcomes["123-1002"] is Outcome.HELD
    assert not [f for f in found.inspection.findings if f.subject is None and f.code.startswith("DCM")]


@pytest.mark.parametrize(
    "case", [case for case in HOSTILE_DICOMS if case.limits == Limits()], ids=lambda case: case.title
)
def test_hostile_file_is_never_accepted(tmp_path: Path, case: Hostile) -> None:
    data = case.build()
    found = inspect_here(request_for(zip_of({"x/good.dcm": another("2.25.7"), "x/bad.dcm": data}), tmp_path))
    assert found.verdict.outcome is Outcome.HELD
    assert case.code in found.codes or not data


def test_directory_of_a_file_set_is_not_kept(tmp_path: Path) -> None:
    found = inspect_here(request_for(zip_of({"x/a.dcm": ct(), "x/b.dcm": FILE_SET.build()}), tmp_path))
    assert FILE_SET.code in found.codes
    assert list(found.staged) == [1]


def test_fault_of_the_program_is_no_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("Smith^John")

    monkeypatch.setattr(member_pass, "begin_content", fail)
    found = inspect_here(request_for(zip_of({"a.dcm": ct()}), tmp_path))
    assert found.codes >= {"DCM901"}
    assert found.facts == []
    assert "Smith" not in repr(found.inspection)
    assert found.verdict.outcome in (Outcome.HELD, Outcome.REJECTED)


def test_too_little_memory_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(member_pass, "walk", fail)
    assert "DCM902" in inspect_here(request_for(zip_of({"a.dcm": ct()}), tmp_path)).codes


def test_same_finding_of_many_instances_is_one(tmp_path: Path) -> None:
    members = {f"x/{n}.dcm": another(f"2.25.{n}", x00200013=str(n), x00080060="MR") for n in range(1, 31)}
    found = inspect_here(request_for(zip_of(members), tmp_path))
    (finding,) = found.of("DCM303")
    assert finding.count == 30
    assert len(finding.instances) == 20
    assert finding.instances[0].modality == "MR"
    assert finding.instances[0].instance_number == 1


def test_zip_in_a_zip_is_read(tmp_path: Path) -> None:
    inner = zip_of({"a.dcm": ct()})
    found = inspect_here(request_for(zip_of({"inner.zip": inner}), tmp_path))
    assert len(found.facts) == 1
    assert found.inspection.package.sha256 == hashlib.sha256(zip_of({"inner.zip": inner})).hexdigest()


def test_broken_structure_reads_nothing(tmp_path: Path) -> None:
    found = inspect_here(request_for(zip_case("123-1001", **SMALL)[:-30], tmp_path))  # type: ignore[arg-type]
    assert found.facts == []
    assert found.inspection.package.is_unfinished
    assert found.verdict.outcome is Outcome.REJECTED


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("123-1001.zip", True),
        ("123-1001 123-1002.zip", True),
        ("Smith.zip", False),
        ("123-1001 Smith.zip", False),
    ],
)
def test_zips_name_is_shown_only_where_it_gives_nothing_away(name: str, shown: bool) -> None:
    trial = load_default_trial()
    assert display_name(name, trial, trial.site("123")) == (name if shown else "")
