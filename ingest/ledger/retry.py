"""How a step that failed is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Retry:
    """Two kinds of failure, two ways.

    A bug, or a worker that died, is not mended by waiting: after so many `attempts` a person must look.
    A passing fault of the world (a share that is down for a night, a full disk) says nothing against the
    submission: it is borne for `patience`.

    delays:       seconds to wait after each of the attempts but the last.
    fault_delays: seconds to wait after each passing fault in a row; the last one again and again.
    patience:     seconds from the first of a row of passing faults to the one after which it is parked.
    """

    attempts: int = 3
    delays: tuple[float, ...] = (60.0, 900.0)
    fault_delays: tuple[float, ...] = (60.0, 300.0, 900.0, 1800.0)
    patience: float = 7 * 86_400.0

    def delay_after(self, attempt: int) -> float:
        """Return the seconds to wait after that attempt (from 1)."""
        return _pick(self.delays, attempt)

    def delay_after_fault(self, number: int) -> float:
        """Return the seconds to wait after that passing fault in a row (from 1)."""
        return _pick(self.fault_delays, number)


def _pick(delays: tuple[float, ...], number: int) -> float:
    return delays[min(number, len(delays)) - 1] if delays else 0.0
