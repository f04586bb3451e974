"""`ingest withdraw SUBJECT`: a subject leaves the trial; everything of it that can be reached is deleted."""

from __future__ import annotations

import click

from ingest.cli.held_output import act_in_words
from ingest.cli.options import act_errors, open_from_settings, two_people
from ingest.ledger.acts import NewAct
from ingest.ledger.errors import Refused
from ingest.model.submission import ActKind
from ingest.steps.act import record
from ingest.steps.drive import drain


@click.command("withdraw")
@click.argument("subject")
@two_people
def command(subject: str, by: tuple[str, ...], reason: str) -> None:
    """Withdraw a SUBJECT: delete its data and reject what comes later. It takes two people.

    Give --by twice, or once and let the second person run `ingest held confirm`.

    \b
    ingest withdraw 123-1002 --by "A. Manager" --by "I. G. Lead" --reason "consent withdrawn on 4 December"
    """
    with open_from_settings() as service, act_errors():
        site = service.parts.trial.study_id.site_of(subject)
        if site is None:
            raise Refused(
                f"{subject} is not a study ID; one looks like {service.parts.trial.study_id.example}"
            )
        if service.parts.trial.site(site) is None:
            raise Refused(f"{subject}: the trial file has no site {site}")
        with service.parts.ledger.read() as tx:
            if tx.subjects.is_withdrawn(subject):
                raise Refused(f"{subject} is withdrawn already: ingest subject {subject}")
        act = NewAct(ActKind.WITHDRAW, by=by[0], reason=reason, subject_id=subject, needs_second=True)
        recorded = record(service.parts, act, second_by=by[1] if len(by) > 1 else "")
        drain(service.parts, service.woken)
        for line in act_in_words(service.parts, recorded):
            click.echo(line)
        if recorded.is_in_force:
            click.echo(f"  what still arrives for {subject} is rejected, and deleted once it is reported")
