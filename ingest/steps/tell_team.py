"""What a poll tells the study team, once: what lies beside the zips, and messages that are no notices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ingest.ledger.outbox import Channel, Message
from ingest.ledger.transaction import Transaction
from ingest.model.route import ShareAddress
from ingest.reports.plain_text import counted


def tell_of_others(tx: Transaction, share: ShareAddress, others: Mapping[str, int]) -> None:
    """Tell that more lies on a share than zips, once it is the same at two polls: a copy may be under way.

    others: kind → count, as listed now; the ledger still has what was listed before.
    """
    if not others or tx.sightings.others_of(share) != others:
        return
    words = " and ".join(counted(count, kind.removesuffix("s")) for kind, count in sorted(others.items()))
    headline = f"{words} on the {share.route.value} share of site {share.site}"
    text = (
        "Only zips at the top of the share are read. Loose folders and other files are left where they are: "
        "ask the site to zip them and to drop the zip."
    )
    _tell(tx, f"others:{share.route.value}:{share.site}:{words}", "others", headline, text)


def tell_of_put_aside(tx: Transaction, share: ShareAddress, reasons: Iterable[str]) -> None:
    """Tell why messages of an uploader were put aside: each reason once a day, however many they are."""
    for reason in dict.fromkeys(reasons):
        headline = f"A message of the uploader of site {share.site} was put aside"
        text = (
            f"Why: {reason}.\n\nIt lies in the poison queue of the site. If it spoke of a zip that is on the "
            "share, the zip is found by polling. See docs/htp-contract.md."
        )
        day = tx.now.date().isoformat()
        _tell(tx, f"put-aside:{share.route.value}:{share.site}:{day}:{reason}", "put-aside", headline, text)


def _tell(tx: Transaction, message_id: str, event: str, headline: str, text: str) -> None:
    payload = {"event": event, "headline": headline, "text": text}
    tx.outbox.put(Message(message_id, Channel.OPERATIONS, payload))
