"""Canaries through a service in one process: none comes out. With real workers: tests/integration/canary."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingest.cli import ingest
from ingest.logs import configure_logs
from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from ingest.service import open_service
from tests.canary.canaries import Canaries
from tests.canary.commands import check_commands, showing_commands
from tests.canary.way import SITES, drop_planted, search_everything
from tests.deployment import Deployment, write_settings

SEED = 20


@pytest.mark.parametrize(
    "shape",
    ["{0}^{1}", "{1} {0}", "{0}{1}", "{0}.{1}@example.org", '"x": "{1}"', "{2}", "{3} {4} {5}", "1.2.{2}.7"],
)
def test_the_search_finds_canaries_in_whatever_form(shape: str) -> None:
    canaries = Canaries(1)
    surname, given = canaries.name("here")
    number = canaries.number("here")
    text = shape.format(surname, given, number, number[:3], number[3:6], number[6:])
    for form in (text, text.upper(), text.lower()):
        assert canaries.found_in(b"\x01" + form.encode())
        assert canaries.found_in(b"\x01" + form.encode("utf-16-le"))


def test_the_search_looks_into_base64_and_finds_nothing_where_nothing_is() -> None:
    canaries = Canaries(1)
    _, given = canaries.name("here")
    for shift in range(3):
        assert canaries.found_in(base64.b64encode(b"x" * shift + given.encode() + b"yz"))
    assert not canaries.found_in(b"Nothing of 485 777 3456 or of anybody is in here.")


def run(*words: str) -> bytes:
    """Run a command in this process and return all it said."""
    done = CliRunner().invoke(ingest, words)
    return done.output.encode("utf-8", "surrogateescape") + repr(done.exception).encode()


def test_no_canary_comes_out_of_a_service_in_one_process(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    settings = write_settings(tmp_path).model_copy(update={"mail_dir": tmp_path / "mails"})
    planted = drop_planted(tmp_path / "shares", SEED, is_small=True)
    with open_service(settings) as service:
        deployment = Deployment(service, tmp_path / "shares")
        checks = check_commands(planted.dropped[:2], SITES)
        outputs = [run(*words) for words in checks]
        configure_logs("DEBUG")
        deployment.run(rounds=3)
        submissions = deployment.submissions()
        assert len(submissions) == len(planted.dropped) - 2
        ended = {SubmissionState.DONE, SubmissionState.UNFINISHED}
        assert {item.state for item in submissions} <= ended
    assert Outcome.ACCEPTED not in {item.outcome for item in submissions}
    assert list((tmp_path / "mails").iterdir())
    monkeypatch.setenv("INGEST_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("INGEST_SHARES", settings.shares)
    monkeypatch.setenv("INGEST_TRIAL_FILE", str(settings.trial_file))
    shown = showing_commands(
        [item.id for item in submissions[:2] + submissions[-3:]], ["123-1001", "124-1002"]
    )
    outputs += [run(*words) for words in shown]
    captured = capfd.readouterr()
    assert "step-begun" in captured.err, "the log is not where it is looked for"
    outputs += [captured.out.encode(), captured.err.encode()]
    assert search_everything(planted, tmp_path, outputs) == []
