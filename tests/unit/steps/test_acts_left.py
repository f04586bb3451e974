"""An act in force is with whoever confirmed it; the sweep takes over what was left."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from ingest.archive.staging import clear_quarantine
from ingest.ledger.acts import NewAct
from ingest.model.submission import ActKind
from ingest.steps.act import carry_out_due
from tests.builders import build_case, zip_instances
from tests.deployment import deploy
from tests.e2e.routes.sending import ShiftedClock

SUBJECT = "123-1001"


def test_the_sweep_leaves_an_act_to_whoever_confirmed_it_for_as_long_as_a_lease(tmp_path: Path) -> None:
    clock = ShiftedClock()
    with deploy(tmp_path, clock=clock) as service:
        service.drop("smb", "123", "a.zip", zip_instances(build_case(SUBJECT, ct_slices=2, fractions=1)))
        service.run()
        act = NewAct(ActKind.PURGE, "A. Manager", "a test", "S000001", SUBJECT, SUBJECT, needs_second=True)
        with service.parts.ledger.write() as tx:
            tx.acts.confirm(tx.acts.record(act).name, "P. Hysicist")
        clock.advance(service.parts.lease_seconds / 2)
        assert carry_out_due(service.parts) == 0
        clock.advance(service.parts.lease_seconds / 2)
        assert carry_out_due(service.parts) == 1
        assert carry_out_due(service.parts) == 0


def test_what_another_has_just_removed_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with deploy(tmp_path) as service:
        places = service.parts.places
        folder = places.quarantine / "S000001"
        folder.mkdir()
        for number in (1, 2):
            (folder / f"{number}.dcm").write_bytes(b"x")
        unlink = os.unlink

        def race(path: Any, **options: Any) -> None:
            unlink(path, **options)
            shutil.rmtree(folder, ignore_errors=True)

        monkeypatch.setattr(os, "unlink", race)
        assert clear_quarantine(places, "S000001")
        assert not folder.exists()
