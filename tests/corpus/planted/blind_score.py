"""Recall and false alarms on a set of lines, by class: `python -m tests.corpus.planted.blind_score third`.

A leak counts as found where a finding of pseudonymisation or identity (PSN, SID) stands at its place. What
else stops its file is printed and does not count.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter

from tests.corpus.planted.blind import Line, alarms, is_found, read_set, stopped_by


def count(lines: list[Line], wrong: list[Line]) -> str:
    """Return a table of classes: how many lines, how many of them went wrong."""
    every, bad = Counter(line.group for line in lines), Counter(line.group for line in wrong)
    rows = [f"  {group:36} {number:4} {bad[group]:3}" for group, number in every.items()]
    return "\n".join([*rows, f"  {'all':36} {len(lines):4} {len(wrong):3}"])


def main(name: str) -> None:
    """Print what was missed, what was a false alarm, and the tables."""
    warnings.simplefilter("ignore")
    leaks, every = read_set(f"{name}_leaks"), read_set(f"{name}_clean")
    clean = [line for line in every if not line.is_ruled]
    missed = [line for line in leaks if not is_found(line)]
    alarmed = [line for line in clean if alarms(line)]
    for line in missed:
        print("missed", line.text, stopped_by(line))
    for line in alarmed:
        print("alarm ", line.text, alarms(line))
    print("leaks, of which missed", count(leaks, missed), sep="\n")
    print("clean files, of which stopped", count(clean, alarmed), sep="\n")
    print(f"held by a rule, whatever they say: {len(every) - len(clean)}")
    print(f"recall {1 - len(missed) / len(leaks):.1%}, false alarms {len(alarmed) / len(clean):.1%}")


if __name__ == "__main__":
    main(sys.argv[1])
