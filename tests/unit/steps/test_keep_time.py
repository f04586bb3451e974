"""What falls due in `ingest run` is done once, across restarts, and what fails is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.cli.run import run_until_stopped
from ingest.cli.stop import Stop
from ingest.model.errors import Stopped, TransientError
from ingest.steps.keep_time import ENTRIES, Entry, TimeKeeper, report_every_site
from ingest.steps.timetable import MORNING, SITE_REPORTS, Tick, last_tick
from tests.deployment import Deployment, deploy
from tests.ledger_rows import ManualClock

#: A Sunday at noon: the next Monday's reports are seventeen hours away.
SUNDAY = datetime(2026, 11, 29, 12, tzinfo=UTC)
ALL = tuple(entry.name for entry in ENTRIES)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(SUNDAY)


@pytest.fixture
def deployment(tmp_path: Path, clock: ManualClock) -> Iterator[Deployment]:
    with deploy(tmp_path, clock=clock) as running:
        yield running


def move_to(clock: ManualClock, moment: datetime) -> None:
    clock.advance((moment - clock.now()).total_seconds())


def letters(deployment: Deployment) -> list[str]:
    return sorted(path.name for path in (deployment.parts.places.root / "mail").glob("*.eml"))


@pytest.mark.parametrize(
    ("tick", "now", "expected"),
    [
        (MORNING, datetime(2026, 11, 30, 6, 0, tzinfo=UTC), datetime(2026, 11, 30, 6, tzinfo=UTC)),
        (MORNING, datetime(2026, 11, 30, 5, 59, 59, tzinfo=UTC), datetime(2026, 11, 29, 6, tzinfo=UTC)),
        (SITE_REPORTS, datetime(2026, 11, 30, 5, 0, tzinfo=UTC), datetime(2026, 11, 30, 5, tzinfo=UTC)),
        (SITE_REPORTS, datetime(2026, 11, 30, 4, 59, tzinfo=UTC), datetime(2026, 11, 23, 5, tzinfo=UTC)),
        (SITE_REPORTS, datetime(2026, 12, 6, 23, 0, tzinfo=UTC), datetime(2026, 11, 30, 5, tzinfo=UTC)),
        (Tick(5, 0, 6), datetime(2027, 1, 1, 0, 0, tzinfo=UTC), datetime(2026, 12, 27, 5, tzinfo=UTC)),
    ],
)
def test_the_last_tick(tick: Tick, now: datetime, expected: datetime) -> None:
    assert last_tick(tick, now) == expected


def test_a_new_ledger_owes_nothing_of_the_time_before(deployment: Deployment) -> None:
    assert TimeKeeper(deployment.parts).do_due() == ()
    assert letters(deployment) == []


def test_monday_brings_everything_once(deployment: Deployment, clock: ManualClock) -> None:
    keeper = TimeKeeper(deployment.parts)
    keeper.do_due()
    done = []
    for minute in range(0, 24 * 60, 5):
        move_to(clock, SUNDAY + timedelta(hours=12, minutes=minute))
        done += keeper.do_due()
    assert tuple(done) == ALL
    assert letters(deployment) == ["morning-2026-11-30.eml", "trial-report-2026-11-30.eml"]
    for site in ("123", "124"):
        page = deployment.shares / "explorer" / site / "reports" / "qa" / "data-quality.html"
        assert "30 November 2026" in page.read_text(encoding="utf-8")


def test_a_restart_neither_forgets_nor_repeats(deployment: Deployment, clock: ManualClock) -> None:
    TimeKeeper(deployment.parts).do_due()
    move_to(clock, datetime(2026, 11, 30, 9, tzinfo=UTC))  # it was down at five and six
    assert TimeKeeper(deployment.parts).do_due() == ALL
    assert TimeKeeper(deployment.parts).do_due() == ()
    clock.advance(3600)
    assert TimeKeeper(deployment.parts).do_due() == ()
    assert len(letters(deployment)) == 2


def test_what_was_missed_for_weeks_is_done_once(deployment: Deployment, clock: ManualClock) -> None:
    TimeKeeper(deployment.parts).do_due()
    clock.advance(40 * 86_400)
    assert TimeKeeper(deployment.parts).do_due() == ALL
    assert TimeKeeper(deployment.parts).do_due() == ()


def test_a_crash_before_it_was_noted_sends_nothing_twice(
    deployment: Deployment, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    TimeKeeper(deployment.parts).do_due()
    move_to(clock, datetime(2026, 11, 30, 7, tzinfo=UTC))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(TimeKeeper, "_record", die)
        TimeKeeper(deployment.parts, ENTRIES[-1:]).do_due()
    assert TimeKeeper(deployment.parts).do_due() == ALL
    assert letters(deployment) == ["morning-2026-11-30.eml", "trial-report-2026-11-30.eml"]


def test_what_fails_is_tried_again_and_told_once(deployment: Deployment, clock: ManualClock) -> None:
    tries: list[datetime] = []

    def fail(_: object) -> None:
        tries.append(clock.now())
        if len(tries) < 3:
            raise TransientError("The disk is full.")

    done: list[str] = []
    keeper = TimeKeeper(deployment.parts, (Entry("flaky", MORNING, fail), *ENTRIES[-1:]))
    keeper.do_due()
    move_to(clock, datetime(2026, 11, 30, 6, tzinfo=UTC))
    for _ in range(20):
        done += keeper.do_due()
        clock.advance(600)
    assert len(tries) == 3
    assert done == ["morning", "flaky"]
    told = [name for name in letters(deployment) if name.startswith("timetable")]
    assert told == ["timetable-flaky-2026-11-30T06-00-00-00-00.eml"]


def test_a_site_that_fails_does_not_hold_up_the_others(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def make(_: object, number: str) -> None:
        made.append(number)
        if number == "123":
            raise TransientError("The disk is full.")

    monkeypatch.setattr("ingest.steps.keep_time.report_site", make)
    with pytest.raises(TransientError):
        report_every_site(deployment.parts)
    assert made == ["123", "124", "125"]


def test_a_run_keeps_to_the_timetable(deployment: Deployment, clock: ManualClock) -> None:
    class Pauses(Stop):
        """Stops after as many pauses as it takes to get from Sunday to Tuesday."""

        def pause(self, seconds: float) -> None:
            clock.advance(3600)
            if clock.now() > SUNDAY + timedelta(days=2):
                raise Stopped

    with pytest.raises(Stopped):
        run_until_stopped(deployment.service, Pauses())
    assert letters(deployment) == [
        "morning-2026-11-30.eml",
        "morning-2026-12-01.eml",
        "trial-report-2026-11-30.eml",
    ]
