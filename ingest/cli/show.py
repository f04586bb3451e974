"""`ingest show ID`: everything that is known of one submission."""

from __future__ import annotations

import click
from rich.console import Console
from rich.markup import escape

from ingest.cli.options import open_from_settings
from ingest.cli.show_verdict import show_verdict
from ingest.ledger.errors import NotInLedger
from ingest.ledger.transaction import Transaction
from ingest.model.submission import Submission


@click.command("show")
@click.argument("id")
@click.option("--attempts", is_flag=True, help="Every attempt at a step, too.")
def command(id: str, attempts: bool) -> None:
    """Show one submission: its way, its verdict, what was filed and what was sent back."""
    console = Console(highlight=False)
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        try:
            submission = tx.submissions.get(id)
        except NotInLedger as error:
            raise click.ClickException(str(error)) from None
        _show_way(console, submission)
        stored, decided = tx.inspections.latest(id), tx.verdicts.latest(id)
        if stored and decided:
            show_verdict(stored.inspection, decided.verdict, None, service.parts.trial, is_check=False)
        for item in tx.held.find(submission_id=id):
            named = item.label or "the whole zip"
            console.print(f"Held: {named}, next: ingest held show {item.id}", soft_wrap=True)
        _show_filings(console, tx, id)
        if attempts:
            for attempt in tx.submissions.attempts_of(id):
                words = f"{attempt['step']} {attempt['result'] or 'under way'} {attempt['reason']}".rstrip()
                console.print(f"[dim]{attempt['started']:%Y-%m-%d %H:%M:%S}[/] {words}")
        console.print(f"[dim]Report: {service.parts.places.reports / id}[/]", soft_wrap=True)


def _show_way(console: Console, submission: Submission) -> None:
    share = submission.share
    name = f" [bold]{submission.display_name}[/]" if submission.display_name else ""
    console.print(f"[bold]{submission.id}[/]{name}  route {share.route.value}, site {share.site}")
    console.print(
        f"{submission.state.value} since {submission.changed or submission.created:%Y-%m-%d %H:%M:%S}"
    )
    if submission.fault:
        again = f", tried again at {submission.retry_at:%Y-%m-%d %H:%M:%S}" if submission.retry_at else ""
        step = f"{submission.parked_from.value}: " if submission.parked_from else ""
        console.print(f"The step failed: {step}{escape(submission.fault)}{again}", soft_wrap=True)


def _show_filings(console: Console, tx: Transaction, submission_id: str) -> None:
    for filing in tx.filings.of_submission(submission_id):
        version = f"version {filing.version}" if filing.version else "nothing new"
        console.print(
            f"Filed: {filing.subject_id}, {version}, {filing.instances} files, for {filing.act_name}",
            soft_wrap=True,
        )
    for status in tx.outbox.of_submission(submission_id):
        when = f" {status.sent:%Y-%m-%d %H:%M}" if status.sent else ""
        console.print(f"[dim]Sent back by {status.message.channel.value}: {status.state.value}{when}[/]")
