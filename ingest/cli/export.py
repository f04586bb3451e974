"""`ingest export DIR`: copies of a cohort, for those who analyse it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ingest.archive.layouts import Layout
from ingest.archive.order import ArchiveDamaged
from ingest.cli.catalogue import catalogue_filters, filter_of
from ingest.cli.options import open_from_settings
from ingest.model.verdict import CompletenessState
from ingest.reports.plain_text import counted
from ingest.steps.export import CohortExport, export


@click.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--layout",
    type=click.Choice([item.value for item in Layout]),
    default=Layout.PLAIN.value,
    show_default=True,
    help="By subject and kind, or as scikit-rt reads it.",
)
@catalogue_filters
@click.option("--complete", is_flag=True, help="Only of subjects that are complete.")
@click.option("--current", is_flag=True, help="Of structure sets, plans and doses only the current ones.")
@click.option("--with-disputed", is_flag=True, help="What is disputed, too.")
def command(
    folder: Path, layout: str, complete: bool, current: bool, with_disputed: bool, **filters: Any
) -> None:
    """Copy what is filed into the new folder DIR, with manifest.json and manifest.sha256.

    What is held is never among it, nor what was superseded; what is disputed only where it is asked for.
    Copies share their blocks with the archive where the file system can, are never links, and are checked
    against the digests of the archive. An export that was cut short leaves DIR~partial, which the next one
    removes.
    """
    if complete:
        filters["completeness"] = CompletenessState.COMPLETE.value
    wanted = filter_of(**filters, with_disputed=with_disputed)
    with open_from_settings() as service:
        try:
            done = export(service.parts, wanted, folder, Layout(layout), is_current_only=current)
        except FileExistsError:
            raise click.ClickException(f"{folder} is there already: name a new folder") from None
        except (LookupError, ValueError, ArchiveDamaged) as error:
            raise click.ClickException(str(error)) from None
    _tell(folder, done)


def _tell(folder: Path, done: CohortExport) -> None:
    copied = done.copied
    click.echo(
        f"{counted(copied.files, 'file')} of {counted(copied.subjects, 'subject')}, "
        f"{copied.bytes / 1e6:.1f} MB, in {folder}"
    )
    if copied.cloned:
        click.echo(f"Sharing their blocks with the archive: {counted(copied.cloned, 'file')}.")
    if done.disputed:
        click.echo(f"Left out because disputed: {counted(done.disputed, 'file')} (ingest instances).")
    if done.not_current:
        click.echo(f"Left out because not current: {counted(done.not_current, 'file')} (ingest subject ID).")
