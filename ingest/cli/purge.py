"""`ingest purge SUBMISSION`: delete what one subject brought, filed or not, wherever it can be reached."""

from __future__ import annotations

import click

from ingest.cli.held_output import act_in_words
from ingest.cli.options import act_errors, open_from_settings, two_people
from ingest.steps.act import record
from ingest.steps.drive import drain
from ingest.steps.settle_held import purge_of


@click.command("purge")
@click.argument("submission")
@click.argument("subject", default="")
@two_people
def command(submission: str, subject: str, by: tuple[str, ...], reason: str) -> None:
    """Delete what a SUBMISSION brought of SUBJECT, filed or held. It takes two people.

    SUBJECT may be left out where it brought one. The files leave every version of the archive, the others of
    the zip stay, and the site is asked to send again. A whole subject is withdrawn by `ingest withdraw`. Give
    --by twice, or once and let the second person run `ingest held confirm`.

    \b
    ingest purge S000123 --by "A. Manager" --by "I. G. Lead" --reason "a face in the CT"
    ingest purge S000123 123-1002 --by "A. Manager" --reason "the site asked for it"
    """
    with open_from_settings() as service, act_errors():
        act = purge_of(service.parts, submission, subject, by=by[0], reason=reason)
        recorded = record(service.parts, act, second_by=by[1] if len(by) > 1 else "")
        drain(service.parts, service.woken)
        for line in act_in_words(service.parts, recorded):
            click.echo(line)
