"""`ingest status`: the service at a glance, from the ledger that the settings name."""

from __future__ import annotations

import json

import click

from ingest.cli.options import open_from_settings
from ingest.ledger.vitals import VitalSigns
from ingest.model.wire import to_wire

#: Reasons for which steps are tried again that are listed.
_REASONS = 10


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def command(as_json: bool) -> None:
    """Show what waits, what is held, what is stuck or tried again and why, and what was filed."""
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        signs = tx.vitals.read()
    if as_json:
        click.echo(json.dumps({"schema": 1, **to_wire(signs)}, indent=2))
    else:
        _show(signs)


def _show(signs: VitalSigns) -> None:
    rows = {
        "submissions": ", ".join(f"{count} {state.value}" for state, count in signs.states.items())
        or "none yet",
        "outcomes": ", ".join(f"{count} {outcome.value}" for outcome, count in signs.outcomes.items())
        or "none yet",
        "subjects": ", ".join(f"{count} {state or 'undecided'}" for state, count in signs.subjects.items())
        or "none",
        "held": f"{signs.held_open} to look at (ingest held list)",
        "stuck": ", ".join(signs.stuck) or "none",
        "filed": f"{signs.versions_filed} versions, {signs.bytes_filed / 2**20:,.1f} MiB",
        "messages": ", ".join(f"{count} {state.value}" for state, count in signs.messages.items())
        or "all sent",
        "last step": f"{signs.last_activity:%Y-%m-%d %H:%M:%S}" if signs.last_activity else "never",
    }
    for name, text in rows.items():
        click.echo(f"{name:12} {text}")
    for item in signs.failing[:_REASONS]:
        click.echo(
            f"{'tried again':12} {item.count} for {item.step.value}, since {item.since:%Y-%m-%d %H:%M}: "
            f"{item.reason}"
        )
    if len(signs.failing) > _REASONS:
        click.echo(f"{'':12} and for {len(signs.failing) - _REASONS} more reasons")
