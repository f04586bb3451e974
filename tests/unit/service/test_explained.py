"""The account of a storm says why a zip did not come out as expected: codes and attempts, never a value."""

from __future__ import annotations

from pathlib import Path

from tests.builders import build_case, zip_instances
from tests.chaos.explain import explain
from tests.deployment import deploy


def test_what_was_held_is_explained_by_codes_and_attempts(tmp_path: Path) -> None:
    case = build_case("123-1001", ct_slices=3)[:3]
    for item in case:
        item.dataset.InstitutionName = "Hallworth"
    with deploy(tmp_path) as deployment:
        deployment.drop("explorer", "123", "a.zip", zip_instances(case))
        deployment.run()
        with deployment.parts.ledger.read() as tx:
            verdict, *attempts = explain(tx, 1)
    assert "held; package: -; 123-1001 held, judged on version 0: " in verdict
    assert "PSN201 (hold, 1)" in verdict
    assert [line.split()[1:3] for line in attempts][:2] == [["stage:", "staged"], ["inspect:", "inspected"]]
    assert "Hallworth" not in verdict + "".join(attempts)
