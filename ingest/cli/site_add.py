"""`ingest site add`: a new site's kit, its folders or what its Azure administrator does, and its entry."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

import click

from ingest.checks.codes import load_codes
from ingest.cli.options import open_from_settings
from ingest.model.errors import ConfigurationError
from ingest.model.route import RouteKind
from ingest.reports.site_kit import SiteKitInput, build_site_kit, default_accounts
from ingest.routes.addresses import FolderAddress, parse_address
from ingest.service import read_trial
from ingest.settings import Settings
from ingest.trial import Trial
from ingest.trial.load import parse_trial

_ENTRY = "trial-file-entry.toml"


@click.command("add")
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
    metavar="NAME",
    help="The trial's storage account, for shares in Azure; none: as the trial file has the routes.",
)
@click.option("--resource-group", default="hamlet-rt", show_default=True, help="The Azure resource group.")
@click.option("--apply", "is_applied", is_flag=True, help="Add the site to the trial file, too.")
@click.option("--by", default="", metavar="NAME", help="Who adds it; needed with --apply.")
@click.option("--reason", default="", help="Why; needed with --apply.")
@click.option("--again", is_flag=True, help="Write the kit of a site anew that has one.")
def add(
    number: str,
    name: str,
    routes: str,
    out: Path | None,
    account: str | None,
    resource_group: str,
    is_applied: bool,
    by: str,
    reason: str,
    again: bool,
) -> None:
    """Add a site: its folders, or what the Azure administrator does; trial file entry, scripts, instructions.

    Where the trial file has a route in folders, the site's folder is made. In Azure nothing is created: that
    takes the administrator's own rights, and the kit has the script.

    \b
    ingest site add 126 --name "Eastfield" --route smb --apply --by "A. Manager" --reason "contract signed"
    ingest site add 126 --name "Eastfield" --route htp --account hamletrt
    """
    settings = Settings()
    if is_applied:
        _require_applicable(settings, by, reason)
    trial = read_trial(settings)
    kinds = _read_routes(routes)
    example = _example(trial, number)
    folder = out or Path(f"site-{number}")
    if not again:
        _require_new(trial, number, folder)
    folders = {} if account else _folders(trial, settings, number, kinds)
    try:
        accounts = default_accounts(account or "hamletrt", number, tuple(set(kinds) - folders.keys()))
    except ValueError as error:
        raise ConfigurationError(f"--account: {error}") from None
    team = trial.team.data_management
    kit = SiteKitInput(number, name, kinds, accounts, resource_group, example, team, trial.name, trial.title)
    files = build_site_kit(kit)
    _require_loadable(trial, number, files[_ENTRY])
    _write_kit(folder, files)
    for path in folders.values():
        path.mkdir(parents=True, exist_ok=True)
        click.echo(f"  {path} (the site's folder)")
    if is_applied and trial.site(number) is None:
        _record_site(number, by=by, reason=reason)
        _add_to_trial_file(settings.trial_file, files[_ENTRY])
    _say_next(kit, folder, is_applied=is_applied or trial.site(number) is not None)


def _read_routes(text: str) -> tuple[RouteKind, ...]:
    known = [kind.value for kind in RouteKind]
    wanted = [item.strip() for item in text.split(",") if item.strip()]
    if not wanted or not set(wanted) <= set(known):
        raise ConfigurationError(f"--route {text}: expected some of {', '.join(known)}, with commas")
    return tuple(RouteKind(item) for item in dict.fromkeys(wanted))


def _example(trial: Trial, number: str) -> str:
    grammar = trial.study_id
    example = grammar.example.replace(grammar.site_of(grammar.example) or "", number, 1)
    if grammar.site_of(example) != number:
        raise ConfigurationError(f"{number} is not a site's number: one looks like that of {grammar.example}")
    return example


def _require_new(trial: Trial, number: str, folder: Path) -> None:
    """Raise ConfigurationError where the site has been added, or a kit lies there."""
    site = trial.site(number)
    if site is not None:
        raise ConfigurationError(
            f"site {number} ({site.name}) is in the trial file already: ingest site check {number}, "
            "or --again for a new kit"
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise ConfigurationError(f"{folder} is not empty: another --out, or --again to write over it")


def _folders(
    trial: Trial, settings: Settings, number: str, kinds: tuple[RouteKind, ...]
) -> Mapping[RouteKind, Path]:
    """Return route → the site's folder, for the routes that the trial file has in folders."""
    found = {}
    for kind in kinds:
        template = trial.routes[kind].address if kind in trial.routes else ""
        if not template.startswith("folder:"):
            continue
        if "{shares}" in template and not settings.shares:
            raise ConfigurationError("INGEST_SHARES is not set: it says where the sites' folders are")
        address = parse_address(template.replace("{shares}", settings.shares).replace("{site}", number))
        if isinstance(address, FolderAddress):
            found[kind] = address.path
    return found


def _require_loadable(trial: Trial, number: str, entry: str) -> None:
    """Raise ConfigurationError where the trial file would not load with the entry."""
    if trial.site(number) is None:
        parse_trial(f"{trial.text}\n{entry}", load_codes())


def _write_kit(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        # PowerShell of Windows reads a script as UTF-8 only where it begins with a mark.
        encoding = "utf-8-sig" if file.endswith(".ps1") else "utf-8"
        (folder / file).write_text(text, encoding=encoding)
        click.echo(f"  {folder / file}")


def _require_applicable(settings: Settings, by: str, reason: str) -> None:
    """Raise ConfigurationError where nobody is named, or there is no trial file to write to."""
    if not by.strip() or not reason.strip():
        raise ConfigurationError("--apply takes a person and a reason: --by and --reason")
    if settings.trial_file is None:
        raise ConfigurationError("--apply needs a trial file of your own: INGEST_TRIAL_FILE")


def _record_site(number: str, *, by: str, reason: str) -> None:
    """Put on record who adds a site, before the trial file says so."""
    with open_from_settings() as service, service.parts.ledger.write() as tx:
        tx.audit.append("site-added", by=by, detail={"site": number, "reason": reason})


def _add_to_trial_file(path: Path | None, entry: str) -> None:
    assert path is not None, "it was asked for"
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_text(f"{path.read_text(encoding='utf-8').rstrip()}\n\n{entry}", encoding="utf-8")
    draft.replace(path)
    click.echo(f"  {path} (the site is added at its end)")


def _say_next(kit: SiteKitInput, folder: Path, *, is_applied: bool) -> None:
    steps = []
    if not is_applied:
        steps.append(f"add {folder / _ENTRY} to the trial file")
    if kit.accounts:
        steps.append("the Azure administrator runs azure-administrator.sh")
        steps.append("put the service's credential into the secrets folder")
    steps.append(f"ingest site check {kit.number}")
    click.echo("Next:")
    for number, step in enumerate(steps, 1):
        click.echo(f"  {number}. {step}")
