"""`ingest report …` makes the data managers' reports where it is told to."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from ingest.cli.report import command
from ingest.model.errors import ConfigurationError
from ingest.steps.site_reports import CHASE, DATA, PAGE, TEXT
from tests.deployment import write_settings


@pytest.fixture(autouse=True)
def an_empty_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = write_settings(tmp_path)
    monkeypatch.setenv("INGEST_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("INGEST_SHARES", settings.shares)
    monkeypatch.setenv("INGEST_TRIAL_FILE", str(settings.trial_file))
    monkeypatch.setenv("INGEST_LOG_LEVEL", "ERROR")


def run(*arguments: str) -> list[str]:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output.splitlines()


def test_a_sites_report_lies_where_it_is_told_to_and_nothing_is_sent(tmp_path: Path) -> None:
    lines = run("site", "123", "--out", str(tmp_path / "out"))
    assert lines[0] == "Northfield Hospital: nothing has been received yet."
    assert {path.name for path in (tmp_path / "out").iterdir()} == {PAGE, DATA, TEXT, CHASE}
    assert not (tmp_path / "shares" / "explorer" / "123" / "reports").exists()


def test_with_send_it_is_delivered(tmp_path: Path) -> None:
    assert run("site", "123", "--send")[-1] == "3 sent"
    assert (tmp_path / "shares" / "explorer" / "123" / "reports" / "qa" / PAGE).exists()


def test_the_trial_report_and_the_morning_are_made_of_nothing_too() -> None:
    assert run("trial")[0].startswith("0 of 0 patients are complete;")
    assert run("morning")[0].startswith("0 zips since the last e-mail;")


def test_the_preview_begins_with_its_index(tmp_path: Path) -> None:
    assert run("preview", str(tmp_path / "preview")) == [str(tmp_path / "preview" / "index.html")]


def test_a_site_that_the_trial_has_not_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no site 999"):
        run("site", "999")
