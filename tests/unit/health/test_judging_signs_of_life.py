"""What `ingest health` says of workers and the schedule, from beats and queue depth."""

from datetime import UTC, datetime, timedelta

from ingest.health import DEAF, SILENT, SWEEP, is_deaf, live_workers, schedule_fault, silence_of, taking

NOW = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
HEAVY = "heavy@3f2a"


def ago(**span: float) -> tuple[str, datetime]:
    return "heavy", NOW - timedelta(**span)


def test_a_worker_that_signed_just_now_lives() -> None:
    assert silence_of({HEAVY: ago(seconds=31)}, HEAVY, NOW) == ""


def test_a_worker_that_has_not_signed_for_six_beats_is_silent() -> None:
    assert "4 min" in silence_of({HEAVY: ago(minutes=4)}, HEAVY, NOW)
    assert silence_of({HEAVY: (HEAVY, NOW - SILENT)}, HEAVY, NOW) == ""


def test_a_worker_that_never_signed_is_not_healthy() -> None:
    assert silence_of({"heavy@other": ago(seconds=1)}, HEAVY, NOW) != ""


def test_a_worker_is_deaf_when_tasks_wait_and_it_takes_none() -> None:
    beats = {HEAVY: ago(seconds=5), taking(HEAVY): ("heavy", NOW - DEAF - timedelta(seconds=1))}
    assert is_deaf(beats, HEAVY, 1, NOW)
    assert not is_deaf(beats, HEAVY, 0, NOW), "an empty queue gives nothing to take"


def test_a_worker_with_a_long_step_is_not_deaf() -> None:
    assert not is_deaf({HEAVY: ago(seconds=5), taking(HEAVY): ago(seconds=20)}, HEAVY, 99, NOW)


def test_a_worker_that_took_nothing_for_so_long_that_the_row_is_gone_is_deaf_once_tasks_wait() -> None:
    assert is_deaf({HEAVY: ago(seconds=5)}, HEAVY, 1, NOW)


def test_the_schedule_is_judged_by_the_last_sweep() -> None:
    assert schedule_fault({SWEEP: ago(minutes=2)}, 0, NOW) == ""
    assert "7 min" in schedule_fault({SWEEP: ago(minutes=7)}, 0, NOW)
    assert schedule_fault({}, 0, NOW) != ""


def test_sweeps_that_wait_in_the_queue_are_not_the_schedules_fault() -> None:
    assert schedule_fault({SWEEP: ago(hours=1)}, 40, NOW) == ""


def test_only_living_workers_of_the_queue_are_counted() -> None:
    beats = {
        HEAVY: ago(seconds=1),
        taking(HEAVY): ago(seconds=1),
        "heavy@gone": ago(minutes=30),
        "light@3f2a": ("light", NOW),
        SWEEP: ("light", NOW),
    }
    assert live_workers(beats, "heavy", NOW) == 1
    assert live_workers(beats, "light", NOW) == 1
