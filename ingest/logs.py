"""Structured logs: JSON, one event a line, ids only.

A value from the data, a member's name or a share's path has no place in a log; the keys are a closed set.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

#: The only keys that an event may carry besides its name, level and time.
ALLOWED_KEYS = frozenset(
    {
        "act", "address", "attempts", "bytes", "code", "count", "delivery", "duration_ms", "error", "event",
        "held", "instances", "level", "new", "outbox", "outcome", "queue", "reason", "retry_after", "route",
        "run", "site", "state", "step", "subject", "submission", "timestamp", "token", "version", "worker",
    }
)  # fmt: skip


def keep_allowed_keys(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every key that is not on the list; an exception is reduced to its class."""
    if event.pop("exc_info", None):
        raised = sys.exc_info()[0]
        event["error"] = raised.__name__ if raised else "unknown"
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}


def configure_logs(level: str = "INFO") -> None:
    """Send every log, the libraries' too, to standard error as JSON."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed_keys,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Libraries quote URLs and values in their messages: only the fact that they spoke is passed on.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LibraryFormatter())
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)


class LibraryFormatter(logging.Formatter):
    """A library's log record without its text: the logger's name, the level, the exception's class."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one JSON line."""
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        tail = f', "error": "{error}"' if error else ""
        name = "".join(letter for letter in record.name if letter.isalnum() or letter in "._-")
        return f'{{"event": "library", "address": "{name}", "level": "{record.levelname.lower()}"{tail}}}'
