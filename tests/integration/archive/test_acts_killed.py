"""A worker dies anywhere in an act of a person, ledger included: the sweep brings it to the same end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ingest.ledger.acts import NewAct, RecordedAct
from ingest.ledger.inspections import InstanceState
from ingest.model.clock import SystemClock
from ingest.model.submission import ActKind, SubmissionState
from ingest.service import open_service
from ingest.steps.act import carry_out_due, record
from ingest.steps.drive import drain
from ingest.steps.reconcile import reconcile
from ingest.steps.sweep import sweep
from ingest.steps.verify import known_subjects, verify
from tests.builders import Case, build_case, zip_instances
from tests.deployment import Deployment, deploy, write_settings
from tests.ocfl_validity import ocfl_faults
from tests.system_calls import CHANGING, Call, run_and_die, watched

OLD, NEW, LAST = "123-1007", "123-1008", "123-1009"
#: What a person did and what came of it; each is there as often as if nobody had died.
DONE = ("reassigned", "purged", "withdrawn")
ACTS = (*DONE, "subject-filed", "subject-rebuilt", "confirmed")


class LateClock(SystemClock):
    """The time in some hours: whoever died before holds a lease no longer."""

    def __init__(self, hours: int) -> None:
        self._ahead = timedelta(hours=hours)

    def now(self) -> datetime:
        return super().now() + self._ahead


def small(subject_id: str, seed: int) -> Case:
    return build_case(subject_id, seed=seed, ct_slices=2, fractions=1, cbct=1, cbct_slices=1)


def new_act(kind: ActKind, old: str, **more: str) -> NewAct:
    return NewAct(kind, "A. Manager", "as agreed", subject_id=old, needs_second=True, **more)


def confirm_only(service: Deployment, act: NewAct) -> None:
    """Bring an act into force as a worker does that dies before it carries anything out."""
    with service.parts.ledger.write() as tx:
        tx.acts.confirm(tx.acts.record(act).name, "P. Hysicist")


def do(service: Deployment, act: NewAct) -> RecordedAct:
    done = record(service.parts, act, second_by="P. Hysicist")
    drain(service.parts, service.service.woken)
    return done


def reassign_one(service: Deployment) -> None:
    """Two zips are filed under one study ID; only the second is another patient's."""
    for name, seed in (("a.zip", 7), ("b.zip", 77)):
        service.drop("smb", "123", name, zip_instances(small(OLD, seed)))
        service.run()
    act = new_act(ActKind.REASSIGN, OLD, submission_id="S000002", label=OLD, assign_to=NEW)
    confirm_only(service, act)


def reassign_all(service: Deployment) -> None:
    """Two zips move; the bytes of one are only in the archive."""
    reassign_one(service)
    with service.parts.ledger.write() as tx:
        tx.acts.mark_carried_out("reassign:S000002:1")
    assert service.parts.originals.remove("S000001")
    confirm_only(service, new_act(ActKind.REASSIGN, OLD, assign_to=NEW))


def moved_twice(service: Deployment) -> None:
    """What is filed under the third study ID lies in older versions of two others, too."""
    service.drop("smb", "123", "a.zip", zip_instances([*small(OLD, 7), *small("123-1001", 1)]))
    service.run()
    do(service, new_act(ActKind.REASSIGN, OLD, assign_to=NEW))
    do(service, new_act(ActKind.REASSIGN, NEW, assign_to=LAST))


def purge_moved(service: Deployment) -> None:
    moved_twice(service)
    confirm_only(service, new_act(ActKind.PURGE, LAST, submission_id="S000001", label=OLD))


def withdraw_moved(service: Deployment) -> None:
    moved_twice(service)
    confirm_only(service, new_act(ActKind.WITHDRAW, LAST))


@contextmanager
def seen_boundaries() -> Iterator[None]:
    """Make a call that a watcher sees before each transaction begins, and before each is committed."""

    def mark(_connection: sa.Connection) -> None:
        with suppress(FileExistsError):
            os.mkdir("/")  # noqa: PTH102 - the call is the point

    for moment in ("begin", "commit"):
        sa.event.listen(sa.Engine, moment, mark)
    try:
        yield
    finally:
        for moment in ("begin", "commit"):
            sa.event.remove(sa.Engine, moment, mark)


def carry_out(root: Path) -> None:
    settings, clock = write_settings(root), LateClock(hours=2)
    with open_service(settings, clock=clock, is_migrating=False) as service, seen_boundaries():
        assert carry_out_due(service.parts) == 1


def finish(root: Path) -> dict[str, Any]:
    """Let the sweep finish hours later; return all that a person could see of the end."""
    with deploy(root, clock=LateClock(hours=4)) as service:
        parts = service.parts
        for _ in range(3):
            sweep(parts, quiet_seconds=0)
            drain(parts, service.service.woken)
        assert ocfl_faults(parts.places.subjects) == ""
        assert reconcile(parts).problems == ()
        assert verify(parts, known_subjects(parts)).faults == ()
        with parts.ledger.read() as tx:
            assert tx.acts.to_carry_out() == ()
            assert tx.audit.verify().first_fault is None
            events = [item for item in tx.audit.events(limit=10_000) if item.event in ACTS]
            heads = {row.subject_id: row.head_version for row in tx.subjects.find()}
            held = parts.archive.subjects()
            assert heads == {item: parts.archive.head(item) if item in held else 0 for item in heads}
            catalogue = {
                (subject, state.value): len(tx.catalogue.of_subject(subject, (state,)))
                for subject in heads
                for state in (InstanceState.FILED, InstanceState.REMOVED)
            }
            certificate = [item.detail for item in events if item.event in DONE][-1]
        submissions = service.submissions()
        assert {item.state for item in submissions} == {SubmissionState.DONE}
        return {
            "heads": heads,
            "files": {item: sorted(file.logical for file in parts.archive.files(item)) for item in held},
            "catalogue": catalogue,
            "outcomes": [item.outcome for item in submissions],
            "events": sorted(item.event for item in events),
            "certificate": certificate,
        }


@pytest.fixture
def places(quick_path: Path) -> tuple[Path, Path]:
    """Where an act is prepared and carried out, and where what was prepared is kept: addresses hold paths."""
    return quick_path / "service", quick_path / "kept"


def attack(places: tuple[Path, Path], prepare: Callable[[Deployment], None], after: frozenset[str]) -> None:
    """Die right after each call of these names while the act is carried out."""
    root, kept = places
    root.mkdir()
    with deploy(root) as service:
        prepare(service)
    shutil.copytree(root, kept)
    calls = names_of_calls(lambda: carry_out(root))
    wanted = finish(root)
    moments = [at for at, name in enumerate(calls, 1) if name in after]
    assert moments
    for at in moments:
        shutil.rmtree(root)
        shutil.copytree(kept, root)
        run_and_die(lambda: carry_out(root), at)
        found = finish(root)
        said = f"died at {at} of {len(calls)}"
        assert found == wanted, said


def names_of_calls(act: Callable[[], object]) -> list[str]:
    """Return the names of the changing calls that an act makes, in their order."""
    names: list[str] = []

    def note(name: str, original: Call, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        names.append(name)
        return original(*args, **options)

    with watched(note):
        act()
    return names


every = pytest.mark.parametrize("prepare", [reassign_one, reassign_all, purge_moved, withdraw_moved])


@every
def test_killed_when_something_has_just_been_renamed_the_act_comes_to_the_same_end(
    places: tuple[Path, Path], prepare: Callable[[Deployment], None]
) -> None:
    attack(places, prepare, frozenset({"rename"}))


@pytest.mark.chaos
@pytest.mark.release
@pytest.mark.timeout(3600)
@every
def test_killed_at_any_moment_the_act_comes_to_the_same_end(
    places: tuple[Path, Path], prepare: Callable[[Deployment], None]
) -> None:
    attack(places, prepare, frozenset(CHANGING))
