"""`ingest reassign OLD NEW`: data that was filed under the wrong study ID is filed under the right one."""

from __future__ import annotations

import click

from ingest.cli.held_output import act_in_words
from ingest.cli.options import act_errors, open_from_settings, two_people
from ingest.ledger.acts import NewAct
from ingest.model.submission import ActKind
from ingest.steps.act import record
from ingest.steps.drive import drain
from ingest.steps.reassign import check_reassignment


@click.command("reassign")
@click.argument("old")
@click.argument("new")
@two_people
def command(old: str, new: str, by: tuple[str, ...], reason: str) -> None:
    """File under NEW what is filed under OLD. Both get a new version; it takes two people.

    Give --by twice, or once and let the second person run `ingest held confirm`.
    """
    with open_from_settings() as service, act_errors():
        moved = check_reassignment(service.parts, old, new)
        act = NewAct(
            ActKind.REASSIGN, by=by[0], reason=reason, subject_id=old, assign_to=new, needs_second=True
        )
        recorded = record(service.parts, act, second_by=by[1] if len(by) > 1 else "")
        drain(service.parts, service.woken)
        for line in act_in_words(service.parts, recorded):
            click.echo(line)
        click.echo(f"  what {', '.join(moved)} brought: ingest subject {old}; ingest subject {new}")
