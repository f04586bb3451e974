"""The ways in which a step may fail. A fault in the data is neither: it is a Finding."""

from __future__ import annotations


class TransientError(Exception):
    """A passing fault of the world (share down, disk full, database busy). Retried with back-off.

    The message is for the operator and holds no name, URL or value from the data.
    """


class CountedError(TransientError):
    """A fault that may be the world's or the submission's own: tried again, but only as often as a bug is."""


class ConfigurationError(Exception):
    """The service cannot run as configured. The message says which file, which key and what was expected."""


class HeadMoved(Exception):
    """The subject's head version is no longer the one that was judged on: decide again."""


class Stopped(BaseException):
    """The process is to end: the step gives its claim back, and no attempt is counted.

    Like KeyboardInterrupt no Exception: nothing on its way takes it for a fault of the world or the data.
    """
