"""`ingest trial`: trial files that a run may name, kept in the ledger."""

from __future__ import annotations

from pathlib import Path

import click

from ingest.archive.trial_texts import keep_trial_text
from ingest.checks.codes import load_codes
from ingest.cli.options import act_errors, open_from_settings
from ingest.trial import load_trial


@click.group("trial")
def command() -> None:
    """Trial files: register one to judge by it, list those that are known."""


@command.command("register")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def register(file: Path) -> None:
    """Keep a trial file in ledger and archive, for `ingest.reprocess` to name. It is not in force by that."""
    trial = load_trial(file, load_codes())
    with open_from_settings() as service, act_errors(), service.parts.ledger.write() as tx:
        keep_trial_text(service.parts.archive, trial.sha256, trial.text)
        if tx.trials.register(trial.name, trial.text, trial.sha256):
            tx.audit.append("trial-registered", detail={"name": trial.name, "sha256": trial.sha256})
    click.echo(f"{trial.sha256}  {trial.name}")


@command.command("list")
def list_registered() -> None:
    """List the registered trial files, the newest first: digest, when, name. A name means its newest."""
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        for item in tx.trials.find():
            mark = "  (in force)" if item.sha256 == service.parts.trial.sha256 else ""
            click.echo(f"{item.sha256}  {item.registered:%Y-%m-%d %H:%M}  {item.name}{mark}")
