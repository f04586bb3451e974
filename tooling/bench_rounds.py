"""Two things measured side by side, round by round, on a machine that others may use as well."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Figures = dict[str, Any]

#: Cores that other processes may take in a round that counts: the kernel's own writing is among them.
QUIET = 0.25
_TICK = os.sysconf("SC_CLK_TCK")
#: Columns of /proc/stat that are work: user, nice, system, interrupts, those put off.
_WORK = (0, 1, 2, 5, 6)


class Stopwatch:
    """Begins when it is made. `cpu`: gives the CPU seconds of what is measured, counted from anywhere."""

    def __init__(self, cpu: Callable[[], float]) -> None:
        self._cpu = cpu
        self._began = time.perf_counter(), cpu(), _busy_seconds()

    def end(self) -> Figures:
        """Return `wall` and `cpu` in seconds, and how many cores others took meanwhile (`elsewhere`)."""
        ended = time.perf_counter(), self._cpu(), _busy_seconds()
        wall, cpu, busy = (now - then for now, then in zip(ended, self._began, strict=True))
        return {"wall": wall, "cpu": cpu, "elsewhere": max(0.0, busy - cpu) / wall}


def side_by_side(rounds: int, one: Callable[[], Figures], other: Callable[[], Figures]) -> Figures:
    """Run both in turn, the first to go changing; return medians, and the medians of the ratios.

    Of twice as many rounds, where so many are needed, those count in which other processes took least
    (`elsewhere`: the most that they took in a round that counts, in cores).
    """
    pairs: list[tuple[Figures, Figures]] = []
    while sum(_elsewhere(pair) < QUIET for pair in pairs) < rounds and len(pairs) < 2 * rounds:
        if len(pairs) % 2:
            second = other()
            pairs.append((one(), second))
        else:
            pairs.append((one(), other()))
    pairs = sorted(pairs, key=_elsewhere)[:rounds]
    made: Figures = {"rounds": len(pairs), "elsewhere": max(map(_elsewhere, pairs))}
    for clock in ("wall", "cpu"):
        made[clock] = statistics.median(pair[0][clock] for pair in pairs)
        made[f"other_{clock}"] = statistics.median(pair[1][clock] for pair in pairs)
        ratios = sorted(pair[0][clock] / pair[1][clock] for pair in pairs)
        made[f"{clock}_ratio"] = statistics.median(ratios)
        made[f"{clock}_range"] = (ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4])
    return made


def _elsewhere(pair: tuple[Figures, Figures]) -> float:
    return max(float(figures["elsewhere"]) for figures in pair)


def _busy_seconds() -> float:
    """Return the seconds that the machine's processors worked; 0 where the system does not tell."""
    try:
        line = Path("/proc/stat").read_text("ascii").partition("\n")[0].split()[1:]
    except OSError:
        return 0.0
    return sum(int(line[column]) for column in _WORK) / _TICK


def cpu_of_children() -> float:
    """Return the CPU seconds of this process's children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
