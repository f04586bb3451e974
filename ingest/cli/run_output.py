"""A reprocess run as words, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json

from ingest.ledger.runs import ItemRow, Progress
from ingest.model.wire import to_wire
from ingest.reports.run_report import RunLine, RunSummary
from ingest.steps.parts import Parts

_COLUMNS = (
    "submission", "site", "state", "reason", "subject", "before", "after", "codes_new", "codes_gone"
)  # fmt: skip


def describe_run(parts: Parts, run: str) -> str:
    """Return a run in words, a line a submission."""
    with parts.ledger.read() as tx:
        progress, items = tx.runs.progress(run), tx.runs.items(run)
    counts = ", ".join(f"{count} {state.value}" for state, count in sorted(progress.items.items()))
    kind = "dry run" if progress.run.is_dry else "run"
    scope = f"{progress.run.scope.value} {progress.run.scope_id}".strip()
    lines = [f"{run} ({kind} over {scope}): {counts or 'nothing'}"]
    lines += [f"  {item.submission_id}  site {item.site}  {_describe(item)}" for item in items]
    return "\n".join(lines)


def _describe(item: ItemRow) -> str:
    if item.difference is None:
        return item.reason or ("no change" if item.state.value == "done" else item.state.value)
    before = item.difference.outcome_before.value if item.difference.outcome_before else "not judged"
    words = [f"{before} → {item.difference.outcome_after.value}"]
    for subject in item.difference.subjects:
        codes = [f"+{code}" for code in subject.codes_new] + [f"-{code}" for code in subject.codes_gone]
        words.append(f"{subject.label or 'package'}: {' '.join(codes) or 'other completeness'}")
    return "; ".join([*words, item.reason] if item.reason else words)


def run_as_json(progress: Progress, items: tuple[ItemRow, ...]) -> str:
    """Return a run as one JSON object."""
    document = {"schema": 1, "run": to_wire(progress), "items": [to_wire(item) for item in items]}
    return json.dumps(document, indent=2)


def write_run_csv(items: tuple[ItemRow, ...]) -> str:
    """Return a run as CSV, a line for each subject whose verdict differs."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for item in items:
        lead = [item.submission_id, item.site, item.state.value, item.reason]
        for line in _lines(item):
            codes = [" ".join(line.codes_new), " ".join(line.codes_gone)]
            writer.writerow([*lead, line.label, line.before, line.after, *codes])
        if item.difference is None:
            writer.writerow([*lead, "", "", "", "", ""])
    return out.getvalue()


def summarise_run(progress: Progress, items: tuple[ItemRow, ...]) -> RunSummary:
    """Return a run as its page shows it."""
    return RunSummary(
        run_id=progress.run.id,
        is_dry=progress.run.is_dry,
        scope=f"{progress.run.scope.value} {progress.run.scope_id}".strip(),
        trial_sha256=progress.run.trial_sha256,
        items={state.value: count for state, count in progress.items.items()},
        lines=[line for item in items for line in _lines(item)],
    )


def _lines(item: ItemRow) -> list[RunLine]:
    return [
        RunLine(
            submission_id=item.submission_id,
            site=item.site,
            label=subject.label,
            before=subject.outcome_before.value if subject.outcome_before else "",
            after=subject.outcome_after.value if subject.outcome_after else "",
            codes_new=subject.codes_new,
            codes_gone=subject.codes_gone,
        )
        for subject in (item.difference.subjects if item.difference else ())
    ]
