"""Backup and restore: a ledger of yesterday beside the archive of today is brought level."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.ledger.schema import upgrade
from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from ingest.steps.drive import drain
from ingest.steps.level import level
from tests.builders import build_case, zip_instances
from tests.deployment import Deployment, deploy
from tests.ocfl_validity import ocfl_faults
from tests.servers import Postgres, _postgres_programs

pytestmark = pytest.mark.services

ROOT = Path(__file__).resolve().parents[3]
SUBJECT = "123-1001"


@pytest.fixture(params=["sqlite", "postgresql"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Postgres | None]:
    if request.param == "sqlite":
        yield None
        return
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.close()


def part(*names: str) -> bytes:
    """Return a zip of some of the subject's objects."""
    case = build_case(SUBJECT, ct_slices=3, fractions=2, cbct=2, cbct_slices=2)
    return zip_instances([item for item in case if item.name.split("/")[1] in names])


def back_up(root: Path, url: str, to: Path) -> None:
    environment = {
        **os.environ,
        "INGEST_DATA_DIR": str(root / "data"),
        "INGEST_LEDGER_URL": url,
        "PYTHON": sys.executable,
        "PATH": f"{_postgres_programs()}:{os.environ['PATH']}",
    }
    subprocess.run([str(ROOT / "deploy/backup.sh"), str(to)], env=environment, check=True)


def restore_ledger(backup: Path, root: Path, cluster: Postgres | None) -> str:
    """Put the ledger of a backup into place, and nothing else; return its URL."""
    if cluster is None:
        for left in root.glob("data/ledger.sqlite*"):
            left.unlink()
        shutil.copy(backup / "ledger.sqlite", root / "data/ledger.sqlite")
        return ""
    url = cluster.create_database("restored")
    target = url.replace("postgresql+psycopg", "postgresql")
    program = str(_postgres_programs() / "pg_restore")
    subprocess.run([program, "--no-owner", "-d", target, str(backup / "ledger.dump")], check=True)
    return url


def heads(deployment: Deployment) -> tuple[int, int]:
    """Return the subject's head in the ledger and in the archive."""
    with deployment.parts.ledger.read() as tx:
        return tx.subjects.head_version(SUBJECT), deployment.parts.archive.head(SUBJECT)


def test_an_older_ledger_catches_up_with_a_newer_archive(tmp_path: Path, cluster: Postgres | None) -> None:
    backup, root = tmp_path / "backup", tmp_path / "service"
    root.mkdir()
    url = cluster.url if cluster else ""
    with deploy(root, ledger_url=url) as before:
        before.drop("explorer", "123", "plan.zip", part("CT", "RTSTRUCT", "RTPLAN", "RTDOSE"))
        before.run()
        before.drop("explorer", "123", "late.zip", part("RTRECORD"))
        before.run(1)  # sighted, and no more
        back_up(root, url, backup)
        before.drop("smb", "123", "images.zip", part("CBCT", "REG"))
        before.drop("explorer", "123", "strange.zip", zip_instances(build_case("124-1001", ct_slices=3)[:3]))
        before.run(3)
        assert heads(before) == (3, 3)
        known = {item.id: item.outcome for item in before.submissions()}
        assert len(known) == 4

    url = restore_ledger(backup, root, cluster)
    with deploy(root, ledger_url=url) as after:
        assert heads(after) == (1, 3)
        levelled = level(after.parts)
        drain(after.parts, after.service.woken)
        after.run(3)
        assert levelled.problems == ()
        assert heads(after) == (3, 3)
        assert {item.id: item.outcome for item in after.submissions()} == known
        assert {item.state for item in after.submissions()} == {SubmissionState.DONE}
        assert ocfl_faults(after.parts.places.subjects) == ""

        after.drop("explorer", "124", "next.zip", zip_instances(build_case("124-2001", ct_slices=3)[:3]))
        after.run()
        assert len({item.id for item in after.submissions()} - known.keys()) == 1
        assert level(after.parts).entered == ()


def test_the_whole_is_restored_from_a_backup(tmp_path: Path, cluster: Postgres | None) -> None:
    backup, root, again = tmp_path / "backup", tmp_path / "service", tmp_path / "again"
    root.mkdir()
    url = cluster.url if cluster else ""
    with deploy(root, ledger_url=url) as before:
        before.drop("explorer", "123", "plan.zip", part("CT", "RTSTRUCT", "RTPLAN", "RTDOSE"))
        before.run()
        back_up(root, url, backup)
    shutil.copytree(backup, again / "data")
    url = restore_ledger(backup, again, cluster)
    if url:
        upgrade(url)
    with deploy(again, ledger_url=url) as after:
        assert heads(after) == (1, 1)
        assert level(after.parts) == level(after.parts)
        assert [item.outcome for item in after.submissions()] == [Outcome.ACCEPTED]
        assert ocfl_faults(after.parts.places.subjects) == ""


def test_a_ledger_that_is_newer_than_its_archive_is_told(tmp_path: Path) -> None:
    with deploy(tmp_path) as deployment:
        deployment.drop("explorer", "123", "plan.zip", part("CT"))
        deployment.run()
        shutil.rmtree(deployment.parts.places.subjects / SUBJECT)
        (problem,) = level(deployment.parts).problems
        assert problem.startswith(f"{SUBJECT}: the ledger has version 1, the archive only 0")
