"""A site of 500 subjects: its report, from the ledger to the files, is right in its numbers."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from ingest.ledger.transaction import Transaction
from ingest.model.verdict import Outcome
from ingest.steps.site_reports import report_site
from ingest.steps.trial_report import report_trial
from tests.deployment import deploy
from tests.ledger_rows import AWAITING_DOSE, COMPLETE, arrival, facts, verdict

SUBJECTS, EACH = 500, 4


def lay_down(tx: Transaction) -> None:
    """A zip for each subject; every fifth lacks its dose, every tenth was held at first and came again."""
    number = None
    for n in range(SUBJECTS):
        subject_id = f"123-{1000 + n}"
        tx.subjects.ensure(subject_id, "123")
        tx.subjects.set_completeness(subject_id, AWAITING_DOSE if n % 5 == 0 else COMPLETE)
        for zip_name in ("first", "second") if n % 10 == 0 else ("only",):
            submission_id = tx.submissions.create(arrival(f"{zip_name}-{n}.zip"))[0].id
            is_held = n % 10 == 0 and zip_name == "first"
            outcome = (Outcome.HELD, ("PSN101",)) if is_held else (Outcome.ACCEPTED, ("CMP104",))
            decided = verdict(**{f"_{subject_id.replace('-', '_')}": outcome})
            tx.verdicts.record(submission_id, f"arrival:{submission_id}", decided, software="1")
            tx.held.sync(submission_id, "123", decided)
        number = number or tx.inspections.begin(submission_id, "arrival:1", "t")
        batch = [facts(n * EACH + ordinal, subject_id) for ordinal in range(EACH)]
        tx.inspections.append(number, batch)
    tx.connection.execute(
        sa.text("UPDATE instances SET state = 'filed', subject_id = label, kind = 'planning-ct'")
    )


def test_reports_over_500_subjects_count_each_once(tmp_path: Path) -> None:
    with deploy(tmp_path) as deployment:
        with deployment.parts.ledger.write() as tx:
            lay_down(tx)
        site = report_site(deployment.parts, "123")
        trial = report_trial(deployment.parts)
    assert (site.subjects, site.complete, site.awaiting, site.held) == (500, 400, 50, 50)
    assert (site.right, len(site.chase)) == (450, 100)
    assert trial.subjects == 500
