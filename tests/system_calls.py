"""The system calls by which Python changes a disk: watched, counted, killed or failed at each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

CHANGING = ("open", "write", "fsync", "fchmod", "link", "mkdir", "rename", "unlink", "rmdir", "close")
KILLED = 137

Call = Callable[..., Any]
Watcher = Callable[[str, Call, tuple[Any, ...], dict[str, Any]], Any]


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Hand each changing call of `os` to `watcher(name, original, args, options)`."""
    originals = {name: getattr(os, name) for name in CHANGING}

    def stand_in(name: str) -> Call:
        def call(*args: Any, **options: Any) -> Any:
            return watcher(name, originals[name], args, options)

        return call

    for name in CHANGING:
        setattr(os, name, stand_in(name))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(os, name, original)


def count_calls(act: Callable[[], object]) -> int:
    """Return how many changing calls `act` makes."""
    calls = 0

    def count(_name: str, original: Call, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        nonlocal calls
        calls += 1
        return original(*args, **options)

    with watched(count):
        act()
    return calls


def run_and_die(act: Callable[[], object], at: int) -> bool:
    """Run `act` in a child that dies right after its changing call number `at`. True: it died.

    Of a write, half is written. To die before a call is to die after the one before it.
    """
    child = os.fork()
    if child == 0:
        calls = 0

        def die(name: str, original: Call, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
            nonlocal calls
            calls += 1
            if calls == at:
                try:
                    if name == "write":
                        original(args[0], args[1][: len(args[1]) // 2])
                    else:
                        original(*args, **options)
                finally:
                    os._exit(KILLED)
            return original(*args, **options)

        try:
            with watched(die):
                act()
            os._exit(0)
        except BaseException:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, KILLED), f"the child ended with {status}"
    return status == KILLED


def run_with_fault(act: Callable[[], object], at: int, error: int) -> object:
    """Run `act`; its changing call number `at` fails with the error number."""
    calls = 0

    def fail(name: str, original: Call, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        nonlocal calls
        calls += 1
        if calls == at and name != "close":
            raise OSError(error, "injected", "/a/path/that/must/not/be/told")
        return original(*args, **options)

    with watched(fail):
        return act()
