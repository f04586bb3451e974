"""`ingest purge SUBMISSION SUBJECT`: what one submission brought of a subject is deleted, filed or not."""

from __future__ import annotations

import click

from ingest.cli.held_output import act_in_words
from ingest.cli.options import act_errors, open_from_settings, two_people
from ingest.steps.act import record
from ingest.steps.drive import drain
from ingest.steps.settle_held import purge_of


@click.command("purge")
@click.argument("submission")
@click.argument("subject")
@two_people
def command(submission: str, subject: str, by: tuple[str, ...], reason: str) -> None:
    """Delete every copy of what SUBMISSION brought of SUBJECT; its site is asked to send again.

    Held data is purged by `ingest held purge`, a whole subject is withdrawn by `ingest withdraw`. The files
    leave every version of the archive. Give --by twice, or once and let the second person run `ingest held
    confirm`.
    """
    with open_from_settings() as service, act_errors():
        act = purge_of(service.parts, submission, subject, by=by[0], reason=reason)
        recorded = record(service.parts, act, second_by=by[1] if len(by) > 1 else "")
        drain(service.parts, service.woken)
        for line in act_in_words(service.parts, recorded):
            click.echo(line)
