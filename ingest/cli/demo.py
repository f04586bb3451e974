"""`ingest demo`: sites' zips on all four routes, ingested, and what became of them."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("demo")
@click.option(
    "--out",
    metavar="DIR",
    default="demo-out",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where everything is put: shares, archive, reports.",
)
def command(out: Path) -> int:
    """Show the whole job on synthetic data: no patient, no network, under a minute."""
    from ingest.demo.show import run_demo

    return run_demo(out)
