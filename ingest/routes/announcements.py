"""What uploaders announced, share by share: the queue's notices, kept in the queue until their files are
taken.

A notice stays in its queue until the file it speaks of is a submission. Till then the queue hands it out
again every time its visibility runs out, so nothing is lost with a worker, and a notice whose file never
comes is put aside after `MOST_DELIVERIES`. A queue that is down costs nothing but time: polling goes on
without it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from ingest.model.errors import ConfigurationError, TransientError
from ingest.model.route import ShareAddress
from ingest.routes.notices import ArrivalNotice, MessageQueue, ReceivedMessage, take_notices
from ingest.routes.settle import name_key


def queue_names(template: str, site: str) -> tuple[str, str, str]:
    """Return a site's queues: notices, what was put aside, verdicts. `template`: `htp-{site}`."""
    name = template.replace("{site}", site)
    return name, f"{name}-poison", f"{name}-verdicts"


@dataclass(frozen=True, slots=True)
class Announced:
    """What a queue handed out: notices by name key, and why messages were put aside, for an alert."""

    notices: Mapping[str, ArrivalNotice] = field(default_factory=dict)
    put_aside: tuple[str, ...] = ()


class Announcements:
    """The notices of every share's queue, by name key.

    open_queues: the queue of notices of a share and the one for what is put aside.
    on_fault:    told, with the share, why its queue could not be used.
    """

    def __init__(
        self,
        open_queues: Callable[[ShareAddress], tuple[MessageQueue, MessageQueue]],
        key: bytes,
        on_fault: Callable[[ShareAddress, str], None],
    ) -> None:
        self._open_queues = open_queues
        self._key = key
        self._on_fault = on_fault
        self._taken: dict[ShareAddress, dict[str, list[ReceivedMessage]]] = {}

    def take(self, share: ShareAddress) -> Announced:
        """Return what the queue hands out now. Never raises for a queue that is down."""
        try:
            taken = take_notices(*self._open_queues(share))
        except (TransientError, ConfigurationError) as error:
            self._on_fault(share, str(error))
            return Announced()
        to_key = partial(name_key, self._key, share)
        messages: dict[str, list[ReceivedMessage]] = defaultdict(list)
        for message, notice in taken.notices:
            messages[to_key(notice.name)].append(message)
        self._taken[share] = messages
        return Announced({to_key(notice.name): notice for _, notice in taken.notices}, taken.parked)

    def dealt_with(self, share: ShareAddress, name_keys: Iterable[str]) -> None:
        """Delete the notices of files that are submissions now (committed), new or known before."""
        messages = self._taken.pop(share, {})
        try:
            queue, _ = self._open_queues(share)
            for each in name_keys:
                for message in messages.get(each, ()):
                    queue.delete(message)
        except (TransientError, ConfigurationError) as error:
            self._on_fault(share, str(error))  # It is handed out again, and dealt with then.
