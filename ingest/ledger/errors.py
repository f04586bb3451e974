"""What the ledger refuses. None of these texts holds a value of a row."""

from __future__ import annotations


class LedgerError(Exception):
    """The ledger cannot do what was asked."""


class LostClaim(LedgerError):
    """The lease ran out and another worker holds the row, or the row has moved on: stop, record nothing."""


class NotInLedger(LedgerError):
    """No such row."""


class Refused(LedgerError):
    """A rule forbids it: a transition that the table does not have, a second person who is the first."""
