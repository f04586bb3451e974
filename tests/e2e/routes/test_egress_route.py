"""A zip's whole way on the egress route: drop folders by site, one patient a zip, the report by e-mail."""

from __future__ import annotations

import email.policy
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pydicom
import pytest

from ingest.model.verdict import Outcome
from tests.deployment import Deployment, deploy
from tests.e2e.routes.sending import small_zip

CONTACT = "rt-physics@northfield.example.org"
TEAM = "hamlet-data@example.org"


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deploy(tmp_path) as running:
        yield running


def letters(deployment: Deployment) -> dict[str, EmailMessage]:
    """Return the reports that were sent, by submission."""
    found = {}
    for path in (deployment.service.settings.data_dir / "mail").glob("report-*.eml"):
        letter = message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        found[path.stem.rpartition("-")[2]] = letter
    return found


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_the_zips_name_says_who_it_is_and_the_report_goes_by_mail(deployment: Deployment) -> None:
    deployment.drop("egress", "123", "123-1001.zip", small_zip("123-1001", 1, patient_id="ANONPT0117"))
    deployment.run()
    (submission,) = deployment.submissions()
    assert submission.outcome is Outcome.ACCEPTED
    filed = sorted(deployment.parts.places.subjects.rglob("*.dcm"))
    assert {pydicom.dcmread(path, specific_tags=["PatientID"]).PatientID for path in filed} == {"123-1001"}
    letter = letters(deployment)[submission.id]
    assert sorted(address.addr_spec for address in letter["To"].addresses) == sorted([CONTACT, TEAM])
    assert "123-1001 is complete" in text_of(letter)
    assert not (deployment.shares / "egress/123/reports").exists(), "these sites have no share"


def test_the_zips_of_one_mail_are_taken_each_by_itself(deployment: Deployment) -> None:
    for seed, subject_id in enumerate(["123-1001", "123-1002", "123-1003"], start=1):
        data = small_zip(subject_id, seed, patient_id=f"ANONPT{seed}")
        deployment.drop("egress", "123", f"{subject_id}.zip", data)
    deployment.drop("egress", "125", "125-3001.zip", small_zip("125-3001", 9, patient_id="ANONPT9"))
    deployment.run()
    assert [item.outcome for item in deployment.submissions()] == [Outcome.ACCEPTED] * 4
    assert deployment.parts.archive.subjects() == ["123-1001", "123-1002", "123-1003", "125-3001"]
    sent = letters(deployment)
    to_others = [sent[item.id]["To"] for item in deployment.submissions() if item.share.site == "125"]
    assert [CONTACT in str(to) for to in to_others] == [False]


def test_a_browsers_second_copy_is_held_and_the_sender_is_asked(deployment: Deployment) -> None:
    deployment.drop("egress", "123", "123-1001 (1).zip", small_zip("123-1001", 1, patient_id="ANONPT0117"))
    deployment.run()
    (submission,) = deployment.submissions()
    assert submission.outcome is Outcome.HELD
    assert deployment.parts.archive.subjects() == []
    assert "did you mean 123-1001.zip?" in text_of(letters(deployment)[submission.id])


def test_a_saved_log_in_page_is_rejected_in_plain_words(deployment: Deployment) -> None:
    page = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please log in</body></html>"
    deployment.drop("egress", "123", "123-1001.zip", page)
    deployment.run()
    (submission,) = deployment.submissions()
    assert submission.outcome is Outcome.REJECTED
    words = text_of(letters(deployment)[submission.id])
    assert "The file is a web page, not a zip: often a log-in page that was saved in its place." in words
    assert "Download the zip again after logging in" in words


def test_a_download_under_way_is_left_alone(deployment: Deployment) -> None:
    data = small_zip("123-1001", 1, patient_id="ANONPT0117")
    path = deployment.drop("egress", "123", "123-1001.zip.crdownload", data)
    deployment.run(rounds=4)
    assert deployment.submissions() == ()
    path.rename(path.with_name("123-1001.zip"))
    deployment.run()
    assert deployment.submissions()[0].outcome is Outcome.ACCEPTED


def test_another_sites_study_id_in_a_drop_folder_is_held(deployment: Deployment) -> None:
    deployment.drop("egress", "123", "125-3001.zip", small_zip("125-3001", 9, patient_id="ANONPT9"))
    deployment.run()
    assert deployment.submissions()[0].outcome is Outcome.HELD
    assert deployment.parts.archive.subjects() == []
    assert "did you mean" not in text_of(letters(deployment)["S000001"]).lower()
