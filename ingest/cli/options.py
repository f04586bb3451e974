"""What several commands share: the trial file option, and opening the service."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, TypeVar

import click

from ingest.ledger.errors import LedgerError, Refused
from ingest.logs import configure_logs
from ingest.model.errors import ConfigurationError
from ingest.service import Service, open_service
from ingest.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

trial_option = click.option(
    "--trial",
    "trial_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The trial file; none: INGEST_TRIAL_FILE, else Hamlet.rt's.",
)


def _require_said(ctx: click.Context, parameter: click.Parameter, text: str) -> str:
    del ctx, parameter
    if not text.strip():
        raise click.BadParameter("it must say something")
    return text


def by_and_reason(command: F) -> F:
    """Add `--by` and `--reason`, which every act of a person needs."""
    command = click.option("--reason", required=True, callback=_require_said, help="Why.")(command)
    return click.option("--by", required=True, metavar="NAME", callback=_require_said, help="Who does this.")(
        command
    )


def two_people(command: F) -> F:
    """Add `--reason` and `--by`, which is given once or twice."""

    def check(ctx: click.Context, parameter: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(names) > 2:
            raise click.BadParameter("two people are enough")
        for name in names:
            _require_said(ctx, parameter, name)
        return names

    command = click.option("--reason", required=True, callback=_require_said, help="Why.")(command)
    return click.option(
        "--by", required=True, multiple=True, metavar="NAME", callback=check, help="Who does this; twice."
    )(command)


@contextmanager
def act_errors() -> Iterator[None]:
    """Say in one line why an act was refused; exit status 3."""
    try:
        yield
    except LedgerError as error:
        raise click.ClickException(str(error)) from None


def require_terminal(show_values: bool) -> None:
    """Refuse to show values anywhere but on a terminal. Raises ConfigurationError."""
    if show_values and not sys.stdout.isatty():
        raise ConfigurationError("--show-values shows on a terminal only, never into a file or a pipe")


def last_moment(service: Service, day: datetime | None, option: str) -> datetime | None:
    """Return the end of a day that was typed; None: none was. Raises Refused where it is over already."""
    if day is None:
        return None
    moment = datetime.combine(day.date(), time.max, UTC).replace(microsecond=0)
    if moment <= service.parts.clock.now():
        raise Refused(f"{option} {day:%Y-%m-%d}: that day is over")
    return moment


def open_from_settings(trial_file: Path | None = None, *, is_worker: bool = False) -> Service:
    """Open the service that the settings name. Raises ConfigurationError, TransientError.

    is_worker: its log is what it has to say. Of a person's command only warnings are logged, unless
    INGEST_LOG_LEVEL asks for more.
    """
    settings = Settings()
    if trial_file is not None:
        settings = settings.model_copy(update={"trial_file": trial_file})
    is_asked_for = is_worker or "log_level" in settings.model_fields_set
    configure_logs(settings.log_level if is_asked_for else "WARNING")
    return open_service(settings)
