"""`ingest routes check`: the first thing that a study team runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from ingest.cli.options import open_from_settings, trial_option
from ingest.connections import Queues, Shares
from ingest.model.errors import ConfigurationError
from ingest.model.route import RouteKind, ShareAddress
from ingest.routes.announcements import queue_names
from ingest.routes.isolation import find_shared_places
from ingest.routes.rights import ShareCheck, check_queues, check_share
from ingest.service import Service
from ingest.settings import Settings
from ingest.trial import Trial


@click.group("routes")
def command() -> None:
    """The shares by which zips arrive."""


@command.command("check")
@click.option("--site", metavar="CODE", help="Only the shares of one site.")
@trial_option
def check(site: str | None, trial_file: Path | None) -> int:
    """Connect to every share and prove every right by using it; say in words what is missing.

    Exit status: 0 all is well, 1 something is missing.
    """
    console = Console(highlight=False)
    settings = Settings()
    with open_from_settings(trial_file) as service:
        shares = _shares(service, site)
        checks = [check_share(share, service.parts.open_store) for share in shares]
        checks = [_with_queues(item, service.parts.trial, Queues(settings)) for item in checks]
        problems = find_shared_places(service.parts.shares, Shares(settings).is_keyed)
    for item in checks:
        _show(console, item)
    for problem in problems:
        console.print(f"[red]not apart[/]  {escape(problem)}")
    bad = sum(not item.is_good for item in checks) + len(problems)
    if not checks:
        console.print("The trial file has no site yet. Next: ingest site add")
    else:
        console.print("[green]All is well.[/]" if not bad else f"[red]{bad} to put right.[/]")
    return 1 if bad else 0


def _shares(service: Service, site: str | None) -> list[ShareAddress]:
    """Return the shares of a site, or of all. Raises ConfigurationError where there is no such site."""
    if site is not None and service.parts.trial.site(site) is None:
        raise ConfigurationError(f"the trial file has no site {site}")
    return [share for share in service.parts.shares if site in (None, share.site)]


def _with_queues(item: ShareCheck, trial: Trial, queues: Queues) -> ShareCheck:
    """Return the check of a share with that of its uploader's queues, where there is a queue account."""
    template = trial.routes[item.share.route].queue
    if not (queues and template and item.share.route is RouteKind.HTP):
        return item
    rights = check_queues(queue_names(template, item.share.site), lambda name: queues.open(name).look())
    queues.close()
    return replace(item, rights=(*item.rights, *rights))


def _show(console: Console, item: ShareCheck) -> None:
    mark = "[green]good[/]" if item.is_good else "[red]missing[/]"
    console.print(f"{item.share.route.value:9} site {item.share.site}  {mark}")
    for right in item.rights:
        if not right.is_held:
            console.print(f"    [red]{right.name}[/]: {escape(right.words)}")
    for remark in item.remarks:
        console.print(f"    [dim]{escape(remark)}[/]")
