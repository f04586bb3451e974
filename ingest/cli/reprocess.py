"""`ingest reprocess SCOPE [ID]`: judge again, dry or for real; `show` and `resume` besides."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from ingest.cli.options import by_and_reason, open_from_settings, trial_option
from ingest.cli.run_output import describe_run, run_as_json, summarise_run, write_run_csv
from ingest.cli.stop import Stop
from ingest.ledger.errors import LedgerError, Refused
from ingest.ledger.runs import RunScope
from ingest.model.errors import Stopped
from ingest.reports.run_report import render_run
from ingest.service import Service
from ingest.steps.drive import drain
from ingest.steps.reprocess import begin_run, reprocess_item
from ingest.steps.resume import resume_failing, resume_messages


@click.group("reprocess")
def command() -> None:
    """Judge again what was received: under the present trial file, or a registered one."""


def _judge_again(
    scope: RunScope,
    scope_id: str | None,
    run: str | None,
    dry_run: bool,
    registered: str | None,
    trial_file: Path | None,
    by: str,
    reason: str,
) -> None:
    run = run or f"run-{secrets.token_hex(4)}"
    with open_from_settings(trial_file) as service:
        try:
            _require_known(service, scope, scope_id or "")
            items = begin_run(
                service.parts, run, scope, scope_id, trial=registered, is_dry=dry_run, by=by, reason=reason
            )
        except LedgerError as error:
            raise click.ClickException(str(error)) from None
        stop = Stop()
        stop.listen()
        try:
            for submission_id in items:
                with stop.cut_short():
                    reprocess_item(service.parts, run, submission_id)
            drain(service.parts, service.woken, around=stop.cut_short)
        except Stopped:
            left = "The workers, or ingest run, do what is left"
            raise click.ClickException(f"stopped. {left}: ingest reprocess show {run}") from None
        click.echo(describe_run(service.parts, run))


def _require_known(service: Service, scope: RunScope, scope_id: str) -> None:
    """Raise Refused or NotInLedger where there is nothing of that name to judge again."""
    with service.parts.ledger.read() as tx:
        if scope is RunScope.SUBMISSION:
            tx.submissions.get(scope_id)
        elif scope is RunScope.SITE and service.parts.trial.site(scope_id) is None:
            raise Refused(f"the trial file has no site {scope_id}")
        elif scope is RunScope.SUBJECT and not tx.submissions.find(subject_id=scope_id, limit=1):
            raise Refused(f"nothing has arrived for {scope_id}")


def _options(function: click.decorators.FC) -> click.decorators.FC:
    """Add what every scope takes."""
    function = by_and_reason(function)
    function = trial_option(function)
    function = click.option(
        "--registered", metavar="NAME", help="A registered trial file, by name or sha256."
    )(function)
    function = click.option(
        "--dry-run", is_flag=True, help="Change nothing; record the difference of verdicts."
    )(function)
    return click.option("--run", metavar="RUN", help="The run's id; none: one is made.")(function)


@command.command("submission")
@click.argument("id")
@_options
def reprocess_submission(id: str, **options: object) -> None:
    """Judge one submission again."""
    _judge_again(RunScope.SUBMISSION, id, **options)  # type: ignore[arg-type]


@command.command("subject")
@click.argument("id")
@_options
def reprocess_subject(id: str, **options: object) -> None:
    """Judge every submission of a subject again."""
    _judge_again(RunScope.SUBJECT, id, **options)  # type: ignore[arg-type]


@command.command("site")
@click.argument("id")
@_options
def reprocess_site(id: str, **options: object) -> None:
    """Judge every submission of a site again."""
    _judge_again(RunScope.SITE, id, **options)  # type: ignore[arg-type]


@command.command("all")
@_options
def reprocess_all(**options: object) -> None:
    """Judge everything again."""
    _judge_again(RunScope.ALL, None, **options)  # type: ignore[arg-type]


@command.command("show")
@click.argument("run")
@click.option("--json", "form", flag_value="json", help="As JSON.")
@click.option("--csv", "form", flag_value="csv", help="As CSV.")
@click.option("--html", "form", flag_value="html", help="As an HTML page.")
def show(run: str, form: str | None) -> None:
    """Show how far a run has come, and what it changed or would change."""
    with open_from_settings() as service:
        try:
            with service.parts.ledger.read() as tx:
                progress, items = tx.runs.progress(run), tx.runs.items(run)
        except LedgerError as error:
            raise click.ClickException(str(error)) from None
        if form == "json":
            click.echo(run_as_json(progress, items))
        elif form == "csv":
            click.echo(write_run_csv(items), nl=False)
        elif form == "html":
            click.echo(render_run(summarise_run(progress, items)))
        else:
            click.echo(describe_run(service.parts, run))


@command.command("resume")
@click.argument("submission", required=False)
@click.option("--all", "everything", is_flag=True, help="Everything that is stuck or waits after a failure.")
def resume(submission: str | None, everything: bool) -> None:
    """Go on with what is stuck, where it stopped, and now with what waits after a failure, messages too."""
    if (submission is None) is not everything:
        raise click.UsageError("name a submission, or say --all")
    with open_from_settings() as service:
        messages = resume_messages(service.parts, submission)
        try:
            resumed = resume_failing(service.parts, submission)
        except Refused as error:
            if not messages:
                raise click.ClickException(str(error)) from None
            resumed = []
        except LedgerError as error:
            raise click.ClickException(str(error)) from None
    for submission_id, state in resumed:
        click.echo(f"{submission_id} goes on: {state.value}.")
    if messages:
        click.echo(f"{messages} message{'' if messages == 1 else 's'} will be sent again, within a minute.")
    if not resumed and not messages:
        click.echo("Nothing is stuck or waits after a failure.")
