"""Zips and DICOM files that lie, on the whole way: none is filed, each is answered, the service goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from ingest.steps import settle_held
from ingest.steps.drive import drain
from ingest.trial.definition import Limits
from tests.builders import build_case, zip_instances
from tests.corpus.dicoms import HOSTILE_DICOMS
from tests.corpus.zips import HOSTILE_ZIPS
from tests.deployment import Deployment, deploy
from tests.inspections import zip_of

#: The corpus but for the few that only a trial file with narrower limits refuses (tests/unit reads those).
ZIPS, DICOMS = (
    [case for case in cases if case.limits == Limits()] for cases in (HOSTILE_ZIPS, HOSTILE_DICOMS)
)

pytestmark = pytest.mark.slow


@pytest.fixture
def deployment(tmp_path: Path):
    with deploy(tmp_path) as running:
        yield running


def sound_zip(subject_id: str) -> bytes:
    return zip_instances(build_case(subject_id, ct_slices=2, fractions=1, cbct=1, cbct_slices=1))


def test_nothing_of_the_corpus_is_filed_and_a_sound_zip_among_it_is(deployment: Deployment) -> None:
    sent = {f"zip {case.title}": case.build() for case in ZIPS}
    sent |= {f"file {case.title}": zip_of({"a.dcm": case.build()}) for case in DICOMS}
    assert len(sent) == len(ZIPS) + len(DICOMS) > 200
    for title, data in sent.items():
        deployment.drop("explorer", "123", f"{title}.zip", data)
    deployment.drop("explorer", "123", "sound.zip", sound_zip("123-1009"))
    deployment.run()
    done = deployment.submissions()
    assert len(done) == len(sent) + 1
    assert SubmissionState.STUCK not in {submission.state for submission in done}
    accepted = [submission.id for submission in done if submission.outcome is Outcome.ACCEPTED]
    assert len(accepted) == 1
    assert deployment.parts.archive.head("123-1009") == 1
    assert deployment.parts.archive.head("123-1001") == 0


def test_package_whose_check_came_to_no_end_is_held_until_a_person_decides(deployment: Deployment) -> None:
    deployment.parts.inspector._seconds = 0.0001
    deployment.drop("explorer", "123", "one.zip", sound_zip("123-1001"))
    deployment.run()
    (submission,) = deployment.submissions()
    assert (submission.state, submission.outcome) == (SubmissionState.DONE, Outcome.HELD)
    (work,) = settle_held.list_held(deployment.parts)
    assert work.item.label == ""
    assert [reason.finding.code for reason in work.reasons] == ["PKG902"]
    settle_held.reject(deployment.parts, work.item.id, by="T. Ester", reason="they send it in parts")
    drain(deployment.parts, deployment.service.woken)
    (submission,) = deployment.submissions()
    assert submission.outcome is Outcome.REJECTED
    assert settle_held.list_held(deployment.parts) == ()


def test_package_whose_check_came_to_no_end_is_filed_when_the_next_one_does(deployment: Deployment) -> None:
    deployment.parts.inspector._seconds = 0.0001
    deployment.drop("explorer", "123", "one.zip", sound_zip("123-1001"))
    deployment.run()
    (submission,) = deployment.submissions()
    deployment.parts.inspector._seconds = None
    deployment.reprocess("again", submission.id)
    (submission,) = deployment.submissions()
    assert submission.outcome is Outcome.ACCEPTED
    assert deployment.parts.archive.head("123-1001") == 1
    assert settle_held.list_held(deployment.parts) == ()
