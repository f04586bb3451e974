"""`ingest waive OBJECT`: what a site, or one of its subjects, need not send."""

from __future__ import annotations

from datetime import datetime

import click

from ingest.cli.options import act_errors, by_and_reason, last_moment, open_from_settings
from ingest.steps.waive import waive


@click.command("waive")
@click.argument("object")
@click.option("--site", required=True, metavar="CODE", help="The site.")
@click.option("--subject", metavar="ID", help="Only for this study ID.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day; none: for good.")
@by_and_reason
def command(
    object: str, site: str, subject: str | None, until: datetime | None, by: str, reason: str
) -> None:
    """Waive an OBJECT that the trial expects (planning-ct, rtdose, reg …) for a site or a subject.

    \b
    ingest waive reg --site 123 --by "P. Hysicist" --reason "their console exports none"
    ingest waive rtdose --site 123 --subject 123-1001 --until 2027-03-31 --by "A. Manager" --reason "lost"
    """
    with open_from_settings() as service, act_errors():
        day = last_moment(service, until, "--until")
        number = waive(service.parts, site, object, by=by, reason=reason, subject=subject, until=day)
    click.echo(f"Waiver {number}: {subject or f'site {site}'} need not send {object}.")
