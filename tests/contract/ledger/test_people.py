"""Acts, held work, approvals, waivers, enrolment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ingest.ledger.acts import NewAct
from ingest.ledger.errors import NotInLedger, Refused
from ingest.ledger.ledger import Ledger
from ingest.model.inspection import Approval, ApprovalKind
from ingest.model.review import EnrolmentRecord, EnrolmentState
from ingest.model.submission import ActKind
from ingest.model.verdict import Outcome, Verdict
from ingest.trial.definition import Waiver
from tests.ledger_rows import ManualClock, finding, submit, verdict

CREATOR = Approval(ApprovalKind.PRIVATE_CREATOR, clear="SIEMENS CSA HEADER")


def test_an_act_needs_a_person_and_a_reason(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    for by, reason in (("", "because"), ("ana", "  ")):
        with pytest.raises(Refused), ledger.write() as tx:
            tx.acts.record(NewAct(ActKind.RELEASE, by, reason, submission_id))


def test_two_people_are_two_people(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    with ledger.write() as tx:
        act = tx.acts.record(
            NewAct(ActKind.PURGE, "Ana Silva", "identity", submission_id, "123-1001", needs_second=True)
        )
        assert not act.is_in_force
        assert tx.acts.of_submission(submission_id) == ()
        for same in ("ana  silva", " ANA SILVA ", "", " "):
            with pytest.raises(Refused):
                tx.acts.confirm(act.name, same)
        assert tx.acts.waiting_for_second() == (act,)
        assert tx.acts.confirm(act.name, "Ben Okri").is_in_force
        with pytest.raises(Refused):
            tx.acts.confirm(act.name, "Cy Twombly")
        (found,) = tx.acts.to_carry_out()
        assert (found.act.by, found.second_by) == ("Ana Silva", "Ben Okri")
        tx.acts.mark_carried_out(act.name)
        assert tx.acts.to_carry_out() == ()


def test_the_newest_assignment_of_a_study_id_counts(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = submit(ledger)
    for to in ("123-1001", "123-1002"):
        with ledger.write() as tx:
            act = tx.acts.record(
                NewAct(ActKind.RELEASE, "ana", "typing error", submission_id, "unidentified-1", assign_to=to)
            )
        clock.advance(1)
    assert act.name == f"release:{submission_id}:2"
    assert act.as_act().name == act.name
    with ledger.read() as tx:
        assert tx.acts.assignments(submission_id) == {"unidentified-1": "123-1002"}
        assert len(tx.acts.of_subject("123-1001")) == 1
        with pytest.raises(NotInLedger):
            tx.acts.get("release:none")


def test_held_work_keeps_its_owner_and_age_until_it_is_resolved(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = submit(ledger)
    held = verdict(**{"123_1001": (Outcome.HELD, ("PSN101",)), "123_1002": (Outcome.ACCEPTED, ())})
    accepted = verdict(**{"123_1001": (Outcome.ACCEPTED, ()), "123_1002": (Outcome.ACCEPTED, ())})
    opened = clock.now()
    with ledger.write() as tx:
        tx.held.sync(submission_id, "123", held, opened + timedelta(days=7))
        (item,) = tx.held.find(site="123")
        assert (item.label, item.codes, item.instances) == ("123-1001", ("PSN101",), 2)
        tx.held.assign(item.id, "ana")
    clock.advance(3600)
    with ledger.write() as tx:
        tx.held.sync(submission_id, "123", held)
        (item,) = tx.held.find(owner="ana")
        assert (item.opened, item.deadline) == (opened, opened + timedelta(days=7))
        tx.held.sync(submission_id, "123", accepted)
        assert tx.held.find() == ()
        assert tx.held.get(item.id).closed == clock.now()
        tx.held.sync(submission_id, "123", held)
        (again,) = tx.held.find()
        assert (again.opened, again.owner) == (clock.now(), "")
        tx.held.close(submission_id, "123-1001", "reject:1")
        assert [entry.closed_by for entry in tx.held.of_submission(submission_id)] == ["reject:1"]
        with pytest.raises(NotInLedger):
            tx.held.assign(99, "ana")


def test_a_package_that_is_held_with_no_subject_is_one_item(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    whole = Verdict(Outcome.HELD, (finding("PSN201"),), (), "Hamlet.rt", "")
    with ledger.write() as tx:
        tx.held.sync(submission_id, "123", whole)
        (item,) = tx.held.find()
    assert (item.label, item.subject_id, item.codes) == ("", None, ("PSN201",))


def test_approvals_are_a_sites_until_they_end(ledger: Ledger, clock: ManualClock) -> None:
    with ledger.write() as tx:
        number = tx.approvals.add("123", CREATOR, by="ana", reason="known scanner")
        assert tx.approvals.add("123", CREATOR, by="ben", reason="again") == number
        until = clock.now() + timedelta(days=1)
        ending = Approval(ApprovalKind.INSTITUTION, "(0008,0080)", value_hmac="ab")
        tx.approvals.add("123", ending, by="ana", reason="for now", until=until)
        assert tx.approvals.active("123") == (CREATOR, ending)
        assert tx.approvals.active("124") == ()
        tx.approvals.revoke(number, by="ben", reason="scanner gone")
        assert tx.approvals.active("123") == (ending,)
        with pytest.raises(NotInLedger):
            tx.approvals.revoke(number, by="ben", reason="twice")
        with pytest.raises(Refused):
            tx.approvals.add("123", CREATOR, by="", reason="x")
    clock.advance(86_400)
    with ledger.read() as tx:
        assert tx.approvals.active("123") == ()
        assert len(tx.approvals.find("123", with_past=True)) == 2


def test_waivers_of_a_site_and_of_a_subject(ledger: Ledger) -> None:
    for_all = Waiver("rtrecord", "no records kept", "ana")
    for_one = Waiver("rtdose", "lost", "ana", "123-1001")
    with ledger.write() as tx:
        tx.waivers.add("123", for_all)
        number = tx.waivers.add("123", for_one)
        assert tx.waivers.active("123", "123-1001") == (for_all, for_one)
        assert tx.waivers.active("123", "123-1002") == (for_all,)
        tx.waivers.revoke(number, by="ben")
        assert tx.waivers.active("123", "123-1001") == (for_all,)
        with pytest.raises(Refused):
            tx.waivers.add("123", Waiver("rtdose", "", "ana"))


def test_an_enrolment_list_is_compared_before_it_is_imported(ledger: Ledger) -> None:
    one = EnrolmentRecord("123-1001", EnrolmentState.ENROLLED, site="123")
    two = EnrolmentRecord("123-1002", EnrolmentState.ENROLLED, "20260301", site="123")
    gone = EnrolmentRecord("123-1001", EnrolmentState.WITHDRAWN, site="123")
    with ledger.write() as tx:
        assert not tx.enrolment.is_imported()
        difference = tx.enrolment.compare([one, two])
        assert difference.added == ("123-1001", "123-1002")
        assert not tx.enrolment.is_imported()
        tx.enrolment.replace([one, two])
        difference = tx.enrolment.replace([gone])
        assert (difference.changed, difference.withdrawn) == (("123-1001",), ("123-1001",))
        assert (difference.absent, difference.added, difference.unchanged) == (("123-1002",), (), 0)
        assert tx.enrolment.get("123-1001") == gone
        assert tx.enrolment.get("123-1002") == two
        assert tx.enrolment.get("123-1003") is None
        assert tx.enrolment.find("124") == ()
