"""`ingest waivers list|revoke`."""

from __future__ import annotations

import click

from ingest.cli.options import act_errors, by_and_reason, open_from_settings
from ingest.steps.waive import end_waiver


@click.group("waivers")
def command() -> None:
    """What need not be sent. Giving a waiver: ingest waive."""


@command.command("list")
@click.option("--site", metavar="CODE", help="Of one site.")
@click.option("--all", "with_past", is_flag=True, help="Those that ran out or were revoked, too.")
def list_waivers(site: str | None, with_past: bool) -> None:
    """List waivers: people's, and those of the trial file."""
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        rows = tx.waivers.find(site, with_past=with_past)
        for trial_site in service.parts.trial.sites:
            for waiver in trial_site.waivers if site in (None, trial_site.number) else ():
                who = waiver.subject or f"site {trial_site.number}"
                click.echo(f"[trial file] {who}  {waiver.object}  by {waiver.by}: {waiver.reason}")
    of_trial = sum(len(item.waivers) for item in service.parts.trial.sites if site in (None, item.number))
    if not rows and not of_trial:
        click.echo("Nothing is waived.")
    for row in rows:
        until = f"until {row.until:%Y-%m-%d}" if row.until else "for good"
        past = f" (revoked by {row.revoked_by})" if row.revoked else ""
        click.echo(
            f"[{row.id}] {row.waiver.subject or f'site {row.site}'}  {row.waiver.object}  {until}{past}  "
            f"by {row.waiver.by}, {row.given:%Y-%m-%d}: {row.waiver.reason}"
        )


@command.command("revoke")
@click.argument("waiver", type=int)
@by_and_reason
def revoke(waiver: int, by: str, reason: str) -> None:
    """Take a waiver back."""
    with open_from_settings() as service, act_errors():
        end_waiver(service.parts, waiver, by=by, reason=reason)
    click.echo(f"Waiver {waiver} is revoked.")
