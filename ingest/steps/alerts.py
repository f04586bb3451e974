"""What the study team is told when a person must act: words and ids only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Alert:
    """A message to the study team: the headline is the subject line, the text says what to do."""

    headline: str
    text: str


def alert_of(payload: Mapping[str, Any]) -> Alert:
    """Return the words of an alert that the ledger or a step put into the outbox."""
    event, submission = payload["event"], payload.get("submission", "")
    if event == "stuck":
        return Alert(
            f"{submission} is stuck",
            f"The step {payload['step']} of {submission} was given up: {payload['reason']}.\n\n"
            "Nothing is lost: the zip is kept. See docs/runbook.md, 'A submission does not move'; "
            f"when the cause is removed, `ingest reprocess resume {submission}` goes on where it stopped.",
        )
    return Alert(str(payload["headline"]), str(payload["text"]))
