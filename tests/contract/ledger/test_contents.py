"""Inspections, verdicts, subjects, filings and the catalogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ingest.ledger.catalogue import CatalogueFilter
from ingest.ledger.errors import LostClaim, NotInLedger, Refused
from ingest.ledger.filings import FiledMember, Filing
from ingest.ledger.inspections import InstanceDecision, InstanceState
from ingest.ledger.ledger import Ledger
from ingest.ledger.subjects import SubjectLease
from ingest.model.errors import HeadMoved
from ingest.model.review import Collision, CollisionKind
from ingest.model.verdict import CompletenessState, Outcome
from tests.ledger_rows import (
    AWAITING_DOSE,
    COMPLETE,
    ManualClock,
    digest,
    facts,
    inspection,
    submit,
    verdict,
)


def lease_of(ledger: Ledger, subject_id: str = "123-1001", worker: str = "w") -> SubjectLease:
    lease = ledger.lease_subject(subject_id, site="123", worker=worker, lease_seconds=60)
    assert lease is not None
    return lease


def inspect(ledger: Ledger, submission_id: str, *subjects: str, act: str = "", count: int = 2) -> int:
    """Store an inspection of `count` instances for each subject."""
    subjects = subjects or ("123-1001",)
    with ledger.write() as tx:
        number = tx.inspections.begin(submission_id, act or f"arrival:{submission_id}", "t")
        for place, subject in enumerate(subjects):
            batch = [facts(place * count + ordinal, subject) for ordinal in range(1, count + 1)]
            tx.inspections.append(number, batch)
        tx.inspections.complete(number, inspection(*subjects, instances=count))
    return number


def mark(
    ledger: Ledger, number: int, state: InstanceState, subject: str = "123-1001", count: int = 2
) -> None:
    with ledger.write() as tx:
        tx.inspections.mark(
            number, [InstanceDecision(n, state, subject, "planning-ct") for n in range(1, count + 1)]
        )


def filing(submission_id: str, number: int, version: int | None, head: int, count: int = 2) -> Filing:
    members = tuple(FiledMember(n, "planning-ct", f"planning-ct/{n}.dcm") for n in range(1, count + 1))
    return Filing(
        subject_id="123-1001",
        submission_id=submission_id,
        act_name=f"arrival:{submission_id}",
        inspection_id=number,
        expected_head=head,
        version=version,
        members=members if version else (),
        bytes=2000,
        completeness=AWAITING_DOSE,
    )


def file(ledger: Ledger, name: str = "a.zip", version: int = 1) -> str:
    """Inspect and file two instances; return the submission's id."""
    submission_id = submit(ledger, name)
    number = inspect(ledger, submission_id)
    mark(ledger, number, InstanceState.TO_FILE)
    lease = lease_of(ledger)
    with ledger.write() as tx:
        assert tx.filings.record(lease, filing(submission_id, number, version, version - 1))
    ledger.release_subject(lease)
    return submission_id


def test_facts_come_back_as_they_went_in(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    number = inspect(ledger, submission_id, "123-1001", "unidentified-1")
    with ledger.read() as tx:
        stored = tx.inspections.latest(submission_id)
        assert stored is not None
        assert stored.id == number
        assert stored.inspection == inspection("123-1001", "unidentified-1")
        assert tx.inspections.instances(number, label="123-1001") == (facts(1), facts(2))
        assert len(tx.inspections.instances(number)) == 4
        assert tx.submissions.get(submission_id).sha256 == digest("package")


def test_an_inspection_that_is_run_again_replaces_what_it_wrote(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    first = inspect(ledger, submission_id, count=5)
    with ledger.write() as tx:
        assert tx.inspections.begin(submission_id, f"arrival:{submission_id}", "t2") == first
        assert tx.inspections.latest(submission_id) is None
        tx.inspections.append(first, [facts(1), facts(2)])
        tx.inspections.append(first, [facts(2), facts(3)])
        assert len(tx.inspections.instances(first)) == 3


def test_instances_of_no_inspection_are_refused(ledger: Ledger) -> None:
    with pytest.raises(NotInLedger), ledger.write() as tx:
        tx.inspections.append(99, [facts(1)])


def test_filing_moves_the_head_once_and_marks_the_instances(ledger: Ledger) -> None:
    submission_id = file(ledger)
    lease = lease_of(ledger)
    with ledger.write() as tx:
        stored = tx.inspections.latest(submission_id)
        assert stored is not None
        assert not tx.filings.record(lease, filing(submission_id, stored.id, 1, 0))
        subject = tx.subjects.get("123-1001")
        assert subject is not None
        assert (subject.head_version, subject.completeness) == (1, AWAITING_DOSE)
        assert tx.catalogue.filed("123-1001") == (facts(1), facts(2))
        assert {item.path for item in tx.catalogue.of_subject("123-1001")} == {
            "planning-ct/1.dcm",
            "planning-ct/2.dcm",
        }
        assert tx.catalogue.kinds_of("123-1001") == {"planning-ct": 2}
        assert tx.catalogue.contents_of("123-1001") == {
            (item.sop_instance_uid, item.content_sha256) for item in (facts(1), facts(2))
        }
        assert [row.version for row in tx.filings.of_subject("123-1001")] == [1]


def test_a_stale_head_files_nothing(ledger: Ledger) -> None:
    file(ledger)
    second = submit(ledger, "b.zip")
    number = inspect(ledger, second)
    lease = lease_of(ledger)
    with pytest.raises(HeadMoved), ledger.write() as tx:
        tx.filings.record(lease, filing(second, number, 1, 0))
    with ledger.read() as tx:
        assert tx.filings.of_submission(second) == ()
        assert tx.subjects.head_version("123-1001") == 1


def test_a_subject_is_filed_by_one_worker_at_a_time(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = submit(ledger)
    number = inspect(ledger, submission_id)
    first = lease_of(ledger, worker="a")
    assert ledger.lease_subject("123-1001", site="123", worker="b", lease_seconds=60) is None
    clock.advance(60)
    second = lease_of(ledger, worker="a")
    assert second.token > first.token
    with pytest.raises(LostClaim), ledger.write() as tx:
        tx.filings.record(first, filing(submission_id, number, 1, 0))
    with pytest.raises(LostClaim):
        ledger.renew_subject(first)
    ledger.release_subject(first)
    assert ledger.lease_subject("123-1001", site="123", worker="c", lease_seconds=60) is None
    ledger.release_subject(second)
    assert ledger.lease_subject("123-1001", site="123", worker="c", lease_seconds=60) is not None


def test_nothing_new_is_recorded_without_a_version(ledger: Ledger) -> None:
    file(ledger)
    second = submit(ledger, "b.zip")
    number = inspect(ledger, second)
    mark(ledger, number, InstanceState.DUPLICATE)
    lease = lease_of(ledger)
    with ledger.write() as tx:
        assert tx.filings.record(lease, filing(second, number, None, 1))
        assert tx.subjects.head_version("123-1001") == 1
        assert [row.version for row in tx.filings.of_subject("123-1001")] == [1, None]
        assert len(tx.catalogue.filed("123-1001")) == 2


def test_what_is_filed_is_found_by_uid_and_by_content(ledger: Ledger) -> None:
    submission_id = file(ledger)
    with ledger.read() as tx:
        one = facts(1)
        by_uid = tx.catalogue.filed_under([one.sop_instance_uid, "1.2.3"])
        by_content = tx.catalogue.filed_content([one.content_sha256])
    assert list(by_uid) == [one.sop_instance_uid]
    assert by_content[one.content_sha256][0].submission_id == submission_id
    assert by_uid[one.sop_instance_uid][0].version == 1


def test_a_new_inspection_keeps_what_is_filed_and_drops_what_was_held(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    first = inspect(ledger, submission_id, count=3)
    with ledger.write() as tx:
        tx.inspections.mark(
            first,
            [
                InstanceDecision(1, InstanceState.TO_FILE, "123-1001", "planning-ct"),
                InstanceDecision(2, InstanceState.TO_FILE, "123-1001", "planning-ct"),
                InstanceDecision(3, InstanceState.HELD, "123-1001", "planning-ct"),
            ],
        )
    lease = lease_of(ledger)
    with ledger.write() as tx:
        tx.filings.record(lease, filing(submission_id, first, 1, 0))
        assert tx.catalogue.held("123-1001") == (facts(3),)
        assert tx.catalogue.held("123-1001", besides=submission_id) == ()
    with pytest.raises(Refused), ledger.write() as tx:
        tx.inspections.begin(submission_id, f"arrival:{submission_id}", "t")
    again = inspect(ledger, submission_id, act="reprocess:R1", count=3)
    mark(ledger, again, InstanceState.DUPLICATE, count=2)
    with ledger.write() as tx:
        assert len(tx.catalogue.filed("123-1001")) == 2
        assert tx.catalogue.held("123-1001") == ()
        tx.inspections.mark(first, [InstanceDecision(1, InstanceState.HELD, "123-1001")])
        assert len(tx.catalogue.filed("123-1001")) == 2


def test_superseded_content_leaves_the_catalogue_and_stays_on_record(ledger: Ledger) -> None:
    file(ledger)
    second = submit(ledger, "b.zip")
    with ledger.write() as tx:
        number = tx.inspections.begin(second, f"arrival:{second}", "t")
        tx.inspections.append(number, [replace(facts(1), content_sha256=digest("other"))])
        tx.inspections.complete(number, inspection("123-1001", instances=1))
        assert tx.catalogue.dispute("123-1001", [facts(1).sop_instance_uid]) == 1
        assert tx.catalogue.dispute("123-1001", [facts(1).sop_instance_uid]) == 0
    with ledger.read() as tx:
        undisputed = tx.catalogue.instances(CatalogueFilter(subject_id="123-1001", with_disputed=False))
        assert [item.sop_instance_uid for item in undisputed] == [facts(2).sop_instance_uid]
    lease = lease_of(ledger)
    with ledger.write() as tx:
        order = replace(filing(second, number, 2, 1, count=1), superseded=(facts(1).sop_instance_uid,))
        assert tx.filings.record(lease, order)
        filed = tx.catalogue.filed_under([facts(1).sop_instance_uid])[facts(1).sop_instance_uid]
        assert [(item.content_sha256, item.is_disputed) for item in filed] == [(digest("other"), False)]
        assert len(tx.catalogue.of_subject("123-1001", [InstanceState.SUPERSEDED])) == 1
        assert tx.catalogue.kinds_of("123-1001") == {"planning-ct": 2}
        assert tx.catalogue.contents_of("123-1001") == {
            (facts(1).sop_instance_uid, digest("other")),
            (facts(2).sop_instance_uid, facts(2).content_sha256),
        }


def test_the_same_data_under_another_study_id_is_found(ledger: Ledger) -> None:
    first = file(ledger)
    same_pixels = facts(7, "123-1002", pixel_sha256=facts(1).pixel_sha256)
    with ledger.read() as tx:
        assert tx.collisions.elsewhere("123-1002", [same_pixels]) == (
            Collision(CollisionKind.PIXELS, facts(1).pixel_sha256),
        )
        (shared,) = tx.collisions.shared_with("123-1002", [same_pixels])
        assert (shared.subject_id, shared.submission_id, shared.instances) == ("123-1001", first, 1)
        assert tx.collisions.elsewhere("123-1001", [facts(1), facts(2)]) == ()
        kinds = {item.kind for item in tx.collisions.elsewhere("123-1002", [facts(1)])}
        assert kinds == {
            CollisionKind.PIXELS,
            CollisionKind.FRAME_OF_REFERENCE,
            CollisionKind.STUDY,
            CollisionKind.INSTANCE,
        }


def test_what_another_study_id_got_later_is_left_out_where_it_does_not_count(
    ledger: Ledger, clock: ManualClock
) -> None:
    before = clock.now()
    clock.advance(60)
    file(ledger)
    with ledger.read() as tx:
        assert tx.collisions.elsewhere("123-1002", [facts(1)], filed_until=clock.now())
        assert tx.collisions.elsewhere("123-1002", [facts(1)], filed_until=before) == ()


def test_the_same_package_is_found_with_what_became_of_it(ledger: Ledger) -> None:
    first = file(ledger)
    with ledger.write() as tx:
        accepted = verdict(**{"123_1001": (Outcome.ACCEPTED, ())})
        tx.verdicts.record(first, f"arrival:{first}", accepted, software="1")
    second = submit(ledger, "b.zip")
    with ledger.read() as tx:
        (earlier,) = tx.collisions.same_package(second, digest("package"))
        assert (earlier.submission_id, earlier.outcome) == (first, Outcome.ACCEPTED)
        assert (earlier.site, earlier.subject_ids) == ("123", ("123-1001",))
        assert tx.collisions.same_package(first, digest("package")) == ()
        assert tx.collisions.same_package(second, "") == ()


def test_a_verdict_comes_back_and_deciding_again_replaces_it(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = submit(ledger)
    act = f"arrival:{submission_id}"
    held = verdict(
        "t1", **{"123_1001": (Outcome.HELD, ("PSN101", "PSN101")), "123_1002": (Outcome.ACCEPTED, ())}
    )
    accepted = verdict("t2", **{"123_1001": (Outcome.ACCEPTED, ())})
    with ledger.write() as tx:
        tx.verdicts.record(submission_id, act, accepted, software="1")
        tx.verdicts.record(submission_id, act, held, software="1", table_edition="2026b")
        stored = tx.verdicts.latest(submission_id)
        assert stored is not None
        assert (stored.verdict, stored.table_edition) == (held, "2026b")
        (count,) = tx.verdicts.code_counts()
        assert (count.site, count.code, count.submissions, count.count) == ("123", "PSN101", 1, 2)
        assert tx.verdicts.code_counts(since=clock.now() + timedelta(seconds=1)) == ()
    clock.advance(1)
    with ledger.write() as tx:
        tx.verdicts.record(submission_id, "reprocess:R1", accepted, software="2")
    with ledger.read() as tx:
        newest = tx.verdicts.latest(submission_id)
        assert newest is not None
        assert newest.verdict == accepted
        assert [item.act_name for item in tx.verdicts.history(submission_id)] == [act, "reprocess:R1"]
        assert len(tx.verdicts.of_subject("123-1002")) == 1
        assert tx.submissions.get(submission_id).outcome is Outcome.ACCEPTED
        assert [row.id for row in tx.submissions.find(subject_id="123-1002")] == [submission_id]
        assert [row.id for row in tx.submissions.find(outcome=Outcome.HELD)] == []


def test_a_search_without_a_limit_leaves_nothing_out(ledger: Ledger) -> None:
    sent = [submit(ledger, f"{number}.zip") for number in range(203)]
    with ledger.read() as tx:
        assert [row.id for row in tx.submissions.find(newest_first=False)] == sent
        assert [row.id for row in tx.submissions.find(newest_first=False, limit=2, offset=201)] == sent[201:]


def test_the_catalogue_is_searched_by_subject_series_and_instance(ledger: Ledger, clock: ManualClock) -> None:
    file(ledger)
    with ledger.read() as tx:
        (series,) = tx.catalogue.series(CatalogueFilter(site="123", modality="CT", kind="planning-ct"))
        assert (series.subject_id, series.instances, series.size) == ("123-1001", 2, 2000)
        assert series.first_arrived == clock.now()
        assert tx.catalogue.series(CatalogueFilter(modality="MR")) == ()
        assert len(tx.catalogue.instances(CatalogueFilter(completeness="awaiting"))) == 2
        assert tx.catalogue.instances(CatalogueFilter(completeness="complete")) == ()
        assert tx.catalogue.instances(CatalogueFilter(arrived_before=clock.now())) == ()
        assert len(tx.catalogue.instances(CatalogueFilter(arrived_from=clock.now()), limit=1)) == 1
        assert [row.subject_id for row in tx.subjects.find(site="123")] == ["123-1001"]
        assert tx.subjects.find(completeness=CompletenessState.COMPLETE) == ()


def test_withdrawn_data_leaves_no_facts_behind(ledger: Ledger) -> None:
    file(ledger)
    with ledger.write() as tx:
        assert tx.catalogue.remove("123-1001") == 2
        tx.subjects.withdraw("123-1001", "123")
        assert tx.subjects.is_withdrawn("123-1001")
        assert tx.catalogue.filed("123-1001") == ()
        assert tx.subjects.find(with_withdrawn=False) == ()
        assert tx.collisions.elsewhere("123-1002", [facts(1)]) == ()


def test_completeness_of_an_unknown_subject_is_refused(ledger: Ledger) -> None:
    with ledger.write() as tx:
        tx.subjects.ensure("123-1001", "123")
        tx.subjects.set_completeness("123-1001", COMPLETE)
        with pytest.raises(NotInLedger):
            tx.subjects.set_completeness("123-1002", COMPLETE)
