"""What Azure Files answers instead of doing as asked: outcomes, and errors without a name or a URL."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import TypeVar

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceModifiedError,
    ServiceRequestError,
    ServiceResponseError,
)

from ingest.model.errors import TransientError
from ingest.routes.ports import Changed, Gone, NotYet, NotYetReason, RefusedError, ThrottledError

Result = TypeVar("Result")

_NOT_YET = {
    "SharingViolation": NotYetReason.OPEN,
    "FileLockConflict": NotYetReason.OPEN,
    "CannotDeleteFileOrDirectory": NotYetReason.OPEN,
    "LeaseAlreadyPresent": NotYetReason.LEASED,
    "LeaseIdMissing": NotYetReason.LEASED,
    "LeaseIdMismatchWithFileOperation": NotYetReason.LEASED,
    "LeaseIdMismatchWithLeaseOperation": NotYetReason.LEASED,
    "ClientCacheFlushDelay": NotYetReason.CACHED,
    "DeletePending": NotYetReason.DELETING,
    "SMBDeletePending": NotYetReason.DELETING,
}
_GONE = frozenset({"ResourceNotFound", "ParentNotFound"})
_CODE = re.compile(r"[A-Za-z0-9]{1,80}", re.ASCII)

#: Waits between the attempts of one request, in seconds, and the longest that a worker waits when it is told
#: to.
WAITS = (0.5, 2.0)
LONGEST_WAIT = 10.0
_THROTTLED_FOR = 30.0


def silence_clients() -> None:
    """Keep the clients' own logs, which show URLs and with them names, out of every log."""
    for name in ("azure", "urllib3", "msal"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def attempt(
    request: Callable[[], Result], doing: str, sleep: Callable[[float], None]
) -> Result | NotYet | Gone | Changed:
    """Make a request that may be made twice, and again after a wait where the fault may pass.

    What happens to a file that others write to comes back as a value. Raises TransientError.
    """
    waits = list(WAITS)
    while True:
        try:
            return request()
        except AzureError as error:
            outcome = outcome_of(error, doing)
            may_pass = _may_pass(error)
        if not isinstance(outcome, TransientError):
            return outcome
        wait = waits.pop(0) if waits and may_pass else None
        if isinstance(outcome, ThrottledError) and wait is not None:
            wait = outcome.retry_after if outcome.retry_after <= LONGEST_WAIT else None
        if wait is None:
            raise outcome
        sleep(wait)


def _may_pass(error: AzureError) -> bool:
    """Whether the same request may go well a moment later."""
    if isinstance(error, ClientAuthenticationError):
        return False
    status = error.status_code if isinstance(error, HttpResponseError) else None
    return status is None or status >= 500 or status in (408, 429) or status < 400


def outcome_of(error: AzureError, doing: str) -> NotYet | Gone | Changed | TransientError:
    """Say what an exception of the client means. `doing`: `list the share`, …, for the operator."""
    if isinstance(error, ResourceModifiedError):
        return Changed()
    if isinstance(error, (ServiceRequestError, ServiceResponseError)):
        return TransientError(f"could not {doing}: its storage account cannot be reached")
    if not isinstance(error, HttpResponseError) or error.status_code is None:
        if isinstance(error, ClientAuthenticationError):
            return RefusedError(f"could not {doing}: signing in failed")
        return TransientError(f"could not {doing}: the connection broke")
    code = error_code(error)
    if code in _NOT_YET:
        return NotYet(_NOT_YET[code])
    if error.status_code == 416:  # Shorter than it was when its size was asked for.
        return Changed()
    if code in _GONE or (error.status_code == 404 and not code):
        return Gone()
    words = f"could not {doing}: HTTP {error.status_code} {code}".rstrip()
    if error.status_code in (429, 503):
        return ThrottledError(words, _retry_after(error))
    if error.status_code in (401, 403):
        return RefusedError(words)
    return TransientError(words)


def error_code(error: HttpResponseError) -> str:
    """Return the service's code; empty where there is none that looks like one."""
    code = _header(error, "x-ms-error-code")
    return code if _CODE.fullmatch(code) else ""


def _retry_after(error: HttpResponseError) -> float:
    """Return what the service asked for. Its other form, a date, it does not use."""
    text = _header(error, "Retry-After")
    return float(text) if text.isascii() and text.isdigit() else _THROTTLED_FOR


def _header(error: HttpResponseError, name: str) -> str:
    headers = getattr(error.response, "headers", {})
    return str(headers.get(name, ""))
