"""Why a submission did not come out as expected: codes of its verdicts and its attempts, never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from ingest.ledger.rows import load
from ingest.ledger.tables.arrivals import attempts
from ingest.ledger.tables.contents import verdicts
from ingest.ledger.transaction import Transaction
from ingest.model.finding import JudgedFinding
from ingest.model.verdict import Verdict
from ingest.model.wire import from_wire


def explain(tx: Transaction, seq: int) -> Iterator[str]:
    """Give one line for each verdict of a submission, and one for each step that was tried."""
    judged = sa.select(verdicts).where(verdicts.c.submission == seq).order_by(verdicts.c.decided)
    for row in tx.connection.execute(judged):
        verdict = from_wire(Verdict, load(row.verdict))
        told = [f"package: {_codes(verdict.findings)}"]
        for subject in verdict.subjects:
            of_it = f"{subject.label} {subject.outcome.value}, judged on version {subject.head_version}"
            told.append(f"{of_it}: {_codes(subject.findings)}")
        yield f"  {row.act_name}: {verdict.outcome.value}; {'; '.join(told)}"
    tried = sa.select(attempts).where(attempts.c.submission == seq).order_by(attempts.c.token)
    for row in tx.connection.execute(tried):
        yield f"  {row.token} {row.step}: {row.result or 'no end'} {row.reason}".rstrip()


def _codes(findings: Iterable[JudgedFinding]) -> str:
    """Return codes with their effects and how often each was found."""
    counted = Counter((item.finding.code, item.effect.value) for item in findings)
    return (
        ", ".join(f"{code} ({effect}, {times})" for (code, effect), times in sorted(counted.items())) or "-"
    )
