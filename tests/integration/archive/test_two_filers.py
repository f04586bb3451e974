"""Two processes file for one subject at the same moment: one version after the other, never one twice."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

from ingest.archive.order import HeadMoved
from ingest.archive.store import Archive
from tests.filing import SUBJECT, content, order, stage
from tests.ocfl_validity import ocfl_faults

ROUNDS = 10


def _file(root: Path, wanted: Any, start: Any, results: Any) -> None:
    archive = Archive(root)
    start.wait()
    try:
        filed = archive.file(wanted)
        results.put((filed.version, filed.is_new))
    except HeadMoved as moved:
        results.put(("moved", moved.actual))


def _race(archive: Archive, orders: list[Any]) -> list[Any]:
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(len(orders)), context.Queue()
    processes = [
        context.Process(target=_file, args=(archive.places.root, wanted, start, results)) for wanted in orders
    ]
    for process in processes:
        process.start()
    found = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    return sorted(found, key=str)


def test_two_submissions_judged_on_the_same_head_one_goes_back_to_be_decided(quick_path: Path) -> None:
    archive = Archive(quick_path / "archive")
    for head in range(ROUNDS):
        orders = [
            order(
                [stage(archive, f"mr/{head}.{who}.dcm", b"%d %d" % (head, who))], head=head, submission=name
            )
            for who, name in enumerate((f"S0001{head:02}", f"S0002{head:02}"))
        ]
        assert _race(archive, orders) == [("moved", head + 1), (head + 1, True)]
    assert archive.head(SUBJECT) == len(content(archive)) == ROUNDS
    assert ocfl_faults(archive.places.subjects) == ""


def test_one_submission_filed_by_two_is_filed_once(quick_path: Path) -> None:
    archive = Archive(quick_path / "archive")
    for head in range(ROUNDS):
        wanted = order([stage(archive, f"mr/{head}.dcm", b"%d" % head)], head=head, submission=f"S{head:06}")
        assert _race(archive, [wanted, wanted]) == [(head + 1, False), (head + 1, True)]
    assert archive.head(SUBJECT) == len(content(archive)) == ROUNDS
    assert ocfl_faults(archive.places.subjects) == ""
