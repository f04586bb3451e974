"""What several commands share: the trial file option, and opening the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from ingest.ledger.errors import LedgerError
from ingest.logs import configure_logs
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


def by_and_reason(command: F) -> F:
    """Add `--by` and `--reason`, which every act of a person needs."""
    command = click.option("--reason", required=True, help="Why.")(command)
    return click.option("--by", required=True, metavar="NAME", help="Who does this.")(command)


def two_people(command: F) -> F:
    """Add `--reason` and `--by`, which is given once or twice."""

    def check(ctx: click.Context, parameter: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
        del ctx, parameter
        if len(names) > 2:
            raise click.BadParameter("two people are enough")
        return names

    command = click.option("--reason", required=True, help="Why.")(command)
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


def open_from_settings(trial_file: Path | None = None) -> Service:
    """Open the service that the settings name. Raises ConfigurationError, TransientError."""
    settings = Settings()
    if trial_file is not None:
        settings = settings.model_copy(update={"trial_file": trial_file})
    configure_logs(settings.log_level)
    return open_service(settings)
