"""`ingest subject ID`: what is filed of one subject, which is current, what is awaited, what is held."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from ingest.cli.options import open_from_settings
from ingest.ledger.held import HeldItem
from ingest.ledger.subjects import SubjectRow
from ingest.ledger.transaction import Transaction
from ingest.model.currency import Because, State
from ingest.steps.current import FiledObject, describe_object, filed_objects

_BECAUSE = {
    Because.TOGETHER: "beside others",
    Because.LATER: "a later one is filed",
    Because.NAMED: "a later one names it as what it follows",
    Because.OLDER: "its own date is older",
    Because.PLAN: "its plan is an earlier one",
    Because.NOT_TREATING: "not for treatment",
    Because.REJECTED: "rejected in the planning system",
}


@click.command("subject")
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def command(id: str, as_json: bool) -> None:
    """Show one subject by its study ID."""
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        row = tx.subjects.get(id)
        if row is None:
            raise click.ClickException(_nothing_filed(tx, id))
        if as_json:
            click.echo(json.dumps(_describe(tx, row), indent=2))
        else:
            _show(tx, row)


def _show(tx: Transaction, row: SubjectRow) -> None:
    state = row.completeness.state.value if row.completeness else "nothing filed"
    withdrawn = ", withdrawn" if row.is_withdrawn else ""
    click.echo(f"{row.subject_id}  site {row.site}  version {row.head_version}  {state}{withdrawn}")
    since = _since(tx, row.subject_id)
    for item in row.completeness.missing if row.completeness else ():
        day = f", since {since:%Y-%m-%d}" if since else ""
        click.echo(f"  awaiting {item.object}: expected {item.expected}, found {item.found}{day}")
    for kind, count in _counts(tx, row.subject_id).items():
        click.echo(f"  filed {kind}: {count}")
    for filed in filed_objects(tx, row.subject_id):
        if filed.state.because is not Because.ONLY:
            click.echo(f"  {_in_words(filed)}")
    for filing in tx.filings.of_subject(row.subject_id):
        version = f"v{filing.version}" if filing.version else "nothing new"
        click.echo(f"  {filing.filed:%Y-%m-%d %H:%M}  {filing.submission_id}  {version}  {filing.act_name}")
    for work in _held(tx, row.subject_id):
        click.echo(f"  held: {_in_short(work)}")


def _nothing_filed(tx: Transaction, subject_id: str) -> str:
    """Return what to say of a study ID under which nothing was ever filed."""
    if held := _held(tx, subject_id):
        return f"nothing is filed for {subject_id}; held: {'; '.join(map(_in_short, held))}"
    if came := tx.submissions.find(subject_id=subject_id):
        names = ", ".join(item.id for item in came)
        return f"nothing is filed for {subject_id}; it came with {names} (ingest show {came[0].id})"
    return f"nothing has arrived for {subject_id}"


def _held(tx: Transaction, subject_id: str) -> list[HeldItem]:
    return [item for item in tx.held.find() if item.subject_id == subject_id]


def _in_short(item: HeldItem) -> str:
    codes = ", ".join(item.codes)
    return f"{item.submission_id} since {item.opened:%Y-%m-%d}, for {codes} (ingest held show {item.id})"


def _since(tx: Transaction, subject_id: str) -> datetime | None:
    """Return since when what is missing is awaited: the first data without it was filed then."""
    return min((item.filed for item in tx.filings.of_subject(subject_id)), default=None)


def _counts(tx: Transaction, subject_id: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for instance in tx.catalogue.of_subject(subject_id):
        kind = f"{instance.kind}{' (disputed)' if instance.is_disputed else ''}"
        counts[kind] = counts.get(kind, 0) + 1
    return dict(sorted(counts.items()))


def _in_words(filed: FiledObject) -> str:
    """Return `earlier rtplan: 1.2.3 (v1): a later one is filed`."""
    state = filed.state
    is_plain = state.state is State.CURRENT and state.because is not Because.TOGETHER
    why = "" if is_plain else f": {_BECAUSE[state.because]}"
    return f"{state.state.value} {state.kind.value}: {state.sop_instance_uid} (v{filed.version}){why}"


def _describe(tx: Transaction, row: SubjectRow) -> dict[str, Any]:
    known = row.completeness
    missing = known.missing if known else ()
    since = _since(tx, row.subject_id)
    return {
        "schema": 1,
        "subject_id": row.subject_id,
        "site": row.site,
        "version": row.head_version,
        "withdrawn": row.is_withdrawn,
        "completeness": known.state.value if known else None,
        "missing": [
            {
                "object": item.object,
                "expected": item.expected,
                "found": item.found,
                "since": since.isoformat() if since else None,
            }
            for item in missing
        ],
        "filed": _counts(tx, row.subject_id),
        "objects": [describe_object(item) for item in filed_objects(tx, row.subject_id)],
        "filings": [
            {
                "version": item.version,
                "submission": item.submission_id,
                "act": item.act_name,
                "filed": item.filed.isoformat(),
                "instances": item.instances,
            }
            for item in tx.filings.of_subject(row.subject_id)
        ],
        "held": [
            {"submission": item.submission_id, "codes": list(item.codes), "since": item.opened.isoformat()}
            for item in _held(tx, row.subject_id)
        ],
    }
