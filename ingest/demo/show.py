"""Run the demonstration and show on the terminal what became of each zip."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ingest.checks.codes import load_codes
from ingest.demo.scenario import Parcel, drop, parcels
from ingest.logs import configure_logs
from ingest.model.errors import ConfigurationError
from ingest.model.finding import FindingCode
from ingest.model.route import ShareAddress
from ingest.model.submission import Submission, SubmissionState
from ingest.model.verdict import Outcome, SubjectVerdict
from ingest.routes.settle import name_key
from ingest.service import Service, open_service
from ingest.settings import Settings
from ingest.steps.drive import drive_round
from ingest.trial.load import default_trial_text

_COLOURS = {"accepted": "green", "held": "yellow", "rejected": "red", "unfinished": "magenta"}
#: In place of the trial's own, so that nobody waits two minutes for an upload to settle.
_QUICK = (("polls = 3", "polls = 1"), ('minimum_age = "2 minutes"', "minimum_age = 0.2"))
_ROUNDS = 20


def run_demo(out: Path) -> int:
    """Make, drop, ingest and show, all below `out`; return the exit status."""
    console = Console(highlight=False)
    settings = _settings(out)
    sent = parcels()
    with open_service(settings) as service:
        names = {}
        for share in service.parts.shares:
            _folder_of(share).mkdir(parents=True, exist_ok=True)
        with _progress(console) as progress:
            task = progress.add_task("Sites prepare and send", total=len(sent))
            for parcel in sent:
                share = _share_of(service, parcel)
                drop(parcel, parcel.build(), _folder_of(share))
                names[name_key(service.parts.key, share, parcel.name)] = parcel
                progress.advance(task)
            _ingest(service, progress, len(sent))
        _show(console, service, names)
    _say_where(console, out)
    return 0


def _settings(out: Path) -> Settings:
    """Return settings with everything below `out`. Raises ConfigurationError where one was shown before."""
    out = out.resolve()
    if (out / "shares").exists():
        raise ConfigurationError(
            f"{out} holds a demonstration already; remove it or name another with --out."
        )
    out.mkdir(parents=True, exist_ok=True)
    text = default_trial_text()
    for old, new in _QUICK:
        text = text.replace(old, new)
    (out / "trial.toml").write_text(text, encoding="utf-8")
    configure_logs("WARNING")
    return Settings(
        data_dir=out / "data",
        shares=str(out / "shares"),
        trial_file=out / "trial.toml",
        mail_dir=out / "mail",
    )


def _share_of(service: Service, parcel: Parcel) -> ShareAddress:
    return next(
        share for share in service.parts.shares if (share.route, share.site) == (parcel.route, parcel.site)
    )


def _folder_of(share: ShareAddress) -> Path:
    return Path(share.address.removeprefix("folder:"))


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _ingest(service: Service, progress: Progress, expected: int) -> None:
    """Drive rounds until every zip has gone as far as it goes; the bar counts those that have."""
    task = progress.add_task("Received, verified, filed, reported", total=expected)

    def count(submission_id: str, waiting: int) -> None:
        del submission_id, waiting
        progress.update(task, completed=sum(_has_ended(item) for item in _submissions(service)))

    pause = threading.Event()
    for _ in range(_ROUNDS):
        drive_round(service.parts, service.woken, count)
        ended = [item for item in _submissions(service) if _has_ended(item)]
        progress.update(task, completed=len(ended))
        if len(ended) == expected:
            return
        pause.wait(0.25)


def _submissions(service: Service) -> tuple[Submission, ...]:
    with service.parts.ledger.read() as tx:
        return tx.submissions.find(newest_first=False)


def _has_ended(submission: Submission) -> bool:
    return submission.state in (SubmissionState.DONE, SubmissionState.UNFINISHED, SubmissionState.STUCK)


def _show(console: Console, service: Service, names: dict[str, Parcel]) -> None:
    """Show each submission with what was sent, and below it a line a subject."""
    codes = load_codes()
    with service.parts.ledger.read() as tx:
        for submission in tx.submissions.find(newest_first=False):
            parcel = names[submission.source_key]
            decided = tx.verdicts.latest(submission.id)
            console.print(
                f"\n[bold]{submission.id}[/]  {parcel.route.value}, site {parcel.site}: "
                f"[bold]{parcel.name}[/], {parcel.story}",
                soft_wrap=True,
            )
            rows = [("", _coloured(submission.state.value), "waits for the rest")]
            if decided is not None:
                rows = [_cells(item, codes) for item in decided.verdict.subjects]
            table = Table.grid(padding=(0, 2, 0, 0))
            for width in (len(submission.id), 8, 10, None):
                table.add_column(min_width=width)
            for row in rows:
                table.add_row("", *row)
            console.print(table)


def _cells(subject: SubjectVerdict, codes: Mapping[str, FindingCode]) -> tuple[str, str, str]:
    missing = ", ".join(item.object for item in subject.completeness.missing)
    if subject.outcome is not Outcome.ACCEPTED:
        reasons = dict.fromkeys(item.finding.code for item in subject.findings if item.effect.value != "none")
        words = ", ".join(f"{codes[code].name} ({code})" for code in reasons)
        return subject.label, _coloured(subject.outcome.value), words
    state = subject.completeness.state.value
    return subject.label, _coloured(subject.outcome.value), f"{state}: {missing}" if missing else state


def _coloured(word: str) -> str:
    return f"[{_COLOURS.get(word, 'white')}]{word}[/]"


def _say_where(console: Console, out: Path) -> None:
    out = out.resolve()
    console.print()
    for what, where in (
        ("Archive", out / "data" / "subjects"),
        ("Reports", out / "data" / "reports"),
        ("Reports on the sites' own shares", out / "shares"),
        ("E-mails", out / "mail"),
    ):
        console.print(f"[bold]{what}:[/] {where}", soft_wrap=True)
