"""`make bench-reports`: a report of 4,000 instances, a site's and the trial's over 500 subjects."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from ingest.logs import configure_logs
from ingest.reports.content import build_submission_report
from ingest.reports.render import render_html, render_json, render_text
from ingest.steps.site_reports import report_site
from ingest.steps.trial_report import report_trial
from tests.deployment import deploy
from tests.integration.reports.test_site_of_500 import lay_down
from tests.unit.reports.test_submission_report import source_of_4000_instances


def main() -> None:
    """Print a line a report: wall and CPU."""
    configure_logs("WARNING")
    _tell("a subject of 4,000 instances, built and rendered", _make_submission_report)
    with tempfile.TemporaryDirectory() as folder, deploy(Path(folder)) as deployment:
        with deployment.parts.ledger.write() as tx:
            lay_down(tx)
        _tell(
            "a site of 500 subjects, from the ledger to the files",
            lambda: report_site(deployment.parts, "123"),
        )
        _tell("the trial, over the same", lambda: report_trial(deployment.parts))


def _make_submission_report() -> None:
    made = build_submission_report(source_of_4000_instances())
    for render in (render_html, render_json, render_text):
        render(made)


def _tell(what: str, make: Callable[[], object]) -> None:
    wall, cpu = time.monotonic(), time.process_time()
    make()
    print(f"{time.monotonic() - wall:.2f} s (CPU {time.process_time() - cpu:.2f} s)  {what}")


if __name__ == "__main__":
    main()
