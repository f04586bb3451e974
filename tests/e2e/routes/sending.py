"""What the tests of whole ways share: zips worth interrupting, trial files that point elsewhere, waiting."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ingest.model.submission import SubmissionState
from ingest.steps.drive import drive_round
from tests.builders import Instance, build_case, encode, zip_instances
from tests.deployment import QUICK_TRIAL, Deployment

DAY = 86_400.0


class ShiftedClock:
    """The machine's clock, put forward by `advance`."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


def case(subject_id: str, seed: int, **shape: object) -> list[Instance]:
    """Return a small complete set of one patient."""
    return build_case(subject_id, seed=seed, ct_slices=6, fractions=2, cbct=2, cbct_slices=3, **shape)


def small_zip(subject_id: str, seed: int, **shape: object) -> bytes:
    """Return a complete set as a zip of some 20 kB."""
    return zip_instances(case(subject_id, seed, **shape))


def stored_zip(subject_ids: list[str]) -> bytes:
    """Return complete sets in a zip without compression, about half a MB each: long enough to be caught."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for seed, subject_id in enumerate(subject_ids):
            shape = {"ct_slices": 40, "fractions": 2, "cbct": 2, "cbct_slices": 3}
            for instance in build_case(subject_id, seed=seed + 1, **shape):
                package.writestr(instance.name, encode(instance.dataset))
    return buffer.getvalue()


def trial_with(*, settle: str = "", **addresses: str) -> str:
    """Return the quick trial with site 123's shares of some routes elsewhere, and other settle values."""
    entries = [
        f'\n[[share]]\nroute = "{route}"\nsite = "123"\naddress = "{address}"\n'
        for route, address in addresses.items()
    ]
    text = QUICK_TRIAL + "".join(entries)
    return text.replace("polls = 1\nminimum_age = 0", settle) if settle else text


def run_until(deployment: Deployment, is_reached: Callable[[], bool], seconds: float = 60) -> None:
    """Do rounds until something is so."""
    deadline = time.monotonic() + seconds
    while not is_reached():
        assert time.monotonic() < deadline, [item.state for item in deployment.submissions()]
        drive_round(deployment.parts, deployment.service.woken)
        time.sleep(0.1)


def states(deployment: Deployment) -> list[SubmissionState]:
    """Return the states of all submissions, oldest first."""
    return [item.state for item in deployment.submissions()]


def is_settled(deployment: Deployment, submissions: int) -> bool:
    """Whether there are so many submissions and the last of them is done or unfinished.

    Those that vanished do not count: closing a file may change it once more.
    """
    found = [state for state in states(deployment) if state is not SubmissionState.VANISHED]
    return len(found) >= submissions and found[-1] in (SubmissionState.DONE, SubmissionState.UNFINISHED)
