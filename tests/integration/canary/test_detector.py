"""The search finds what it is there to find: the program is spoiled, and a canary comes out.

Beside some spoiled programs stands the right one that meets the same fault.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingest.cli import ingest
from ingest.logs import configure_logs
from ingest.service import open_service
from tests.canary.canaries import Canaries
from tests.canary.planting import planted_files, planted_zip
from tests.canary.sabotage import IN_CHILD, SABOTAGE, install
from tests.canary.way import Planted, search_everything
from tests.deployment import Deployment, write_settings
from tests.e2e.routes.sending import trial_with
from tests.filerest import DEFAULT_ACCOUNT, Fault, FileRestServer
from tests.filerest.storage import File

Spoil = Callable[..., None]
SEED = 22


@pytest.fixture
def spoil(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spoil:
    """Give what spoils the program, here and in the inspection process."""

    def act(*names: str) -> None:
        folder = tmp_path / "planted"
        folder.mkdir()
        monkeypatch.setenv("PYTHONPATH", install(folder, names))
        for name in names:
            if name not in IN_CHILD:
                SABOTAGE[name](monkeypatch.setattr)

    return act


@pytest.fixture
def run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Callable[[], list[str]]:
    """Give what takes one planted zip through the service and returns every canary that came out."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))

    def act() -> list[str]:
        settings = write_settings(tmp_path)
        planted = Planted(Canaries(SEED))
        canaries = planted.canaries
        files = planted_files(canaries, "123-1001", has_study_id=True, with_codes=False, is_full=False)
        target = tmp_path / "shares" / "explorer" / "123" / f"{canaries.text('zip name')}.zip"
        target.write_bytes(planted_zip(canaries, files))
        planted.dropped.append(target)
        monkeypatch.setenv("INGEST_DATA_DIR", str(settings.data_dir))
        monkeypatch.setenv("INGEST_SHARES", settings.shares)
        monkeypatch.setenv("INGEST_TRIAL_FILE", str(settings.trial_file))
        with open_service(settings) as service:
            deployment = Deployment(service, tmp_path / "shares")
            configure_logs("DEBUG")
            deployment.run(rounds=3)
            (submission,) = deployment.submissions()
        shown = ("show", submission.id, "--attempts"), ("status",), ("held", "list")
        captured = capfd.readouterr()
        assert "step-begun" in captured.err, "the log is not where it is looked for"
        said = [CliRunner().invoke(ingest, words).output.encode() for words in shown]
        said += [captured.out.encode(), captured.err.encode()]
        return search_everything(planted, tmp_path, said)

    return act


@pytest.mark.parametrize("same", [(), ("raise_with_a_name",), ("query_with_a_name",)])
def test_the_right_program_lets_nothing_out_whatever_fails(
    run: Callable[[], list[str]], spoil: Spoil, same: tuple[str, ...]
) -> None:
    spoil(*same)
    assert run() == []


@pytest.mark.parametrize(
    "names",
    [
        ("log_a_name",),
        ("keep_a_bug_s_text",),
        ("name_in_the_audit_chain",),
        ("database_s_own_words",),
        ("value_as_keyword",),
        ("member_s_name_as_place",),
        ("warn_as_pydicom_does", "let_warnings_through"),
    ],
    ids="+".join,
)
def test_what_comes_out_of_a_spoiled_program_is_found(
    run: Callable[[], list[str]], spoil: Spoil, names: tuple[str, ...]
) -> None:
    spoil(*names)
    assert run() != []


def test_warnings_of_pydicom_in_the_inspection_process_go_nowhere(
    run: Callable[[], list[str]], spoil: Spoil
) -> None:
    spoil("warn_as_pydicom_does")
    assert run() == []


@pytest.fixture
def server() -> Iterator[FileRestServer]:
    with FileRestServer() as running:
        running.add_share("site-123")
        yield running


def _refused() -> Fault:
    return Fault(operation="HEAD", path=".zip", times=99, status=403, code="AuthorizationFailure")


@pytest.mark.parametrize(
    ("fault", "sabotage"),
    [
        (_refused(), ""),
        (Fault(path=".zip", times=99, status=0), ""),
        (Fault(operation="GET", path=".zip", times=99, after=100), ""),
        (_refused(), "address_of_a_request"),
    ],
    ids=["refused", "dropped", "cut off", "refused, told with its address"],
)
def test_azure_s_errors_are_told_without_the_name_that_they_hold(
    server: FileRestServer,
    spoil: Spoil,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    fault: Fault,
    sabotage: str,
) -> None:
    spoil(*filter(None, (sabotage,)))
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / DEFAULT_ACCOUNT).write_text(server.connection_string(), encoding="utf-8")
    planted = Planted(Canaries(SEED))
    data = planted_zip(planted.canaries, [b"x" * 200])
    file = File(f"{planted.canaries.text('zip name')}.zip", data=bytearray(data))
    server.add_share("site-123").root.put(file)
    server.faults.order(fault)
    trial = trial_with(explorer=f"azure-files:{server.endpoint()}/site-123")
    settings = write_settings(tmp_path, trial, share_secrets_dir=secrets)
    with open_service(settings) as service, caplog.at_level("DEBUG", logger="azure"):
        configure_logs("DEBUG")
        Deployment(service, tmp_path / "shares").run(rounds=3)
    said = [text.encode() for text in capfd.readouterr()]
    with sqlite3.connect(settings.data_dir / "ledger.sqlite") as connection:
        (failures,) = connection.execute("SELECT count(*) FROM attempts WHERE reason != ''").fetchone()
    assert failures, "the fault did not come to pass"
    assert bool(search_everything(planted, tmp_path, said)) is bool(sabotage)
