"""The wheel alone, as a site installs it: outside the repository, with nothing else of the project."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.trial.load import default_trial_text
from tests.builders import build_case, zip_instances

HERE = Path(__file__).parents[2]
_UV = (str(Path(sys.executable).parent / "uv"), "pip", "install", "-q", "--python")


@pytest.fixture(scope="module")
def ingest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it as pipx does, with the pinned requirements; return the command."""
    top = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(top)]
    subprocess.run(build, cwd=HERE, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (wheel,) = top.glob("hamlet_ingest-*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(top / "venv")], check=True)
    python = top / "venv" / "bin" / "python"
    requirements = str(HERE / "requirements.txt")
    subprocess.run([*_UV, str(python), "--require-hashes", "-r", requirements], check=True)
    subprocess.run([*_UV, str(python), "--no-deps", str(wheel)], check=True)
    return top / "venv" / "bin" / "ingest"


def run(ingest: Path, folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of its own, with an environment that knows nothing of the repository."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    command = [str(ingest), *map(str, words)]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_site_checks_a_zip_with_nothing_but_the_wheel(ingest: Path, tmp_path: Path) -> None:
    zip_file = tmp_path / "123-1001.zip"
    zip_file.write_bytes(zip_instances(build_case("123-1001", ct_slices=4, fractions=1)))
    before = {path.name for path in tmp_path.iterdir()}
    done = run(ingest, tmp_path, "check", zip_file, "--route", "egress", "--site", "123")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout.startswith("This zip would be accepted.")
    assert {path.name for path in tmp_path.iterdir()} == before, "a check leaves nothing behind"
    page = tmp_path / "report.html"
    assert run(ingest, tmp_path, "check", zip_file, "--route", "smb", "--html", page).returncode == 0
    assert "would be accepted" in page.read_text(encoding="utf-8")


def test_a_site_checks_a_zip_by_its_own_trial_file(ingest: Path, tmp_path: Path) -> None:
    trial = tmp_path / "trial.toml"
    trial.write_text(default_trial_text().replace('number = "123"', 'number = "777"'), encoding="utf-8")
    zip_file = tmp_path / "777-1001.zip"
    zip_file.write_bytes(zip_instances(build_case("777-1001", ct_slices=4, fractions=1)))
    words = ("check", zip_file, "--route", "egress", "--site", "777")
    assert run(ingest, tmp_path, *words, "--trial", trial).returncode == 0
    unknown = run(ingest, tmp_path, *words)
    assert unknown.returncode == 3 and "no such site" in unknown.stderr
