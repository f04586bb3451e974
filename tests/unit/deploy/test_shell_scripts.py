"""The shell scripts of the project, looked through by ShellCheck."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_shellcheck_warns_of_nothing() -> None:
    scripts = [*ROOT.glob("deploy/**/*.sh"), *ROOT.glob("tooling/*.sh")]
    assert len(scripts) > 5
    command = [Path(sys.executable).parent / "shellcheck", "--severity=warning", *sorted(scripts)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
