"""`ingest site add|check|test-upload|rotate-key`: a site from its first day on."""

from __future__ import annotations

import click

from ingest.cli.options import open_from_settings
from ingest.cli.site_add import add
from ingest.cli.site_test import shares_of, test_upload
from ingest.connections import Queues
from ingest.model.route import RouteKind
from ingest.reports.site_kit import rotation_commands
from ingest.routes.addresses import AzureAddress, parse_address
from ingest.routes.announcements import queue_names
from ingest.routes.rights import Right, check_queues, check_share
from ingest.settings import Settings
from ingest.trial import Trial

MISSING = 1


@click.group("site")
def command() -> None:
    """A delivering site: its kit, its share, its first zip."""


command.add_command(add)
command.add_command(test_upload)


@command.command("check")
@click.argument("number")
def check(number: str) -> int:
    """Prove every right on the site's shares by using it, and its queues. Exit status: 0 all is well, 1 not.

    \b
    ingest site check 126
    """
    is_good = True
    with open_from_settings() as service:
        for share in shares_of(service, number):
            rights = check_share(share, service.parts.open_store).rights
            if share.route is RouteKind.HTP:
                rights = (*rights, *_queues(service.parts.trial, number))
            is_well = all(right.is_held for right in rights)
            is_good = is_good and is_well
            click.echo(f"{share.route.value:9} {'good' if is_well else 'MISSING'}")
            for right in rights:
                mark = "" if right.is_held else "MISSING: "
                click.echo(f"    {right.name}: {mark}{right.words}")
    click.echo(
        f"All is well. Next: ingest site test-upload {number}"
        if is_good
        else f"Put right what is MISSING, then again: ingest site check {number}"
    )
    return 0 if is_good else MISSING


def _queues(trial: Trial, number: str) -> tuple[Right, ...]:
    """Look at the uploader's queues, where the trial has them and there is an account for them."""
    template = trial.routes[RouteKind.HTP].queue
    queues = Queues(Settings())
    if not template:
        return ()
    if not queues:
        words = "no queue account is set (INGEST_QUEUE_ENDPOINT): uploads are found by listing"
        return (Right("queue", True, words),)
    try:
        return check_queues(queue_names(template, number), lambda name: queues.open(name).look())
    finally:
        queues.close()


@command.command("rotate-key")
@click.argument("number")
def rotate_key(number: str) -> None:
    """Print what the Azure administrator types to end a site's key or signature and make a new one.

    \b
    ingest site rotate-key 126 > rotate-126.sh
    """
    with open_from_settings() as service:
        for share in shares_of(service, number):
            address = parse_address(share.address)
            if isinstance(address, AzureAddress):
                is_keyed = share.route is not RouteKind.EXPLORER
                click.echo(f"# route {share.route.value}")
                click.echo(rotation_commands(address.account, address.share, is_keyed))
            else:
                click.echo(f"# route {share.route.value}: a folder has no key")
