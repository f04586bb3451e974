"""Faults of the world that last: the operations contact is told once a day, and of what is given up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ingest.ledger.outbox import Channel, Message, Undelivered
from ingest.ledger.transaction import Transaction
from ingest.ledger.vitals import Failing
from ingest.steps.parts import Parts

#: Faults that pass sooner are nobody's business.
TELL_AFTER = timedelta(hours=1)
#: Reasons that one message lists.
_MOST = 20


def tell_of_faults(parts: Parts) -> None:
    """Put down the day's message, unless it was put down already or nothing has failed for so long."""
    now = parts.clock.now()
    with parts.ledger.read() as tx:
        lasting = [item for item in tx.vitals.failing() if now - item.since >= TELL_AFTER]
        unsent = [item for item in tx.outbox.failing() if now - item.since >= TELL_AFTER]
    waiting = [*_count(lasting, "submission"), *_count(unsent, "message")]
    if not waiting:
        return
    payload = {
        "event": "faults",
        "headline": f"{' and '.join(waiting)} waiting for something that does not answer",
        "text": _text([*map(_of_step, lasting), *map(_of_message, unsent)]),
    }
    with parts.ledger.write() as tx:
        tx.outbox.put(Message(f"faults:{now.date().isoformat()}", Channel.OPERATIONS, payload))


def tell_of_giving_up(tx: Transaction, message: Message, reason: str) -> None:
    """Put down that a message was given up; of a message to the team itself nobody is told in its place."""
    if message.channel is Channel.OPERATIONS:
        return
    about = f" of {message.submission_id}" if message.submission_id else ""
    payload = {
        "event": "given-up",
        "headline": f"A message{about} could not be delivered by {message.channel.value}",
        "text": f"It was tried for a week: {reason}.\n\nThe report is kept. See docs/runbook.md, "
        "'A report was not delivered'; when the cause is removed, `ingest reprocess resume --all` sends it.",
    }
    key = f"given-up:{message.id}:{tx.now.date().isoformat()}"
    tx.outbox.put(Message(key, Channel.OPERATIONS, payload, message.submission_id))


def _count(items: Sequence[Failing | Undelivered], noun: str) -> list[str]:
    many = sum(item.count for item in items)
    return [f"{many} {noun}{'' if many == 1 else 's'}"] if many else []


def _of_step(item: Failing) -> str:
    return f"{item.count} for the step {item.step.value}, since {_since(item)}: {item.reason}"


def _of_message(item: Undelivered) -> str:
    return f"{item.count} to be delivered by {item.channel.value}, since {_since(item)}: {item.reason}"


def _since(item: Failing | Undelivered) -> str:
    return f"{item.since:%Y-%m-%d %H:%M} UTC"


def _text(reasons: list[str]) -> str:
    lines = reasons[:_MOST]
    if len(reasons) > _MOST:
        lines.append(f"and for {len(reasons) - _MOST} more reasons")
    return (
        "\n".join(lines)
        + "\n\nNothing is lost, and nobody need do anything if this passes: each is tried again by itself, "
        "for a week. See docs/runbook.md, 'A submission does not move'; when the cause is removed, "
        "`ingest reprocess resume --all` tries again at once."
    )
