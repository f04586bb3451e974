"""`ingest level`: after the ledger was restored from a backup, let it catch up with the archive."""

from __future__ import annotations

import click

from ingest.cli.options import open_from_settings
from ingest.steps.drive import drain
from ingest.steps.level import level


@click.command("level")
def command() -> int:
    """Enter again what the archive has and the ledger has not; run it before any worker starts.

    Exit status 1 where something is left for a person to do.
    """
    with open_from_settings() as service:
        levelled = level(service.parts)
        drain(service.parts, service.woken)
    click.echo(f"{len(levelled.entered)} submissions entered again, {len(levelled.resumed)} go on.")
    for problem in levelled.problems:
        click.echo(problem)
    return 1 if levelled.problems else 0
