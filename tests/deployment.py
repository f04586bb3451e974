"""A whole service in a folder of a test: shares, settings, rounds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.ledger.runs import RunScope
from ingest.model.clock import Clock
from ingest.model.submission import Submission
from ingest.model.verdict import Verdict
from ingest.service import Service, open_service
from ingest.settings import Settings
from ingest.steps.drive import Round, drain, drive_round
from ingest.steps.reprocess import begin_run, reprocess_item
from ingest.trial.load import default_trial_text

#: The shipped trial, but for uploads that settle at once.
QUICK_TRIAL = (
    default_trial_text()
    .replace("polls = 3", "polls = 1")
    .replace('minimum_age = "2 minutes"', "minimum_age = 0")
)


class Deployment:
    """One service with its own shares. `root/shares/<route>/<site>` are the sites' folders."""

    def __init__(self, service: Service, shares: Path) -> None:
        self.service = service
        self.parts = service.parts
        self.shares = shares

    def drop(self, route: str, site: str, name: str, data: bytes) -> Path:
        """Put a zip on a share, whole."""
        target = self.shares / route / site / name
        target.write_bytes(data)
        return target

    def run(self, rounds: int = 2) -> Round:
        """Do rounds: the first sights what was dropped, the second takes it all the way."""
        done = drive_round(self.parts, self.service.woken)
        for _ in range(rounds - 1):
            done = drive_round(self.parts, self.service.woken)
        return done

    def submissions(self) -> tuple[Submission, ...]:
        """Return all submissions, oldest first."""
        with self.parts.ledger.read() as tx:
            return tx.submissions.find(newest_first=False)

    def verdict(self, submission_id: str) -> Verdict:
        """Return the newest verdict of a submission."""
        with self.parts.ledger.read() as tx:
            stored = tx.verdicts.latest(submission_id)
        assert stored is not None
        return stored.verdict

    def reprocess(self, run: str, submission_id: str, *, is_dry: bool = False) -> None:
        """Judge one submission again."""
        for item in begin_run(
            self.parts, run, RunScope.SUBMISSION, submission_id, is_dry=is_dry, by="T. Ester", reason="a test"
        ):
            reprocess_item(self.parts, run, item)
        drain(self.parts, self.service.woken)

    def report(self, submission_id: str, name: str = "report.txt") -> str:
        """Return the newest report of a submission."""
        return (self.parts.places.reports / submission_id / name).read_text(encoding="utf-8")


def write_settings(root: Path, trial: str = QUICK_TRIAL, **others: Any) -> Settings:
    """Return settings with everything below `root`, and `others`; the shares' folders are made."""
    (root / "trial.toml").write_text(trial, encoding="utf-8")
    for route in ("egress", "explorer", "smb", "htp"):
        for site in ("123", "124", "125"):
            (root / "shares" / route / site).mkdir(parents=True, exist_ok=True)
    return Settings(
        data_dir=root / "data", shares=str(root / "shares"), trial_file=root / "trial.toml", **others
    )


@contextmanager
def deploy(
    root: Path, trial: str = QUICK_TRIAL, clock: Clock | None = None, **others: Any
) -> Iterator[Deployment]:
    """Give a service below `root`. `others`: settings besides."""
    settings = write_settings(root, trial, **others)
    with open_service(settings, clock=clock) as service:
        yield Deployment(service, root / "shares")
