"""Faults of the world that last: the operations contact is told once a day, whatever they befall."""

from __future__ import annotations

from datetime import timedelta

from ingest.ledger.outbox import Channel, Message
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
    if not lasting:
        return
    count = sum(item.count for item in lasting)
    payload = {
        "event": "faults",
        "headline": f"{count} submissions wait for something that does not answer",
        "text": _text(lasting),
    }
    with parts.ledger.write() as tx:
        tx.outbox.put(Message(f"faults:{now.date().isoformat()}", Channel.OPERATIONS, payload))


def _text(lasting: list[Failing]) -> str:
    lines = [
        f"{item.count} for the step {item.step.value}, since {item.since:%Y-%m-%d %H:%M} UTC: {item.reason}"
        for item in lasting[:_MOST]
    ]
    if len(lasting) > _MOST:
        lines.append(f"and for {len(lasting) - _MOST} more reasons")
    return (
        "\n".join(lines)
        + "\n\nNothing is lost, and nobody need do anything if this passes: each is tried again by itself, "
        "for a week. See docs/runbook.md, 'A submission does not move'; when the cause is removed, "
        "`ingest reprocess resume --all` tries again at once."
    )
