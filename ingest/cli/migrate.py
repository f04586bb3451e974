"""`ingest migrate`: bring the ledger's schema up to date; in containers a job before the workers."""

from __future__ import annotations

import time

import click

from ingest.ledger.schema import head_revision, upgrade
from ingest.model.errors import TransientError
from ingest.settings import Settings

_PAUSE = 2.0


@click.command("migrate")
@click.option("--wait", metavar="SECONDS", default=0.0, help="How long a database that is starting may take.")
def command(wait: float) -> None:
    """Create the ledger's tables, or bring them to this program's version."""
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + wait
    while True:
        try:
            upgrade(settings.database_url)
            break
        except TransientError:
            if time.monotonic() >= until:
                raise
            time.sleep(_PAUSE)
    click.echo(f"The ledger is at revision {head_revision()}.")
