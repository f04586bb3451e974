"""From a zip on a share to its report, beside the yardstick: what `make bench` runs.

    python tooling/bench.py [--rounds 5] [--rows job,memory,workers,catalogue,check,idle] [--peers] [--write]
    python tooling/bench.py --base REVISION      two commits beside each other

Every ratio is the median of ratios taken side by side in one round. The share's zip is a hard link; worker
and inspection child are warm; each job has a fresh archive and ledger, but for the row `catalogue`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench_corpus import OUT, ROOT, SHARED, make_backlog, make_corpus, make_ground, make_large, trial_text
from bench_idle import measure_idle, measure_idle_azure
from bench_rounds import Stopwatch, cpu_of_children, side_by_side
from bench_rows import measure_catalogue, measure_check
from bench_write import describe_machine, write_figures

Figures = dict[str, Any]


class Worker:
    """A warm worker process; `tree`: the source tree whose code it runs."""

    def __init__(self, tree: Path = ROOT) -> None:
        self._folder = make_ground("work")
        trial = OUT / "trial.toml"
        trial.write_text(trial_text(), encoding="utf-8")
        (OUT / "hash.key").write_text("00" * 32, encoding="ascii")
        self._process = subprocess.Popen(
            [sys.executable, ROOT / "tooling" / "bench_worker.py", trial],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(tree)},
            cwd=tree,  # where the inspection child, a module, looks for the program first
        )
        self.ground = self._folder / f"{os.getpid()}-{id(self)}"

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def send(self, **message: object) -> None:
        """Ask; the answer is to be received."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def receive(self) -> Figures:
        """Return the answer."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the worker ended; its last words are above")
        answer: Figures = json.loads(line)
        return answer

    def ingest(self, package: Path, *, keep: str = "", **more: object) -> Figures:
        """Ingest a zip into archive and ledger in `ground`, fresh ones where nothing lies there.

        keep: where both are moved afterwards; empty: nowhere. Raises where it was not accepted.
        """
        try:
            self.send(do="ingest", zip=str(package), data=str(self.ground), **more)
            answer = self.receive()
            if keep:
                shutil.move(self.ground, keep)
        finally:
            shutil.rmtree(self.ground, ignore_errors=True)
        if answer["outcome"] != "accepted":
            raise SystemExit(f"{package.name}: {answer}")
        return answer


def run_timed(command: Sequence[str | Path]) -> Figures:
    """Run a command and return what it took."""
    environment = {**os.environ, "TMPDIR": str(make_ground("yard"))}
    stopwatch = Stopwatch(cpu_of_children)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return stopwatch.end()


def measure_job(rounds: int) -> Figures:
    """Cases A and B beside the yardstick."""
    zips, made = make_corpus(), {}
    with Worker() as worker:
        worker.ingest(zips["A"])
        for name, package in zips.items():
            yardstick = [SHARED / "tools" / "yardstick", package]
            made[f"job {name}"] = side_by_side(
                rounds, lambda z=package: worker.ingest(z), lambda y=yardstick: run_timed(y)
            )
    return made


def measure_memory() -> Figures:
    """The largest PSS of a worker with its child, for a zip of 52 MB and one of 1 GB."""
    zips = make_corpus()
    made = {}
    for name, package in (("52 MB", zips["A"]), ("1 GB", make_large(zips["B"], 1.0))):
        with Worker() as worker:
            made[name] = worker.ingest(package, memory=True)["memory"]
    return {"memory": made}


def measure_workers(rounds: int, count: int = 6) -> Figures:
    """A backlog of zips of as many subjects, taken by one worker and by two."""
    backlog = make_backlog(count)
    with Worker() as first, Worker() as second:

        def drain(workers: Sequence[Worker]) -> Figures:
            data = make_ground("work") / f"backlog-{os.getpid()}"
            share = data / "shares" / "smb" / "123"
            share.mkdir(parents=True)
            spent: list[float] = []
            try:
                for package in backlog:
                    (share / package.name).hardlink_to(package)
                first.send(do="collect", data=str(data))
                if first.receive()["submissions"] != count:
                    raise SystemExit("not every zip of the backlog became a submission")
                for worker in workers:
                    worker.send(do="prepare", data=str(data))
                    worker.receive()
                stopwatch = Stopwatch(lambda: sum(spent))
                for place, worker in enumerate(workers):
                    worker.send(do="drain", data=str(data), place=place * count // 2)
                answers = [worker.receive() for worker in workers]
                if any(answer["outcomes"] != ["accepted"] for answer in answers):
                    raise SystemExit(f"the backlog was not accepted: {answers}")
                spent.extend(answer["cpu"] for answer in answers)
                return stopwatch.end()
            finally:
                shutil.rmtree(data, ignore_errors=True)

        for worker in (first, second):
            worker.ingest(backlog[0])
        drain([first, second])  # each has its statements compiled then
        return {"workers": side_by_side(rounds, lambda: drain([first, second]), lambda: drain([first]))}


def compare(base: str, rounds: int) -> None:
    """Print cases A and B of the working tree beside those of an earlier revision."""
    tree = OUT / f"base-{base}"
    if not tree.exists():
        tree.mkdir(parents=True)
        archive = subprocess.run(
            ["git", "archive", base, "ingest", "deploy"], check=True, capture_output=True, cwd=ROOT
        )
        subprocess.run(["tar", "x", "-C", tree], check=True, input=archive.stdout)
        subprocess.run([sys.executable, "-m", "compileall", "-q", tree], check=True)
    zips = make_corpus()
    with Worker() as here, Worker(tree) as there:
        for worker in (here, there):
            worker.ingest(zips["A"])
        for name, package in zips.items():
            made = side_by_side(rounds, lambda z=package: here.ingest(z), lambda z=package: there.ingest(z))
            print(f"case {name}: wall × {made['wall_ratio']:.2f}, CPU × {made['cpu_ratio']:.2f} of {base}")


def main() -> None:
    """Measure the rows that were asked for, print them, and write them down with --write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", default="job,memory,workers,catalogue,check,idle")
    parser.add_argument(
        "--peers", action="store_true", help="Debian's Orthanc too (installed where it is missing)"
    )
    parser.add_argument("--base", help="compare with this revision instead")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md's figures")
    options = parser.parse_args()
    if options.base:
        compare(options.base, options.rounds)
        return
    rounds = options.rounds
    rows: dict[str, Callable[[], Figures]] = {
        "job": lambda: measure_job(rounds),
        "memory": measure_memory,
        "workers": lambda: measure_workers(rounds),
        "catalogue": lambda: measure_catalogue(Worker, rounds),
        "check": lambda: measure_check(rounds),
        "idle": lambda: measure_idle(rounds) | measure_idle_azure(max(rounds, 5)),
    }
    figures: Figures = {"machine": describe_machine()}
    for name in options.rows.split(","):
        figures |= rows[name]()
        print(json.dumps({name: figures}, indent=1), flush=True)
    if options.peers:
        from bench_peers import measure_orthanc

        figures |= measure_orthanc(Worker, rounds)
    kept = OUT / "figures.json"
    if options.write:  # rows that are not measured now stay as they were measured last
        earlier = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        figures = earlier | figures
        kept.write_text(json.dumps(figures), encoding="utf-8")
    text = write_figures(figures, is_writing=options.write)
    print(text)


if __name__ == "__main__":
    main()
