"""`ingest subject ID`: what is filed of one subject, what is awaited, what is held."""

from __future__ import annotations

import click

from ingest.cli.options import open_from_settings


@click.command("subject")
@click.argument("id")
def command(id: str) -> None:
    """Show one subject by its study ID."""
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        row = tx.subjects.get(id)
        if row is None:
            raise click.ClickException(f"nothing has arrived for {id}")
        state = row.completeness.state.value if row.completeness else "nothing filed"
        withdrawn = ", withdrawn" if row.is_withdrawn else ""
        click.echo(f"{id}  site {row.site}  version {row.head_version}  {state}{withdrawn}")
        for item in row.completeness.missing if row.completeness else ():
            click.echo(f"  awaiting {item.object}: expected {item.expected}, found {item.found}")
        counts: dict[str, int] = {}
        for instance in tx.catalogue.of_subject(id):
            kind = f"{instance.kind}{' (disputed)' if instance.is_disputed else ''}"
            counts[kind] = counts.get(kind, 0) + 1
        for kind, count in sorted(counts.items()):
            click.echo(f"  filed {kind}: {count}")
        for filing in tx.filings.of_subject(id):
            version = f"v{filing.version}" if filing.version else "nothing new"
            click.echo(
                f"  {filing.filed:%Y-%m-%d %H:%M}  {filing.submission_id}  {version}  {filing.act_name}"
            )
        held = [item for item in tx.held.find() if item.subject_id == id]
        for work in held:
            codes = ", ".join(work.codes)
            click.echo(f"  held: {work.submission_id} since {work.opened:%Y-%m-%d}, because of {codes}")
