"""A day in the life: docs/study-team.md, played from its first command to its last, says what happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.model.verdict import Outcome
from ingest.service import open_service
from ingest.settings import Settings
from ingest.steps.reconcile import reconcile
from tests.story import PAGE, play, settled


def test_the_page_says_what_its_commands_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = play(tmp_path, monkeypatch)
    page = settled(PAGE.read_text(encoding="utf-8"))
    assert settled(printed) == page, "python -m tests.story --write puts the page right"
    with open_service(Settings()) as service:
        assert reconcile(service.parts).problems == ()
        with service.parts.ledger.read() as tx:
            assert tx.audit.verify().first_fault is None
            events = {item.event for item in tx.audit.events(limit=10_000)}
            states = {row.subject_id: row for row in tx.subjects.find(site="126")}
    assert {"incident", "purged", "values-shown", "reassigned", "withdrawn", "approved", "waived"} <= events
    assert states["126-1002"].is_withdrawn and states["126-1001"].head_version == 2
    assert Outcome.ACCEPTED.value in printed
