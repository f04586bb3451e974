"""`ingest reassign OLD NEW`: data that was filed under the wrong study ID is filed under the right one."""

from __future__ import annotations

import click

from ingest.cli.held_output import act_in_words
from ingest.cli.options import act_errors, open_from_settings, two_people
from ingest.ledger.acts import NewAct
from ingest.model.submission import ActKind
from ingest.steps.act import record
from ingest.steps.drive import drain
from ingest.steps.reassign import check_reassignment, label_as_read


@click.command("reassign")
@click.argument("old")
@click.argument("new")
@click.option("--from", "submission", metavar="ID", help="Only what this submission brought.")
@two_people
def command(old: str, new: str, submission: str | None, by: tuple[str, ...], reason: str) -> None:
    """File under NEW what is filed under OLD. It takes two people.

    Both study IDs get a new version, nothing is overwritten, and both sites are told. Give --by twice, or
    once and let the second person run `ingest held confirm`.

    \b
    ingest reassign 123-1003 123-1005 --by "A. Manager" --by "P. Hysicist" --reason "two patients mixed up"
    ingest reassign 123-1003 123-1005 --from S000004 --by "A. Manager" --reason "only the second zip"
    """
    with open_from_settings() as service, act_errors():
        parts = service.parts
        label = ""
        if submission is not None:
            with parts.ledger.read() as tx:
                label = label_as_read(parts, tx, tx.submissions.get(submission).id, old)
        act = NewAct(
            ActKind.REASSIGN,
            by=by[0],
            reason=reason,
            submission_id=submission,
            label=label,
            subject_id=old,
            assign_to=new,
            needs_second=True,
        )
        moved = check_reassignment(parts, act)
        recorded = record(parts, act, second_by=by[1] if len(by) > 1 else "")
        drain(parts, service.woken)
        for line in act_in_words(parts, recorded):
            click.echo(line)
        would = "moved" if recorded.is_in_force else "would move"
        click.echo(f"  {would}: what {', '.join(moved)} filed under {old}")
        click.echo(f"  see ingest subject {old}; ingest subject {new}")
