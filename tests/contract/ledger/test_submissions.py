"""Sightings and submissions: one row for each settled entry, whatever is polled or sent twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.ledger.errors import Refused
from ingest.ledger.ledger import Ledger
from ingest.ledger.transitions import Event
from ingest.model.route import RouteKind, ShareAddress
from ingest.model.submission import Act, ActKind, SubmissionState
from tests.ledger_rows import SHARE, ManualClock, arrival, sighting, submit, take


def test_the_same_entry_is_always_the_same_submission(ledger: Ledger) -> None:
    assert submit(ledger) == submit(ledger) == "S000001"
    assert submit(ledger, etag="2") != "S000001"
    with ledger.read() as tx:
        first = tx.submissions.get("S000001")
    assert first.state is SubmissionState.TO_STAGE
    assert first.act == Act(ActKind.ARRIVAL, "arrival:S000001")
    assert first.share == SHARE


def test_an_entry_that_became_a_submission_is_remembered_until_it_changes(ledger: Ledger) -> None:
    with ledger.write() as tx:
        tx.sightings.replace(SHARE, [sighting("a.zip"), sighting("b.zip")], {"folder": 2})
    submission_id = submit(ledger, "a.zip")
    a, b = sighting("a.zip"), sighting("b.zip")
    with ledger.write() as tx:
        tx.sightings.replace(SHARE, [a, replace(b, polls_unchanged=4)], {"folder": 2})
        known = tx.sightings.load(SHARE)
        assert known[a.name_key].submission_id == submission_id
        assert known[b.name_key].submission_id is None
        assert known[b.name_key].sighting == replace(b, polls_unchanged=4)
        tx.sightings.replace(SHARE, [replace(a, etag="2", polls_unchanged=1)])
        known = tx.sightings.load(SHARE)
    assert known[a.name_key].submission_id is None
    assert set(known) == {a.name_key}


def test_a_share_says_what_lies_there_that_is_no_zip(ledger: Ledger, clock: ManualClock) -> None:
    with ledger.write() as tx:
        tx.sightings.replace(SHARE, [], {"folder": 2, "loose DICOM": 190})
    with ledger.read() as tx:
        (status,) = tx.sightings.statuses()
    assert (status.share, status.listed) == (SHARE, clock.now())
    assert dict(status.other_entries) == {"folder": 2, "loose DICOM": 190}


def test_the_file_id_tells_entries_apart_where_a_share_gives_one(ledger: Ledger) -> None:
    first = arrival("a.zip")
    renamed = replace(arrival("renamed.zip").sighting, file_id="42")
    with ledger.write() as tx:
        one, _ = tx.submissions.create(replace(first, sighting=replace(first.sighting, file_id="42")))
        two, is_new = tx.submissions.create(replace(first, sighting=renamed))
    assert (one.id, is_new) == (two.id, False)


def test_submissions_are_found_by_state_route_and_site(ledger: Ledger) -> None:
    other = ShareAddress(RouteKind.SMB, "124", "folder:/shares/smb/124")
    first, second = submit(ledger, "a.zip"), submit(ledger, "b.zip", other)
    take(ledger, first, Event.STAGED)
    with ledger.read() as tx:
        find = tx.submissions.find
        assert [row.id for row in find()] == [second, first]
        assert [row.id for row in find(states=[SubmissionState.TO_INSPECT])] == [first]
        assert [row.id for row in find(route=RouteKind.SMB)] == [second]
        assert [row.id for row in find(site="124")] == [second]
        assert [row.id for row in find(limit=1, offset=1)] == [first]
        assert find(subject_id="123-1001") == ()


def test_an_unfinished_upload_is_judged_late_and_never_moved_by_two_hands(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    take(ledger, submission_id, Event.BROKEN_OFF)
    assert ledger.claim(submission_id, worker="a", lease_seconds=60) is None
    with ledger.write() as tx:
        assert tx.submissions.move(submission_id, Event.OVERDUE) is SubmissionState.TO_INSPECT
        assert tx.submissions.get(submission_id).is_overdue
        with pytest.raises(Refused):
            tx.submissions.move(submission_id, Event.OVERDUE)


def test_a_new_act_waits_until_the_old_one_is_done(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    act = Act(ActKind.REPROCESS, "reprocess:R1", "ana", "new rules")
    with pytest.raises(Refused), ledger.write() as tx:
        tx.submissions.reopen(submission_id, Event.INSPECT_AGAIN, act)
    for event in (Event.STAGED, Event.INSPECTED, Event.DECIDED, Event.FILED, Event.REPORTED_LAST):
        take(ledger, submission_id, event)
    with ledger.write() as tx:
        assert tx.submissions.reopen(submission_id, Event.INSPECT_AGAIN, act) is SubmissionState.TO_INSPECT
        assert tx.submissions.reopen(submission_id, Event.INSPECT_AGAIN, act) is SubmissionState.TO_INSPECT
        assert tx.submissions.get(submission_id).act == act
