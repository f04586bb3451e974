"""`ingest …`: one file a command, imported when it is called, so that a check starts in an instant."""

from __future__ import annotations

import importlib
import io
import sys

import click

from ingest.model.errors import ConfigurationError, TransientError

#: Command → module below ingest.cli that holds it as `command`.
COMMANDS = {
    "approvals": "approvals",
    "approve": "approve",
    "archive": "archive",
    "check": "check",
    "demo": "demo",
    "enrolment": "enrolment",
    "export": "export",
    "health": "health",
    "held": "held",
    "instances": "instances",
    "level": "level",
    "metrics": "metrics",
    "migrate": "migrate",
    "purge": "purge",
    "report": "report",
    "reassign": "reassign",
    "reprocess": "reprocess",
    "routes": "routes",
    "run": "run",
    "series": "series",
    "show": "show",
    "site": "site",
    "status": "status",
    "subject": "subject",
    "subjects": "subjects",
    "submissions": "submissions",
    "trial": "trial",
    "waive": "waive",
    "waivers": "waivers",
    "withdraw": "withdraw",
}

#: Exit status where a command could not run at all, usage errors included.
COULD_NOT_RUN = 3


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"ingest.cli.{COMMANDS[cmd_name]}").command
        return command


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hamlet-ingest", prog_name="ingest")
def ingest() -> None:
    """Receive, verify and file pseudonymised radiotherapy DICOM, and report back to the sites."""


def main() -> None:
    """Run the command line. Exit status 3: it could not run, and the last line says why."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A console of another code page (cp1252) shows what it can, and never ends the command.
            stream.reconfigure(errors="replace")
    try:
        status = ingest.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(COULD_NOT_RUN)
    except click.ClickException as error:
        error.show()
        sys.exit(COULD_NOT_RUN)
    except (ConfigurationError, TransientError) as error:
        click.echo(f"Could not run: {error}", err=True)
        sys.exit(COULD_NOT_RUN)
    sys.exit(status if isinstance(status, int) else 0)
