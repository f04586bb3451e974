"""A reprocess run as a page: what passes that failed, what fails that passed, by site and code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.reports.page import render_page


@dataclass(frozen=True, slots=True)
class RunLine:
    """One subject of one submission whose verdict differs."""

    submission_id: str
    site: str
    label: str
    before: str
    after: str
    codes_new: tuple[str, ...] = ()
    codes_gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run: its items by state, and what differs."""

    run_id: str
    is_dry: bool
    scope: str
    trial_sha256: str
    items: Mapping[str, int]
    lines: Sequence[RunLine]


def render_run(run: RunSummary) -> str:
    """Return the page."""
    passes = [line for line in run.lines if line.after == "accepted" and line.before != "accepted"]
    fails = [line for line in run.lines if line.before == "accepted" and line.after != "accepted"]
    by_code = Counter((line.site, code, "new") for line in run.lines for code in line.codes_new)
    by_code.update((line.site, code, "gone") for line in run.lines for code in line.codes_gone)
    return render_page(
        "run.html.j2", run=run, passes=passes, fails=fails, by_code=sorted(by_code.items()), lines=run.lines
    )
