"""Whether `ingest check` runs on Windows: nothing of its path may need another system, or a service.

    python tooling/check_windows.py

Two rules over everything that the path imports, at whatever depth and in whatever function: every module from
outside is one of those below, all of which Windows has or has wheels for; and mypy, told that the platform is
win32, finds no name that the system's own library lacks there (`os.fork`, `os.O_DIRECTORY`).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp

ROOTS = ("ingest.cli", "ingest.cli.__main__", "ingest.cli.check", "ingest.inspection.__main__")
PACKAGES = {"click", "inflate64", "isal", "jinja2", "markupsafe", "pydantic", "rich"}
#: Of the standard library. `resource` is POSIX's; it is imported behind `sys.platform`, which mypy sees.
LIBRARY = {
    *(
        "__future__",
        "abc",
        "array",
        "base64",
        "binascii",
        "bisect",
        "calendar",
        "collections",
        "contextlib",
        "ctypes",
    ),
    *("dataclasses", "datetime", "enum", "errno", "fnmatch", "functools", "gc", "hashlib", "heapq", "hmac"),
    *(
        "html",
        "importlib",
        "io",
        "itertools",
        "json",
        "math",
        "mmap",
        "os",
        "pathlib",
        "queue",
        "re",
        "shutil",
    ),
    *("signal", "stat", "statistics", "string", "struct", "subprocess", "sys", "tempfile", "textwrap"),
    *("threading", "time", "tomllib", "types", "typing", "unicodedata", "urllib", "warnings", "zlib"),
}
GUARDED = {("ingest.inspection.confine", "resource")}


def path_modules() -> tuple[set[str], set[tuple[str, str]]]:
    """Return the project's modules of the path, and (module, module from outside) pairs."""
    graph = grimp.build_graph("ingest", include_external_packages=True, cache_dir=None)
    found = {*ROOTS}
    for root in ROOTS:
        found |= graph.find_upstream_modules(root)
    own = {name for name in found if name.partition(".")[0] == "ingest"}
    outside = {
        (name, used)
        for name in own
        for used in graph.find_modules_directly_imported_by(name)
        if used.partition(".")[0] != "ingest"
    }
    return own, outside


def main() -> int:
    """Print what breaks a rule; exit status 1 where something does."""
    own, outside = path_modules()
    allowed = PACKAGES | LIBRARY
    wrong = sorted(pair for pair in outside - GUARDED if pair[1].partition(".")[0] not in allowed)
    for module, used in wrong:
        print(f"{module} imports {used}: not on the list of what `ingest check` may use on Windows")
    command = [sys.executable, "-m", "mypy", "--platform", "win32", "--no-warn-unreachable"]
    command += ["--cache-dir", ".mypy_cache/win32", "--no-error-summary"]
    command += [word for module in sorted(own) for word in ("-m", module)]
    typed = subprocess.run(command, cwd=Path(__file__).parents[1], check=False)
    return 1 if wrong or typed.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
