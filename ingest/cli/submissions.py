"""`ingest submissions`: what arrived and what became of it."""

from __future__ import annotations

import json

import click

from ingest.cli.options import open_from_settings
from ingest.model.route import RouteKind
from ingest.model.submission import Submission, SubmissionState
from ingest.model.verdict import Outcome


@click.command("submissions")
@click.option("--site", metavar="CODE", help="Of one site.")
@click.option("--route", type=click.Choice([item.value for item in RouteKind]), help="By one route.")
@click.option("--state", type=click.Choice([item.value for item in SubmissionState]), help="In one state.")
@click.option("--outcome", type=click.Choice([item.value for item in Outcome]), help="With one outcome.")
@click.option("--subject", metavar="ID", help="Of one study ID.")
@click.option("--limit", default=100, show_default=True, help="At most so many, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="As a JSON list.")
def command(
    site: str | None,
    route: str | None,
    state: str | None,
    outcome: str | None,
    subject: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List submissions, the newest first."""
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        found = tx.submissions.find(
            site=site,
            route=RouteKind(route) if route else None,
            states=[SubmissionState(state)] if state else (),
            outcome=Outcome(outcome) if outcome else None,
            subject_id=subject,
            limit=limit,
        )
    rows = [_row(item) for item in found]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo("  ".join(f"{row[name]!s:{width}}" for name, width in _WIDTHS.items()).rstrip())
    if not rows:
        click.echo("No such submission.")


_WIDTHS = {"id": 8, "received": 16, "route": 8, "site": 5, "state": 12, "outcome": 9, "size": 12}


def _row(item: Submission) -> dict[str, str | int]:
    return {
        "id": item.id,
        "received": f"{item.created:%Y-%m-%d %H:%M}",
        "route": item.share.route.value,
        "site": item.share.site,
        "state": item.state.value,
        "outcome": item.outcome.value if item.outcome else "",
        "size": item.size,
    }
