"""docker-compose.yml is read alike by Compose 1.29 and Compose 2, with and without the profile `try`."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.compose, pytest.mark.timeout(120)]

ROOT = Path(__file__).resolve().parents[3]
ONE, TWO = "docker-compose", str(ROOT / "tests/compose_v2/docker-compose")
TRY = ("--env-file", "deploy/try/try.env", "--profile", "try")
SERVICES = {"migrate", "worker-light", "worker-heavy", "beat", "metrics", "redis", "postgres"}
OF_THE_TRY_OUT = {"filerest", "azurite", "mail", "seeder"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What the file refers to, in a folder of its own: a file `.env` beside ours is not read."""
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("secrets"))
    return tmp_path


def read(program: str, tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Have the file read; no engine is asked."""
    return subprocess.run(
        [program, *arguments], cwd=tree, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


@pytest.mark.parametrize(("program", "generation"), [(ONE, "1.29."), (TWO, "2.")])
def test_the_versions_are_the_ones_that_are_promised(program: str, generation: str, tree: Path) -> None:
    assert read(program, tree, "version", "--short").stdout.lstrip("v").startswith(generation)


@pytest.mark.parametrize(
    ("program", "options", "services"),
    [
        (TWO, (), SERVICES),
        (TWO, TRY, SERVICES | OF_THE_TRY_OUT),
        # 1.29 lists what no chosen profile has too.
        (ONE, (), SERVICES | OF_THE_TRY_OUT),
        (ONE, TRY, SERVICES | OF_THE_TRY_OUT),
    ],
)
def test_the_file_is_valid_and_has_the_same_services(
    program: str, options: tuple[str, ...], services: set[str], tree: Path
) -> None:
    done = read(program, tree, *options, "config", "--services")
    assert (done.returncode, set(done.stdout.split())) == (0, services), done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("program", "right", "wrong"),
    [
        (ONE, "read_only: true", "read_olny: true"),
        (TWO, "read_only: true", "read_olny: true"),
        (ONE, "restart: always", "restart: 1.5"),
        (TWO, "condition: service_healthy", "condition: service_well"),
        # 1.29 looks what a name refers to only when the stack comes up.
        (TWO, "secrets: [redis_acl]", "secrets: [redis_alc]"),
        (TWO, "networks: [back]", "networks: [front]"),
    ],
)
def test_a_fault_in_the_file_is_noticed(program: str, right: str, wrong: str, tree: Path) -> None:
    file = tree / "docker-compose.yml"
    file.write_text(file.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    assert read(program, tree, "config", "--services").returncode != 0


def test_both_confine_every_container_alike(tree: Path) -> None:
    """What Compose 2 makes of the merged keys; 1.29 is what the other tests here run the stack with."""
    read_by_two = json.loads(read(TWO, tree, *TRY, "config", "--format", "json").stdout)
    for name, service in read_by_two["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert int(service["mem_limit"]) > 0, name
        assert int(service["pids_limit"]) > 0, name
        assert service["logging"]["options"]["max-size"] == "10m", name
