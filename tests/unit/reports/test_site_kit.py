"""A new site's kit: its files by route, a trial file that loads, no name that becomes a command."""

from __future__ import annotations

import tomllib

import pytest

from ingest.checks.codes import load_codes
from ingest.model.route import RouteKind
from ingest.reports.site_kit import SiteKitInput, build_site_kit, default_accounts, rotation_commands
from ingest.trial.load import default_trial_text, parse_trial

HOSTILE = 'St Ann\'s "$(touch x)" \n<script>alert(1)</script> \\'


def kit(name: str = HOSTILE, routes: tuple[RouteKind, ...] = tuple(RouteKind)):
    accounts = default_accounts("hamletrt", "126", routes)
    return build_site_kit(
        SiteKitInput(
            "126", name, routes, accounts, "a b;c", "126-1001", "data@example.org", "Hamlet.rt", "A trial"
        )
    )


def test_each_route_has_its_sheet_and_smb_its_mount_scripts() -> None:
    assert {"instructions-smb.html", "mount-windows.ps1", "mount-macos.sh", "mount-linux.sh"} <= kit().keys()
    assert set(kit(routes=(RouteKind.EGRESS,))) == {
        "trial-file-entry.toml",
        "instructions-egress.html",
    }


def test_a_hostile_name_stays_a_name() -> None:
    files = kit()
    assert "<script>" not in files["instructions-smb.html"]
    commands = [line for line in files["azure-administrator.sh"].splitlines() if not line.startswith("#")]
    assert not any("touch" in line for line in commands)
    assert "group='a b;c'" in commands


def test_the_entry_makes_a_trial_file_that_loads() -> None:
    text = f"{default_trial_text()}\n{kit()['trial-file-entry.toml']}"
    tomllib.loads(text)
    trial = parse_trial(text)
    site = trial.site("126")
    assert site is not None and set(site.routes) == set(RouteKind)
    addresses = {share.route: share.address for share in trial.share_addresses("/s") if share.site == "126"}
    assert addresses[RouteKind.SMB] == "azure-files:https://hamletrt126.file.core.windows.net/site-126"
    assert load_codes()


def test_an_account_name_that_azure_does_not_take_is_refused() -> None:
    with pytest.raises(ValueError, match="lower-case"):
        default_accounts("Hamlet RT", "126", (RouteKind.SMB,))


def test_a_key_and_a_signature_are_rotated_in_their_own_ways() -> None:
    assert "keys renew" in rotation_commands("a", "s", is_keyed=True)
    assert "policy delete" in rotation_commands("a", "s", is_keyed=False)
