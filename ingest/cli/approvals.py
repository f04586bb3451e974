"""`ingest approvals propose|list|revoke`: what passes for a site, by whom, why and until when."""

from __future__ import annotations

import click

from ingest.cli.approve import describe_approval
from ingest.cli.options import act_errors, by_and_reason, open_from_settings
from ingest.model.inspection import ApprovalKind
from ingest.steps.approve import propose_in_words, revoke


@click.group("approvals")
def command() -> None:
    """What was approved for a site, and what could be. Giving one: ingest approve."""


@command.command("propose")
@click.argument("submission")
def propose(submission: str) -> None:
    """Say in words what could be approved of a SUBMISSION."""
    with open_from_settings() as service, act_errors():
        questions = propose_in_words(service.parts, submission)
    for question in questions:
        click.echo(question.text)
        for line in question.lines:
            click.echo(f"    {line}")
        kind = question.kind.value
        click.echo(f"    ingest approve --from {submission} --kind {kind} --by … --reason … [--until DAY]")
    if not questions:
        click.echo(f"Nothing of {submission} could be approved.")


@command.command("list")
@click.option("--site", metavar="CODE", help="Of one site.")
@click.option("--kind", type=click.Choice([kind.value for kind in ApprovalKind]), help="Of one kind.")
@click.option("--all", "with_past", is_flag=True, help="Those that ran out or were revoked, too.")
def list_approvals(site: str | None, kind: str | None, with_past: bool) -> None:
    """List approvals, oldest first."""
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        rows = tx.approvals.find(site, with_past=with_past)
        now = tx.now
    for row in rows:
        if kind and row.approval.kind.value != kind:
            continue
        until = f"until {row.until:%Y-%m-%d}" if row.until else "for good"
        past = " (ran out)" if row.until and row.until <= now else ""
        if row.revoked:
            past = f" (revoked {row.revoked:%Y-%m-%d} by {row.revoked_by}: {row.revoked_reason})"
        click.echo(
            f"[{row.id}] site {row.site}  {describe_approval(row.approval)}  {until}{past}  "
            f"by {row.by}, {row.given:%Y-%m-%d}: {row.reason}"
        )
    if not rows:
        click.echo("Nothing is approved.")


@command.command("revoke")
@click.argument("approval", type=int)
@by_and_reason
def revoke_approval(approval: int, by: str, reason: str) -> None:
    """Take an approval back. What passed by it stays, until it is judged anew."""
    with open_from_settings() as service, act_errors():
        site = revoke(service.parts, approval, by=by, reason=reason)
    click.echo(f"Approval {approval} is revoked.")
    click.echo(f"See what would change: ingest reprocess site {site} --dry-run --by … --reason …")
