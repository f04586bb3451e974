"""A new site, on folders and on Azure's protocol: added, checked with one thing wrong at a time, tested."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.fileshare import AccessPolicy, ShareClient, generate_share_sas
from click.testing import CliRunner

from ingest.checks.codes import load_codes
from ingest.cli import ingest
from ingest.trial.load import load_trial
from tests.desk import WHO, Desk, refused
from tests.filerest import DEFAULT_ACCOUNT, DEFAULT_KEY, FileRestServer


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def failed(*words: str) -> str:
    """Run a command that finds something missing; return what it said."""
    result = CliRunner(catch_exceptions=False).invoke(ingest, words)
    assert result.exit_code in (0, 1) and result.return_value != 0, result.output
    return result.output


def add(desk: Desk, *more: str) -> str:
    kit = str(desk.root / "kit")
    return desk.type("site", "add", "126", "--name", 'East"field <b>', "--out", kit, *more)


def test_a_site_in_folders_is_added_by_one_command_and_its_zip_goes_there_and_back(desk: Desk) -> None:
    said = add(desk, "--route", "explorer,smb,htp,egress", "--apply", *WHO)
    assert "ingest site check 126" in said and "administrator" not in said
    trial = load_trial(desk.settings.trial_file, load_codes())
    assert trial.site("126") is not None and len(trial.site("126").routes) == 4
    sheet = (desk.root / "kit" / "instructions-smb.html").read_text()
    assert "126-1001" in sheet and html.escape('East"field <b>', quote=False)[:4] in sheet
    assert "good" in desk.type("site", "check", "126")
    out = desk.type("site", "test-upload", "126", "--wait", "60")
    for route, way in (
        ("explorer", "on the share as reports/S"),
        ("smb", "on the share as reports/S"),
        ("htp", "on the share as reports/S"),
        ("egress", "sent by email"),
    ):
        assert f"{route}: sent " in out and way in out
    assert sorted(path.name for path in (desk.root / "shares" / "smb" / "126" / "reports").iterdir())


def test_a_trial_without_a_site_runs_and_the_first_site_is_added_by_its_command(desk: Desk) -> None:
    trial_file = desk.settings.trial_file
    trial_file.write_text(re.sub(r"\[\[site\]\]\n(?:.+\n)+", "", trial_file.read_text(encoding="utf-8")))
    for words in (("status",), ("run", "--once"), ("held", "list"), ("report", "morning"), ("subjects",)):
        desk.type(*words)
    assert "ingest site add" in desk.type("routes", "check")
    assert "no site 126" in refused("routes", "check", "--site", "126")
    assert "no such site" in refused("check", str(trial_file), "--route", "smb", "--site", "126")
    add(desk, "--route", "explorer", "--apply", *WHO)
    assert "All is well" in desk.type("routes", "check")
    assert "S000001 accepted" in desk.type("site", "test-upload", "126", "--wait", "60")
    (event,) = desk.audited("site-added")
    assert (event.by, event.detail) == ("A. Manager", {"site": "126", "reason": "as agreed"})


def test_a_test_upload_that_is_held_says_why_and_what_to_do(desk: Desk, tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("study_id\n126-1001\n")
    add(desk, "--route", "smb", "--apply", *WHO)
    desk.type("enrolment", "import", str(listed), "--apply", *WHO)
    out = desk.type("site", "test-upload", "126", "--wait", "60")
    assert "S000001 held" in out
    assert "why: This study ID is not on the trial's enrolment list." in out
    assert "ingest enrolment import" in " ".join(desk.type("held", "list").split())
    listed.write_text("study_id\n126-1001\n126-9999\n")
    desk.type("enrolment", "import", str(listed), "--apply", *WHO)
    assert "held → accepted" in desk.type("reprocess", "submission", "S000001", *WHO)
    unchanged = desk.type("enrolment", "import", str(listed))
    assert unchanged.splitlines()[-1] == "Nothing would change."


def test_what_is_wrong_with_a_new_site_is_said_and_nothing_is_written(desk: Desk) -> None:
    before = desk.settings.trial_file.read_text()
    assert "--again" in refused("site", "add", "123", "--name", "X", "--route", "smb")
    assert "expected some of egress" in refused("site", "add", "126", "--name", "X", "--route", "post")
    assert "not a site's number" in refused("site", "add", "12", "--name", "X", "--route", "smb")
    assert "no site 126" in refused("site", "check", "126")
    assert "no route egress" in refused("site", "test-upload", "124", "--route", "egress")
    add(desk, "--route", "smb")
    assert "not empty" in refused(
        "site", "add", "126", "--name", "X", "--route", "smb", "--out", str(desk.root / "kit")
    )
    assert desk.settings.trial_file.read_text() == before
    (desk.root / "shares" / "smb" / "124").rmdir()
    assert "smb       MISSING" in failed("site", "check", "124")
    assert "not sent" in failed("site", "test-upload", "124", "--route", "smb")


@pytest.fixture
def azure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileRestServer]:
    """A site on a share that takes nothing but signed requests; the service has the account's key."""
    secrets = desk.root / "secrets"
    secrets.mkdir()
    monkeypatch.setenv("INGEST_SHARE_SECRETS_DIR", str(secrets))
    with FileRestServer() as server:
        server.add_share("site-126")
        (secrets / DEFAULT_ACCOUNT).write_text(server.connection_string(), encoding="utf-8")
        add(desk, "--route", "explorer", "--account", "hamletrt", "--apply", *WHO)
        text = desk.settings.trial_file.read_text()
        assert "azure-files:https://hamletrt.file.core.windows.net/site-126" in text
        address = f"azure-files:{server.endpoint()}/site-126"
        text = text.replace("azure-files:https://hamletrt.file.core.windows.net/site-126", address)
        desk.settings.trial_file.write_text(text)
        yield server


def signature(server: FileRestServer, policy: str) -> str:
    """Make the site's stored access policy, as the administrator's script does; return a signature of it."""
    with ShareClient.from_connection_string(server.connection_string(), "site-126") as share:
        known = {
            item.id: item.access_policy for item in share.get_share_access_policy()["signed_identifiers"]
        }
        known[policy] = AccessPolicy(permission="rcwl", expiry=datetime.now(UTC) + timedelta(days=365))
        share.set_share_access_policy(known)
    return generate_share_sas(DEFAULT_ACCOUNT, "site-126", DEFAULT_KEY, policy_id=policy)


def test_the_site_s_own_signature_sends_and_its_report_is_on_the_share(
    desk: Desk, azure: FileRestServer
) -> None:
    assert "All is well" in desk.type("site", "check", "126")
    credential = desk.root / "site.sas"
    credential.write_text(signature(azure, "sender"))
    words = ("site", "test-upload", "126", "--wait", "60")
    assert "--route" in refused(*words, "--credential-file", str(credential))
    words = (*words, "--route", "explorer", "--credential-file", str(credential))
    out = desk.type(*words)
    assert "S000001 accepted, report on the share as reports/S000001.html" in out
    with ShareClient.from_connection_string(azure.connection_string(), "site-126") as share:
        page = share.get_file_client("reports/S000001.html").download_file().readall()
        assert b"126-9999" in page
        newer = signature(azure, "sender-2")
        share.set_share_access_policy({})
    said = failed(*words)
    assert "not sent" in said and "AuthenticationFailed" in said and "sig=" not in said
    credential.write_text(newer)
    assert "not sent" in failed(*words), "its policy was taken away with the other"
    credential.write_text(signature(azure, "sender-2"))
    assert "S000002 accepted" in desk.type(*words)


def test_each_thing_that_is_wrong_in_azure_is_named(desk: Desk, azure: FileRestServer) -> None:
    secret = desk.root / "secrets" / DEFAULT_ACCOUNT
    good = secret.read_text()
    secret.write_text(good.replace(DEFAULT_KEY, "d3Jvbmc="))
    assert "MISSING" in failed("site", "check", "126")
    secret.write_text(
        generate_share_sas(
            DEFAULT_ACCOUNT,
            "site-126",
            DEFAULT_KEY,
            permission="rl",
            expiry=datetime.now(UTC) + timedelta(hours=1),
        )
    )
    said = failed("site", "check", "126")
    assert "write reports: MISSING" in said and "`c`, `w` and `d`" in said
    secret.write_text(good)
    azure.accounts[DEFAULT_ACCOUNT].shares.pop("site-126")
    assert "MISSING" in failed("site", "check", "126")
    secret.unlink()
    assert "no credential" in failed("site", "check", "126")
