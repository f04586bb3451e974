"""A storm over the service (`make chaos N=50`): what was harmed, and what is wrong after it.

    python tooling/chaos.py N [--seed S] [--sqlite]

Needs redis-server, PostgreSQL and root (it mounts a small tmpfs, to fill it).
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.chaos.storm import Plan, run_storm


def main() -> int:
    """Run one storm; exit 1 where anything is wrong after it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("harms", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sqlite", action="store_true")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    result = run_storm(Plan(options.harms, options.seed, on_postgres=not options.sqlite))
    print(f"{sum(result.harms.values())} harms in {result.harming_seconds:.0f} s: {dict(result.harms)}")
    print(f"{result.dropped} zips; {result.lapsed} steps cut short; {result.restarts} restarts;")
    print(f"{result.resumed} resumed; {result.letters_repeated} letters repeated under their Message-ID")
    print(f"recovered in {result.recovery_seconds:.0f} s")
    for fault in result.faults:
        print(f"WRONG: {fault}")
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main())
