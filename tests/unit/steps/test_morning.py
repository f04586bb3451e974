"""What the morning's e-mail gathers: an upload that never became whole stays in it until it is sent anew."""

from __future__ import annotations

from pathlib import Path

from ingest.steps.morning import make_morning
from tests.builders import build_case, zip_instances
from tests.deployment import deploy
from tests.e2e.routes.sending import DAY, ShiftedClock


def unfinished(report) -> list[str]:
    sections = {section.title: section.lines for section in report.sections}
    return list(sections.get("Uploads that do not finish", ()))


def test_an_upload_that_never_became_whole_is_named_until_it_is_sent_anew(tmp_path: Path) -> None:
    clock = ShiftedClock()
    whole = zip_instances(build_case("124-2004", seed=1, ct_slices=6, fractions=2, cbct=2, cbct_slices=3))
    with deploy(tmp_path, clock=clock) as running:
        running.drop("smb", "124", "a.zip", whole[: len(whole) // 2])
        running.run(3)
        assert len(unfinished(make_morning(running.parts))) == 1
        clock.advance(DAY + 60)  # judged as it is, and reported
        running.run(3)
        assert running.report("S000001").startswith("This zip did not arrive whole.")
        (line,) = unfinished(make_morning(running.parts))
        assert line.startswith("S000001, an upload of") and line.endswith("for 1 day")
        running.drop("smb", "124", "a.zip", whole)
        running.run(3)
        assert unfinished(make_morning(running.parts)) == []
