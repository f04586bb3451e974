"""A run over many submissions is asked for piece by piece: a message each for all would fill Redis."""

from __future__ import annotations

from typing import Any

from celery import Celery

#: Messages of runs that wait on a queue at most: what arrives must not wait long behind them.
#: The sweep asks for more each minute. No more than alerts.yml takes for a queue that grows.
AT_ONCE = 200


def room_on(app: Celery, queue: str) -> int:
    """Return how many messages of runs a queue takes now."""
    with app.connection_for_read() as connection:
        channel: Any = connection.default_channel
        waiting: int = channel.client.llen(queue)
    return max(0, AT_ONCE - waiting)
