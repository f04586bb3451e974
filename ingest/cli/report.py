"""`ingest report …`: the reports for data managers, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from ingest.cli.options import open_from_settings
from ingest.reports.page import render_plain
from ingest.reports.preview import write_preview
from ingest.reports.render import wrap_lines
from ingest.service import Service
from ingest.steps.deliver import deliver
from ingest.steps.kept_reports import keep, site_place, trial_place
from ingest.steps.morning import make_morning, send_morning
from ingest.steps.site_reports import make_site_report, render_site, report_site
from ingest.steps.trial_report import make_trial_report, render_trial, report_trial

out_option = click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the files go; none: reports/ of the data folder.",
)
send_option = click.option("--send", is_flag=True, help="Deliver it, as the schedule does.")


@click.group("report")
def command() -> None:
    """Make the reports for data managers now."""


@command.command("site")
@click.argument("number")
@out_option
@send_option
def site(number: str, out: Path | None, send: bool) -> None:
    """Make the QA report of a site: page, JSON, text, and the chase list as CSV."""
    with open_from_settings() as service:
        report = make_site_report(service.parts, number)
        place = site_place(service.parts.places, number, report.made.date().isoformat())
        _show(report.headline, out or place, render_site(report))
        if send:
            _send(service, lambda: report_site(service.parts, number))


@command.command("trial")
@out_option
@send_option
def trial(out: Path | None, send: bool) -> None:
    """Make the report on the whole trial: page, JSON, text, and the overdue list as CSV."""
    with open_from_settings() as service:
        report = make_trial_report(service.parts)
        place = trial_place(service.parts.places, report.made.date().isoformat())
        _show(report.headline, out or place, render_trial(report))
        if send:
            _send(service, lambda: report_trial(service.parts))


@command.command("morning")
@send_option
def morning(send: bool) -> None:
    """Show what the study team's morning e-mail says."""
    with open_from_settings() as service:
        report = make_morning(service.parts)
        click.echo(wrap_lines(render_plain("morning.txt.j2", report=report)), nl=False)
        if send:
            _send(service, lambda: send_morning(service.parts))


@command.command("preview")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def preview(folder: Path) -> None:
    """Render every text and every picture from sample data into DIR, for review."""
    click.echo(write_preview(folder)[0])


def _show(headline: str, folder: Path, files: Mapping[str, bytes]) -> None:
    click.echo(headline)
    for path in keep(folder, files):
        click.echo(path)


def _send(service: Service, put_down: Callable[[], object]) -> None:
    put_down()
    click.echo(f"{deliver(service.parts)} sent")
