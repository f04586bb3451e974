"""`ingest held …`: what a person must look at, and what they decide of it."""

from __future__ import annotations

from datetime import datetime

import click

from ingest.cli.held_output import act_in_words, item_in_full, list_in_lines, values_in_lines
from ingest.cli.options import act_errors, by_and_reason, last_moment, open_from_settings, require_terminal
from ingest.ledger.acts import RecordedAct
from ingest.service import Service
from ingest.steps import settle_held
from ingest.steps.act import confirm
from ingest.steps.drive import drain
from ingest.steps.look import look_at_values


@click.group("held")
def command() -> None:
    """Held work: whose it is, why, what to do next, and by when."""


@command.command("list")
@click.option("--site", metavar="CODE", help="Of one site.")
@click.option("--owner", metavar="NAME", help="Of one person.")
def list_items(site: str | None, owner: str | None) -> None:
    """List what is held, oldest first, and the acts that wait: for a second person, or to be done.

    \b
    ingest held list
    ingest held list --site 123 --owner "P. Hysicist"
    """
    with open_from_settings() as service:
        works = settle_held.list_held(service.parts, site, owner)
        with service.parts.ledger.read() as tx:
            waiting, undone = tx.acts.waiting_for_second(), tx.acts.to_carry_out()
        for line in list_in_lines(works, waiting, undone, service.parts.clock.now()):
            click.echo(line)


@command.command("show")
@click.argument("item", type=int)
@click.option("--show-values", is_flag=True, help="Show the values themselves: on a terminal only, audited.")
@click.option("--by", default="", metavar="NAME", help="Who looks; needed with --show-values.")
@click.option("--reason", default="", help="Why; needed with --show-values.")
def show(item: int, show_values: bool, by: str, reason: str) -> None:
    """Show what was found, where and how often.

    \b
    ingest held show 7
    ingest held show 7 --show-values --by "P. Hysicist" --reason "is it a name?"
    """
    require_terminal(show_values)
    with open_from_settings() as service, act_errors():
        work = settle_held.get_held(service.parts, item)
        for line in item_in_full(work, service.parts.clock.now()):
            click.echo(line)
        if show_values:
            found = look_at_values(service.parts, work.item.submission_id, by=by, reason=reason)
            for line in values_in_lines(found):
                click.echo(line)


@command.command("assign")
@click.argument("item", type=int)
@click.argument("owner")
@click.option("--deadline", type=click.DateTime(["%Y-%m-%d"]), help="By when.")
@by_and_reason
def assign(item: int, owner: str, deadline: datetime | None, by: str, reason: str) -> None:
    """Give an item to a person.

    \b
    ingest held assign 7 "P. Hysicist" --deadline 2026-12-04 --by "A. Manager" --reason "a scanner's elements"
    """
    with open_from_settings() as service, act_errors():
        until = last_moment(service, deadline, "--deadline")
        settle_held.assign_held(service.parts, item, owner, by=by, reason=reason, deadline=until)
    by_when = f", by {deadline:%Y-%m-%d}" if deadline else ""
    click.echo(f"Item {item} is {owner}'s{by_when}.")


@command.command("release")
@click.argument("item", type=int)
@click.option("--as", "assign_to", default="", metavar="ID", help="File it under this study ID.")
@click.option("--supersede", is_flag=True, help="It takes the place of what is filed under the same UIDs.")
@by_and_reason
def release(item: int, assign_to: str, supersede: bool, by: str, reason: str) -> None:
    """Let it pass: what holds it now is set aside, all else is decided anew.

    Who the patient is, and what identifies one, takes two people.

    \b
    ingest held release 7 --by "P. Hysicist" --reason "the scanner writes it so"
    ingest held release 7 --as 123-1001 --by "A. Manager" --reason "the site confirmed it by telephone"
    ingest held release 7 --supersede --by "P. Hysicist" --reason "the plan was corrected"
    """
    with open_from_settings() as service, act_errors():
        done = settle_held.release(
            service.parts, item, by=by, reason=reason, assign_to=assign_to, supersedes=supersede
        )
        _finish(service, done)


@command.command("reject")
@click.argument("item", type=int)
@by_and_reason
def reject(item: int, by: str, reason: str) -> None:
    """Turn it away: the site is told, and what is filed stands.

    \b
    ingest held reject 7 --by "P. Hysicist" --reason "the first plan was right"
    """
    with open_from_settings() as service, act_errors():
        _finish(service, settle_held.reject(service.parts, item, by=by, reason=reason))


@command.command("purge")
@click.argument("item", type=int)
@by_and_reason
def purge(item: int, by: str, reason: str) -> None:
    """Delete every copy within reach, once a second person confirms it.

    What is not held, or no longer: ingest purge SUBMISSION.

    \b
    ingest held purge 7 --by "A. Manager" --reason "a name in the plan"
    """
    with open_from_settings() as service, act_errors():
        _finish(service, settle_held.purge_held(service.parts, item, by=by, reason=reason))


@command.command("confirm")
@click.argument("act")
@by_and_reason
def confirm_act(act: str, by: str, reason: str) -> None:
    """Confirm an act as its second person; it is carried out at once.

    What it would do, who asked for it and why: ingest held list. --reason: why the second person agrees.

    \b
    ingest held confirm purge:S000123:1 --by "I. G. Lead" --reason "I saw the name in the plan"
    """
    with open_from_settings() as service, act_errors():
        _finish(service, confirm(service.parts, act, by, reason))


def _finish(service: Service, recorded: RecordedAct) -> None:
    """Take what the act opened again to its end, and say what became of it."""
    drain(service.parts, service.woken)
    for line in act_in_words(service.parts, recorded):
        click.echo(line)
