"""`ingest export DIR`: copies of a cohort, for those who analyse it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from ingest.archive.layouts import Layout
from ingest.archive.order import ArchiveDamaged
from ingest.cli.catalogue import filter_of
from ingest.cli.options import open_from_settings
from ingest.model.verdict import CompletenessState
from ingest.steps.export import export


@click.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--layout",
    type=click.Choice([item.value for item in Layout]),
    default=Layout.PLAIN.value,
    show_default=True,
    help="By subject and kind, or as scikit-rt reads it.",
)
@click.option("--site", metavar="CODE", help="Of one site.")
@click.option("--subject", metavar="ID", help="Of one study ID.")
@click.option("--complete", is_flag=True, help="Only of subjects that are complete.")
@click.option("--modality", metavar="CODE", help="Only of one modality.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Arrived on that day or later (UTC).")
def command(
    folder: Path,
    layout: str,
    site: str | None,
    subject: str | None,
    complete: bool,
    modality: str | None,
    since: datetime | None,
) -> None:
    """Copy what is filed into the new folder DIR, with manifest.json and manifest.sha256.

    What is disputed is left out. Copies are checked against the digests of the archive.
    """
    wanted = filter_of(
        site=site,
        subject=subject,
        completeness=CompletenessState.COMPLETE.value if complete else None,
        modality=modality,
        since=since,
    )
    with open_from_settings() as service:
        try:
            done = export(service.parts, wanted, folder, Layout(layout))
        except FileExistsError:
            raise click.ClickException(f"{folder} is there already: name a new folder") from None
        except (LookupError, ArchiveDamaged) as error:
            raise click.ClickException(str(error)) from None
    copied = done.copied
    click.echo(
        f"{copied.files} files of {copied.subjects} subjects, {copied.bytes / 1e6:.1f} MB, in {folder}"
    )
    if done.disputed:
        click.echo(f"{done.disputed} files are disputed and were left out (ingest instances).")
