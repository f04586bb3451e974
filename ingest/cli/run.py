"""`ingest run`: poll → … → set_aside in one process, without Redis."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

import click

from ingest.cli.options import open_from_settings, trial_option
from ingest.cli.stop import Stop
from ingest.ledger.transitions import ACTIVE_STATES
from ingest.model.errors import Stopped
from ingest.service import Service
from ingest.steps.drive import drive_round
from ingest.steps.keep_time import TimeKeeper

#: Seconds between the polls of a run that waits only for entries to settle.
_SETTLING = 5.0


@click.command("run")
@trial_option
@click.option("--once", is_flag=True, help="Until what lies on the shares has settled and gone its way.")
def command(trial_file: Path | None, once: bool) -> int:
    """Receive, verify, file and report, until interrupted; a step in hand is given back then.

    What the timetable has for the night, the morning and Monday is done when it is due.
    """
    stop = Stop()
    with open_from_settings(trial_file, is_worker=True) as service, suppress(Stopped):
        stop.listen()
        if once:
            began = service.parts.clock.now()
            try:
                run_until_settled(service, stop)
            finally:
                _say_what_came(service, began)
            TimeKeeper(service.parts).do_due()
        else:
            run_until_stopped(service, stop)
    return 0


def _say_what_came(service: Service, since: datetime) -> None:
    """Print what arrived in a run, and what became of it; its log goes elsewhere."""
    with service.parts.ledger.read() as tx:
        found = [
            item for item in tx.submissions.find(limit=10_000, newest_first=False) if item.created >= since
        ]
    for item in found:
        outcome = item.outcome.value if item.outcome else item.state.value
        click.echo(f"{item.id}  site {item.share.site}  {item.share.route.value}  {outcome}")
    click.echo("More of each: ingest show ID" if found else "Nothing new arrived.")


def run_until_stopped(service: Service, stop: Stop) -> None:
    """Do a round each time the quickest route is to be polled, and what has fallen due. Raises Stopped."""
    pause = min(rule.poll_every for rule in service.parts.trial.routes.values())
    keeper = TimeKeeper(service.parts)
    while True:
        drive_round(service.parts, service.woken, around=stop.cut_short)
        keeper.do_due()
        stop.pause(pause)


def run_until_settled(service: Service, stop: Stop) -> None:
    """Do rounds until no entry waits to settle and no submission waits for a step.

    What is written to all the time never settles: the run ends after four times the longest settling time.
    Raises Stopped.
    """
    rules = [rule.settle for rule in service.parts.trial.routes.values()]
    longest = max(rule.minimum_age + rule.polls * _SETTLING for rule in rules)
    pause = min(_SETTLING, max(0.05, longest / 10))
    for _ in range(int(4 * longest / pause) + 4):
        done = drive_round(service.parts, service.woken, around=stop.cut_short)
        if not (done.waiting or done.arrived or _has_work(service)):
            return
        stop.pause(pause)


def _has_work(service: Service) -> bool:
    """Whether a submission still waits for a step."""
    with service.parts.ledger.read() as tx:
        return bool(tx.submissions.find(states=ACTIVE_STATES, limit=1))
