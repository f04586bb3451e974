"""What arrives later never unfiles anything, not even when what is filed is judged again."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.model.verdict import Outcome
from tests.builders import build_case, zip_instances
from tests.desk import WHO, Desk

FIRST, LATER = "123-1001", "123-1002"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def planning_ct(subject_id: str) -> bytes:
    """Return a subject's planning CT, under the study UID of the first subject's."""
    case, first = (build_case(key, ct_slices=3)[:3] for key in (subject_id, FIRST))
    for item in case:
        item.dataset.StudyInstanceUID = first[0].dataset.StudyInstanceUID
    return zip_instances(case)


def test_later_data_of_another_subject_that_a_person_released_disputes_nothing(desk: Desk) -> None:
    first = desk.arrive("explorer", "123", "first.zip", planning_ct(FIRST))
    later = desk.arrive("explorer", "123", "later.zip", planning_ct(LATER))
    assert desk.outcome(first) == {FIRST: Outcome.ACCEPTED}
    assert desk.outcome(later) == {LATER: Outcome.HELD}
    assert "SID152" in desk.type("show", later)
    (item,) = desk.held()
    desk.type("held", "release", item, *WHO)
    desk.type("held", "confirm", f"release:{later}:1", "--by", "P. Hysicist", "--reason", "I agree")
    assert desk.outcome(later) == {LATER: Outcome.ACCEPTED}

    shown = desk.type("reprocess", "all", "--run", "again", "--by", "A. Manager", "--reason", "a test")
    assert desk.outcome(first) == {FIRST: Outcome.ACCEPTED}, shown
    assert desk.outcome(later) == {LATER: Outcome.ACCEPTED}, shown
    with desk.look().parts.ledger.read() as tx:
        filed = [item for subject in (FIRST, LATER) for item in tx.catalogue.of_subject(subject)]
    assert filed and not any(item.is_disputed for item in filed)
