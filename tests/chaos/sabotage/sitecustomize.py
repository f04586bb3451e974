"""Spoils the program in a worker's process, so that a storm can show what it finds. On its PYTHONPATH only.

CHAOS_SABOTAGE names what is done; CHAOS_MARKS is a folder where each act that happens once leaves a mark.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

#: How often a worker dies or stalls at the chosen place.
TIMES = 3
STALL_SECONDS = 13


def once_more() -> bool:
    """Whether the act was not done `TIMES` times yet; who asks does it."""
    for number in range(TIMES):
        try:
            (Path(os.environ["CHAOS_MARKS"]) / str(number)).touch(exist_ok=False)
        except FileExistsError:
            continue
        return True
    return False


def die() -> None:
    """Be killed here."""
    if once_more():
        os.kill(os.getpid(), signal.SIGKILL)


def stall() -> None:
    """Stand still, with every thread, for longer than a lease."""
    if once_more():
        subprocess.Popen(["sh", "-c", f"sleep {STALL_SECONDS}; kill -CONT {os.getpid()}"])
        os.kill(os.getpid(), signal.SIGSTOP)


def die_between_rename_and_commit() -> None:
    """The right order, for comparison."""
    from ingest.steps import file_subject

    record = file_subject._record

    def after_death(*arguments: Any) -> None:
        die()
        record(*arguments)

    file_subject._record = after_death


def commit_before_rename() -> None:
    """The ledger's transaction first, then the archive's rename."""
    from ingest.steps import file_subject

    write, record, promised = file_subject._write, file_subject._record, []

    def promise(parts: Any, claim: Any, subject: Any, members: Any, *others: Any) -> Any:
        promised.append((parts, claim, subject, members, *others))
        version = subject.head_version + 1
        return SimpleNamespace(version=version, bytes_added=0, inventory_sha256="") if members else None

    def commit_first(*arguments: Any) -> None:
        record(*arguments)
        die()
        write(*promised.pop())

    file_subject._write, file_subject._record = promise, commit_first


def stall_before_the_report() -> None:
    """With the fence, for comparison."""
    from ingest.steps import report

    write = report.write_report

    def later(*arguments: Any) -> Any:
        stall()
        return write(*arguments)

    report.write_report = later


def stall_without_a_fence() -> None:
    """Whoever held a claim may finish it, whatever has become of it since."""
    from ingest.ledger.claims import Claims
    from ingest.ledger.rows import seq_of
    from ingest.ledger.tables.arrivals import submissions

    def update(self: Any, claim: Any, **values: Any) -> None:
        self._connection.execute(
            submissions.update().where(submissions.c.seq == seq_of(claim.submission.id)).values(values)
        )

    Claims._update = update
    stall_before_the_report()


def die_before_listing() -> None:
    """A version is renamed and not yet listed; with recovery, for comparison."""
    from ingest.archive import store

    listing = store.list_version

    def after_death(*arguments: Any) -> None:
        die()
        listing(*arguments)

    store.list_version = after_death


def no_recovery() -> None:
    """What a dead worker left stays as it is."""
    from ingest.archive import store
    from ingest.archive.inventory import read_inventory
    from ingest.archive.order import Recovery

    def look_only(places: Any, subject_id: str) -> Any:
        path = places.object_of(subject_id) / "inventory.json"
        inventory = read_inventory(path.read_bytes()) if path.exists() else None
        return Recovery(inventory.head if inventory else 0), inventory

    store.recover_object = look_only
    die_before_listing()


SABOTAGE: dict[str, Callable[[], None]] = {
    act.__name__: act
    for act in (
        die_between_rename_and_commit,
        commit_before_rename,
        stall_before_the_report,
        stall_without_a_fence,
        die_before_listing,
        no_recovery,
    )
}

if "CHAOS_SABOTAGE" in os.environ:
    SABOTAGE[os.environ["CHAOS_SABOTAGE"]]()
