"""No step reads a table that grows with the trial from end to end: what a zip costs does not grow with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ingest.demo.synthetic.case import build_case, zip_instances
from ingest.ledger.inspections import InstanceState
from ingest.service import open_service
from tests.deployment import Deployment, write_settings

#: Tables of a row or more for each zip.
GROWING = (
    "attempts",
    "audit_events",
    "filings",
    "inspections",
    "instances",
    "outbox",
    "reports",
    "sightings",
    "subject_verdicts",
    "subjects",
    "submissions",
    "verdict_codes",
    "verdicts",
)


@pytest.fixture
def statements() -> Iterator[dict[str, Any]]:
    """Every statement that is sent to a database meanwhile, with parameters that it was sent with."""
    sent: dict[str, Any] = {}

    def note(_c: object, _cursor: object, text: str, given: Any, _context: object, is_many: bool) -> None:
        sent[text] = given[0] if is_many else given

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_no_step_of_a_zip_reads_a_growing_table_from_end_to_end(
    tmp_path: Path, statements: dict[str, Any]
) -> None:
    settings = write_settings(tmp_path)
    with open_service(settings) as service:
        deployment = Deployment(service, tmp_path / "shares")
        for seed, name in enumerate(("first", "second"), 1):
            case = build_case(f"123-100{seed}", seed=seed, ct_slices=3, fractions=1, cbct=1, cbct_slices=2)
            deployment.drop("explorer", "123", f"{name}.zip", zip_instances(case))
            deployment.run()
        sent = dict(statements)
        assert {str(item.outcome) for item in deployment.submissions()} == {"accepted"}

    with sqlite3.connect(settings.data_dir / "ledger.sqlite") as ledger:
        plans = {text: _plan_of(ledger, text, given) for text, given in sent.items()}
    seen = {name for name in GROWING for text in plans if f" {name} " in text}
    assert seen == set(GROWING), "the statements were not noted"
    whole = {f"SCAN {name}" for name in GROWING}
    assert [text for text, plan in plans.items() if not whole.isdisjoint(plan)] == []


def test_what_kinds_many_subjects_have_is_read_from_an_index_alone(
    tmp_path: Path, statements: dict[str, Any]
) -> None:
    settings = write_settings(tmp_path)
    with open_service(settings) as service, service.parts.ledger.read() as tx:
        statements.clear()
        tx.quality.kinds([f"123-{1000 + number}" for number in range(500)], InstanceState.FILED)
    with sqlite3.connect(settings.data_dir / "ledger.sqlite") as ledger:
        plans = [_plan_of(ledger, text, given) for text, given in statements.items() if " instances " in text]
    assert plans != []
    assert all(any("COVERING INDEX" in line for line in plan) for plan in plans), plans


def _plan_of(ledger: sqlite3.Connection, text: str, given: Any) -> list[str]:
    """Return the lines of SQLite's plan of a statement; none of what has no plan."""
    if text.split(maxsplit=1)[0] not in ("SELECT", "UPDATE", "DELETE"):
        return []
    return [str(row[3]) for row in ledger.execute(f"EXPLAIN QUERY PLAN {text}", given)]
