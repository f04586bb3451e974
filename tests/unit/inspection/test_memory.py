"""What a package took of the heap goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: Fills 80 MB with objects of a package, keeps the last, so that the heap cannot shrink, and gives back.
PROGRAM = """
from pathlib import Path
from ingest.inspection.memory import give_back_memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

facts = [bytes(1000) for _ in range(80_000)]
last = facts.pop()
del facts
before = resident()
give_back_memory()
print(before - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only the C library of Linux gives back")
def test_what_lies_free_below_something_kept_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)
    assert int(done.stdout) > 60_000_000
