"""`ingest approvals propose|list|revoke`: what passes for a site, by whom, why and until when."""

from __future__ import annotations

import click

from ingest.cli.approve import describe_approval
from ingest.cli.held_output import printable
from ingest.cli.options import act_errors, by_and_reason, open_from_settings, require_terminal
from ingest.model.inspection import ApprovalKind
from ingest.service import Service
from ingest.steps.approve import propose_in_words, revoke
from ingest.steps.look import look_at_values

#: Places of one maker's elements that are written out.
_MOST_PLACES = 5


@click.group("approvals")
def command() -> None:
    """What was approved for a site, and what could be. Giving one: ingest approve."""


@command.command("propose")
@click.argument("submission")
@click.option("--show-values", is_flag=True, help="Show the values themselves: on a terminal only, audited.")
@click.option("--by", default="", metavar="NAME", help="Who looks; needed with --show-values.")
@click.option("--reason", default="", help="Why; needed with --show-values.")
def propose(submission: str, show_values: bool, by: str, reason: str) -> None:
    """Say in words what could be approved of a SUBMISSION.

    \b
    ingest approvals propose S000123
    ingest approvals propose S000123 --show-values --by "P. Hysicist" --reason "which creators are they?"
    """
    require_terminal(show_values)
    with open_from_settings() as service, act_errors():
        questions = propose_in_words(service.parts, submission)
        values = _values(service, submission, by, reason) if show_values else {}
    for question in questions:
        click.echo(question.text)
        for number, item in question.items.items():
            approval = item.approval
            value = values.get((approval.where, approval.value_hmac), "")
            click.echo(
                f"  {number}  {describe_approval(approval)}  ({', '.join(item.codes)})  {value}".rstrip()
            )
        kind = question.kind.value
        click.echo(f"    ingest approve --from {submission} --kind {kind} --by … --reason … [--until DAY]")
        if len(question.items) > 1:
            click.echo("    only some of them: --only NUMBER, as often as needed")
        for place in question.places[:_MOST_PLACES]:
            click.echo(f'    only one element: ingest approve --site {question.site} --element "{place}"')
        if len(question.places) > _MOST_PLACES:
            click.echo(
                f"    and so with {len(question.places) - _MOST_PLACES} more (ingest show {submission})"
            )
    if not questions:
        click.echo(f"Nothing of {submission} could be approved.")


def _values(service: Service, submission: str, by: str, reason: str) -> dict[tuple[str, str], str]:
    """Return the values behind proposals, written so that a terminal only shows them."""
    found = look_at_values(service.parts, submission, by=by, reason=reason)
    return {
        (item.where, item.value_hmac): printable(item.text) for item in found if item.value_hmac and item.text
    }


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
    """Take an approval back. What passed by it stays, until it is judged anew.

    \b
    ingest approvals revoke 7 --by "P. Hysicist" --reason "the console now writes names there"
    """
    with open_from_settings() as service, act_errors():
        site = revoke(service.parts, approval, by=by, reason=reason)
    click.echo(f"Approval {approval} is revoked.")
    click.echo(f"See what would change: ingest reprocess site {site} --dry-run --by … --reason …")
