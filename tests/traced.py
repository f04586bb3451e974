"""A process under strace: what it asked of the kernel, in order; killed or refused at a chosen call."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
#: What changes a disk, as the kernel names it. Those in brackets have been called by the interpreter before.
TRACED = ("openat", "write", "fsync", "fchmod", "link", "mkdir", "rename", "flock", "close", "newfstatat")
MARKER = "/the-act-begins-here"
_LINE = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?(?: (E\w+))?")
_PATH = re.compile(r'<([^>]*)>|"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class SystemCall:
    """One call: its name, its number among those of that name, the paths it speaks of."""

    name: str
    number: int
    paths: tuple[str, ...]
    creates: bool


def run_traced(words: list[str], trace: Path, inject: str = "", calls: tuple[str, ...] = TRACED) -> int:
    """Run `python WORDS` under strace; return its exit status (negative: the signal it died of)."""
    # Not with --seccomp-bpf: it takes no notice of injected signals.
    command = ["strace", "-f", "-y", "-s", "0", "-o", str(trace)]
    command += ["-e", f"trace={','.join(calls)}"]
    if inject:
        command += ["-e", f"inject={inject}"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [*command, sys.executable, *words],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        check=False,
    )
    return done.returncode


def was_met(trace: Path) -> bool:
    """Whether the injected harm befell a call after the marker."""
    _, marker, after = trace.read_text(errors="replace").partition(MARKER)
    return bool(marker) and ("(INJECTED)" in after or "+++ killed by" in after)


def read_trace(trace: Path) -> list[SystemCall]:
    """Return the calls that followed the marker, numbered from the process's start."""
    counts: dict[str, int] = {}
    calls: list[SystemCall] = []
    has_begun = False
    for line in trace.read_text(errors="replace").splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        name, arguments = match[1], match[2]
        counts[name] = counts.get(name, 0) + 1
        if has_begun:
            paths = tuple(one or other for one, other in _PATH.findall(arguments))
            calls.append(SystemCall(name, counts[name], paths, "O_CREAT" in arguments))
        has_begun = has_begun or MARKER in line
    return calls
