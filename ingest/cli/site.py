"""`ingest site add|check|test-upload|rotate-key`: a site from its first day on."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

import click

from ingest.cli.options import open_from_settings
from ingest.demo.synthetic import zip_case
from ingest.model.errors import ConfigurationError
from ingest.model.route import RouteKind, ShareAddress
from ingest.model.submission import Submission, SubmissionState
from ingest.reports.site_kit import SiteKitInput, build_site_kit, default_accounts, rotation_commands
from ingest.routes.addresses import AzureAddress, FolderAddress, parse_address
from ingest.routes.rights import check_share
from ingest.service import Service, read_trial
from ingest.settings import Settings
from ingest.steps.drive import drive_round

MISSING = 1
#: The synthetic subject that a test upload is of: a number that no patient gets.
TEST_NUMBER = "9999"


@click.group("site")
def command() -> None:
    """A delivering site: its kit, its share, its first zip."""


@command.command("add")
@click.argument("number")
@click.option("--name", required=True, help="The hospital's name.")
@click.option("--route", "routes", required=True, metavar="ROUTE,…", help="egress, explorer, smb, htp.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the kit is written; none: site-NUMBER.",
)
@click.option(
    "--account",
    default="hamletrt",
    show_default=True,
    help="The trial's storage account; keys get one a site.",
)
@click.option("--resource-group", default="hamlet-rt", show_default=True, help="The Azure resource group.")
def add(number: str, name: str, routes: str, out: Path | None, account: str, resource_group: str) -> None:
    """Write a site's kit: what the Azure administrator does, the trial file's entry, scripts, instructions.

    Nothing is created in Azure: that takes the administrator's own rights.
    """
    trial = read_trial(Settings())
    try:
        kinds = tuple(dict.fromkeys(RouteKind(item.strip()) for item in routes.split(",")))
        accounts = default_accounts(account, number, kinds)
    except ValueError as error:
        raise ConfigurationError(f"--route, --account: {error}") from None
    example = trial.study_id.example.replace(trial.study_id.site_of(trial.study_id.example) or "", number, 1)
    if trial.study_id.site_of(example) != number:
        raise ConfigurationError(
            f"{number} is not a site's number: one looks like that of {trial.study_id.example}"
        )
    kit = SiteKitInput(
        number,
        name,
        kinds,
        accounts,
        resource_group,
        example,
        trial.team.data_management,
        trial.name,
        trial.title,
    )
    folder = out or Path(f"site-{number}")
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in build_site_kit(kit).items():
        (folder / file).write_text(text, encoding="utf-8")
        click.echo(f"  {folder / file}")
    click.echo(
        "Next: the administrator runs azure-administrator.sh; you add trial-file-entry.toml to the trial file"
    )
    click.echo(f"and the credential to the secrets folder; then ingest site check {number}.")


@command.command("check")
@click.argument("number")
def check(number: str) -> int:
    """Prove every right on the site's shares by using it. Exit status: 0 all is well, 1 not."""
    is_good = True
    with open_from_settings() as service:
        for share in _shares(service, number):
            found = check_share(share, service.parts.open_store)
            is_good = is_good and found.is_good
            click.echo(f"{share.route.value:9} {'good' if found.is_good else 'MISSING'}")
            for right in found.rights:
                click.echo(f"    {right.name}: {right.words}")
    return 0 if is_good else MISSING


@command.command("test-upload")
@click.argument("number")
@click.option("--route", type=click.Choice([kind.value for kind in RouteKind]), help="Only this route.")
@click.option("--wait", default=600, show_default=True, help="Seconds to wait for the report.")
def test_upload(number: str, route: str | None, wait: int) -> int:
    """Drop a synthetic zip on the site's share and wait for its report: the way there and back.

    The service may be running (it takes the zip), or not (this command takes it itself). The synthetic
    subject is NUMBER-9999; withdraw it afterwards. Exit status: 0 the report is there, 1 it is not.
    """
    is_back = True
    with open_from_settings() as service:
        for share in _shares(service, number):
            if route in (None, share.route.value):
                is_back = _send_and_wait(service, share, wait) and is_back
    return 0 if is_back else MISSING


@command.command("rotate-key")
@click.argument("number")
def rotate_key(number: str) -> None:
    """Print what the Azure administrator types to end a site's key or signature and make a new one."""
    with open_from_settings() as service:
        for share in _shares(service, number):
            address = parse_address(share.address)
            if isinstance(address, AzureAddress):
                is_keyed = share.route is not RouteKind.EXPLORER
                click.echo(f"# route {share.route.value}")
                click.echo(rotation_commands(address.account, address.share, is_keyed))
            else:
                click.echo(f"# route {share.route.value}: a folder has no key")


def _shares(service: Service, number: str) -> list[ShareAddress]:
    found = [share for share in service.parts.shares if share.site == number]
    if not found:
        raise ConfigurationError(f"the trial file has no site {number}: add it first (ingest site add)")
    return found


def _send_and_wait(service: Service, share: ShareAddress, wait: int) -> bool:
    address = parse_address(share.address)
    if not isinstance(address, FolderAddress):
        click.echo(
            f"{share.route.value}: upload test-upload.zip with the site's own credential: written here"
        )
        Path("test-upload.zip").write_bytes(_synthetic(share.site))
        return True
    with service.parts.ledger.read() as tx:
        known = {item.id for item in tx.submissions.find(route=share.route, site=share.site, limit=100_000)}
    study_id = f"{share.site}-{TEST_NUMBER}"
    name = (
        f"{study_id}.zip"
        if share.route in (RouteKind.EGRESS, RouteKind.HTP)
        else f"test-{secrets.token_hex(4)}.zip"
    )
    draft = address.path / f"{name}.part"
    draft.write_bytes(_synthetic(share.site))
    draft.rename(address.path / name)
    click.echo(f"{share.route.value}: sent {name}")
    until = time.monotonic() + wait
    while time.monotonic() < until:
        drive_round(service.parts, service.woken)
        done = _finished(service, share, known)
        if done is not None:
            report = service.parts.places.reports / done.id / "report.txt"
            outcome = done.outcome.value if done.outcome else ""
            click.echo(f"{share.route.value}: {done.id} {outcome}, report {report}")
            return report.is_file()
        service.parts.clock.sleep(1.0)
    click.echo(f"{share.route.value}: no report within {wait} seconds")
    return False


def _finished(service: Service, share: ShareAddress, known: set[str]) -> Submission | None:
    with service.parts.ledger.read() as tx:
        new = [
            item
            for item in tx.submissions.find(
                route=share.route, site=share.site, states=[SubmissionState.DONE], limit=100_000
            )
            if item.id not in known
        ]
    return new[-1] if new else None


def _synthetic(site: str) -> bytes:
    return zip_case(f"{site}-{TEST_NUMBER}", seed=9999, ct_slices=6, fractions=2, cbct=2, cbct_slices=3)
