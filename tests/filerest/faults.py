"""Faults on order: the next requests that match fail as the real service fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from tests.filerest.request import Request


@dataclass
class Fault:
    """What goes wrong.

    operation: `GET`, `PUT range`, `GET directory list`, …; as Request.operation has it; empty: any.
    path:      what the path ends with.
    skip:      how many matching requests go well first. times: how many fail then.
    status, code, headers: the answer. status 0: the connection is dropped before an answer.
    after:     drop the connection after this many bytes of the answer's body.
    then:      called before the request is answered, which then goes well (if status is None).
    """

    operation: str = ""
    path: str = ""
    skip: int = 0
    times: int = 1
    status: int | None = None
    code: str = ""
    headers: dict[str, str] | None = None
    after: int | None = None
    then: Callable[[], None] | None = None

    def matches(self, request: Request) -> bool:
        return self.operation in ("", request.operation) and request.path.endswith(self.path)


class Faults:
    """The faults that were ordered and have not all happened."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []
        self._lock = threading.Lock()

    def order(self, fault: Fault) -> None:
        with self._lock:
            self._ordered.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._ordered.clear()

    def take(self, request: Request) -> Fault | None:
        """Return the fault that this request meets, if any."""
        with self._lock:
            for fault in self._ordered:
                if not fault.matches(request):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times == 0:
                    self._ordered.remove(fault)
                return fault
            return None
