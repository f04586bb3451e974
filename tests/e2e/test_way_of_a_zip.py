"""A zip's whole way in one process: from the share to the archive, the report and received/."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from ocfl import StorageRoot

from ingest.model.submission import SubmissionState
from ingest.model.verdict import CompletenessState, Outcome
from tests.builders import build_case, zip_instances
from tests.deployment import Deployment, deploy


@pytest.fixture
def deployment(tmp_path: Path):
    with deploy(tmp_path) as running:
        yield running


def small_case(subject_id: str, seed: int, **shape):
    return build_case(subject_id, seed=seed, ct_slices=6, fractions=2, cbct=2, cbct_slices=3, **shape)


def is_valid_ocfl(deployment: Deployment) -> bool:
    root = StorageRoot(root=str(deployment.parts.places.subjects))
    return root.validate(validate_objects=True, check_digests=True)


def test_a_complete_set_is_filed_reported_and_set_aside(deployment: Deployment) -> None:
    source = deployment.drop("explorer", "123", "any-name.zip", zip_instances(small_case("123-1001", 1)))
    deployment.run()
    (submission,) = deployment.submissions()
    assert submission.state is SubmissionState.DONE
    assert submission.outcome is Outcome.ACCEPTED
    (subject,) = deployment.verdict(submission.id).subjects
    assert subject.completeness.state is CompletenessState.COMPLETE
    assert not source.exists()
    assert (source.parent / "received" / f"{submission.id}.zip").exists()
    assert (source.parent / "reports" / f"{submission.id}.html").exists()
    assert deployment.report(submission.id).startswith("Received and filed: 123-1001 is complete.")
    assert deployment.parts.archive.head("123-1001") == 1
    assert is_valid_ocfl(deployment)


def test_a_missing_object_is_sent_later_and_completes_the_subject(deployment: Deployment) -> None:
    case = small_case("123-1002", 2)
    dose = [item for item in case if item.dataset.Modality == "RTDOSE"]
    rest = [item for item in case if item.dataset.Modality != "RTDOSE"]
    deployment.drop("smb", "123", "first.zip", zip_instances(rest))
    deployment.run()
    (subject,) = deployment.verdict("S000001").subjects
    assert subject.outcome is Outcome.ACCEPTED
    assert [item.object for item in subject.completeness.missing] == ["rtdose"]
    deployment.drop("smb", "123", "second.zip", zip_instances(dose))
    deployment.run()
    (subject,) = deployment.verdict("S000002").subjects
    assert (subject.completeness.state, subject.new) == (CompletenessState.COMPLETE, 1)
    assert subject.resolved == ("rtdose",)
    assert deployment.parts.archive.head("123-1002") == 2
    assert is_valid_ocfl(deployment)


def test_a_resend_is_accepted_and_nothing_is_filed_twice(deployment: Deployment) -> None:
    data = zip_instances(small_case("123-1001", 1))
    for name in ("one.zip", "two.zip"):
        deployment.drop("explorer", "123", name, data)
        deployment.run()
    assert [item.outcome for item in deployment.submissions()] == [Outcome.ACCEPTED] * 2
    assert deployment.verdict("S000002").subjects[0].new == 0
    assert deployment.parts.archive.head("123-1001") == 1
    assert "already" in deployment.report("S000002")


def test_one_held_subject_does_not_hold_up_the_others_of_a_batch(deployment: Deployment) -> None:
    leaking = small_case("123-1002", 2)
    plan = next(item for item in leaking if item.dataset.Modality == "RTPLAN")
    plan.dataset.OperatorsName = "Quillfeather^Ottoline"
    batch = [*small_case("123-1001", 1), *leaking, *small_case("123-1003", 3)]
    deployment.drop("explorer", "123", "batch.zip", zip_instances(batch))
    deployment.run()
    outcomes = {item.label: item.outcome for item in deployment.verdict("S000001").subjects}
    assert outcomes == {
        "123-1001": Outcome.ACCEPTED,
        "123-1002": Outcome.HELD,
        "123-1003": Outcome.ACCEPTED,
    }
    assert deployment.parts.archive.subjects() == ["123-1001", "123-1003"]
    assert "Quillfeather" not in deployment.report("S000001") + deployment.report("S000001", "report.html")
    quarantined = list((deployment.parts.places.quarantine / "S000001").iterdir())
    assert len(quarantined) == len(leaking)


def test_a_copy_cut_short_is_never_judged_and_is_taken_up_when_it_is_completed(
    deployment: Deployment,
) -> None:
    whole = zip_instances(small_case("124-2004", 4))
    path = deployment.drop("smb", "124", "124-2004.zip", whole[: len(whole) // 2])
    deployment.run()
    (submission,) = deployment.submissions()
    assert (submission.state, submission.outcome) == (SubmissionState.UNFINISHED, None)
    assert path.exists()
    deployment.run()
    assert len(deployment.submissions()) == 1
    path.write_bytes(whole)
    deployment.run(rounds=3)
    first, second = deployment.submissions()
    assert first.state is SubmissionState.VANISHED
    assert (second.state, second.outcome) == (SubmissionState.DONE, Outcome.ACCEPTED)
    assert not path.exists()


def test_a_study_id_of_another_site_is_held_and_files_nothing(deployment: Deployment) -> None:
    deployment.drop("explorer", "123", "a.zip", zip_instances(small_case("124-2009", 9)))
    deployment.run()
    assert deployment.submissions()[0].outcome is Outcome.HELD
    assert deployment.parts.archive.subjects() == []


def test_one_patient_under_two_study_ids_is_held_under_both(deployment: Deployment) -> None:
    batch = small_case("123-1001", 1)
    for item in small_case("123-1001", 1):
        item.dataset.PatientID = item.dataset.PatientName = "123-1002"
        item.name = f"again/{item.name}"
        batch.append(item)
    deployment.drop("smb", "123", "batch.zip", zip_instances(batch))
    deployment.run()
    outcomes = {item.label: item.outcome for item in deployment.verdict("S000001").subjects}
    assert outcomes == {"123-1001": Outcome.HELD, "123-1002": Outcome.HELD}


def test_a_resend_under_the_right_study_id_is_not_stopped_by_what_is_held(deployment: Deployment) -> None:
    wrong = small_case("123-1001", 1)
    for item in wrong:
        item.dataset.PatientID = item.dataset.PatientName = "124-1001"
    deployment.drop("smb", "123", "wrong.zip", zip_instances(wrong))
    deployment.run()
    deployment.drop("smb", "123", "right.zip", zip_instances(small_case("123-1001", 1)))
    deployment.run()
    assert [item.outcome for item in deployment.submissions()] == [Outcome.HELD, Outcome.ACCEPTED]


def test_what_is_no_zip_of_dicom_is_rejected_with_a_reason_and_kept(deployment: Deployment) -> None:
    deployment.drop("egress", "123", "123-1001.zip", b"<html><body>Please log in</body></html>")
    deployment.run()
    (submission,) = deployment.submissions()
    assert (submission.state, submission.outcome) == (SubmissionState.DONE, Outcome.REJECTED)
    assert deployment.parts.originals.has(submission.id)
    received = deployment.shares / "egress" / "123" / "received" / f"{submission.id}.zip"
    assert received.exists()


def test_an_empty_zip_is_rejected(deployment: Deployment, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "e.zip", "w"):
        pass
    deployment.drop("smb", "123", "empty.zip", (tmp_path / "e.zip").read_bytes())
    deployment.run()
    assert deployment.submissions()[0].outcome is Outcome.REJECTED


def test_running_again_changes_nothing(deployment: Deployment) -> None:
    deployment.drop("explorer", "123", "a.zip", zip_instances(small_case("123-1001", 1)))
    deployment.run()
    with deployment.parts.ledger.read() as tx:
        before = tx.audit.head()
    done = deployment.run(rounds=3)
    with deployment.parts.ledger.read() as tx:
        assert tx.audit.head() == before
        assert tx.audit.verify().first_fault is None
    assert (done.arrived, done.steps) == (0, 0)
