"""`make fuzz`: mutated zips and DICOM files through the real inspection process, resumable, and its account.

Input N is made from the number N alone, so that a run can stop anywhere and any input can be made again.
What was tried is kept in FOLDER/fuzz.json; --first leaves out what another machine has tried.
With --write the figures go into docs/reliability.md.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.fuzz.inputs import make_input
from tests.fuzz.report import figures, write_into
from tests.fuzz.run import Account, Fuzz

_PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
#: Inputs that one process tries before it says what became of them.
_STRETCH = 500


def try_stretch(first: int) -> tuple[int, dict[str, object]]:
    """Try one stretch of inputs in an inspection process of its own."""
    with Fuzz() as fuzz:
        fuzz.run(range(first, first + _STRETCH))
        return first, fuzz.account.as_dict()


def main() -> int:
    """Try what was not tried yet, until all are or the time is up; return 1 where anything failed."""
    options = _options()
    if options.one is not None:
        return _try_one(options.one)
    place = options.folder / "fuzz.json"
    account, done = _read(place)
    began, seconds = time.monotonic(), options.seconds or float("inf")
    stretches = [first for first in range(options.first, options.inputs, _STRETCH) if first not in done]
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        waiting = [pool.apply_async(try_stretch, (first,)) for first in stretches[: options.jobs]]
        rest = iter(stretches[options.jobs :])
        while waiting:
            first, part = waiting.pop(0).get()
            account.add(Account(**part))  # type: ignore[arg-type]
            done.add(first)
            _keep(place, account, done)
            if time.monotonic() - began < seconds and (following := next(rest, None)) is not None:
                waiting.append(pool.apply_async(try_stretch, (following,)))
    for line in figures(account):
        print(line)
    if options.write:
        write_into(_PAGE, account)
    return 1 if account.failures else 0


def _try_one(number: int) -> int:
    with Fuzz() as fuzz:
        fate = fuzz.try_input(make_input(number))
        print(f"{number}: {fate}, {fuzz.account.slowest:.2f} s, {', '.join(sorted(fuzz.account.codes))}")
    return 1 if fuzz.account.failures else 0


def _read(place: Path) -> tuple[Account, set[int]]:
    if not place.is_file():
        return Account(), set()
    kept = json.loads(place.read_text(encoding="utf-8"))
    return Account(**kept["account"]), set(kept["done"])


def _keep(place: Path, account: Account, done: set[int]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_suffix(".new")
    fresh.write_text(json.dumps({"account": account.as_dict(), "done": sorted(done)}), encoding="utf-8")
    fresh.replace(place)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=0, help="Leave out the inputs before this one.")
    parser.add_argument("--seconds", type=float, help="Begin no more stretches after so long.")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("fuzz-out"))
    parser.add_argument("--one", type=int, help="Try this input alone.")
    parser.add_argument("--write", action="store_true", help="Write the figures into docs/reliability.md.")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
