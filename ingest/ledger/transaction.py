"""One transaction on the ledger, with every area of it."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

import sqlalchemy as sa

from ingest.ledger.acts import Acts
from ingest.ledger.approvals import Approvals
from ingest.ledger.audit import Audit
from ingest.ledger.catalogue import Catalogue
from ingest.ledger.collisions import Collisions
from ingest.ledger.enrolment import Enrolment
from ingest.ledger.filings import Filings
from ingest.ledger.held import Held
from ingest.ledger.inspections import Inspections
from ingest.ledger.outbox import Outbox
from ingest.ledger.quality import Quality
from ingest.ledger.rebuilding import Rebuilding
from ingest.ledger.reports import Reports
from ingest.ledger.runs import Runs
from ingest.ledger.sightings import Sightings
from ingest.ledger.subjects import Subjects
from ingest.ledger.submissions import Submissions
from ingest.ledger.trials import Trials
from ingest.ledger.verdicts import Verdicts
from ingest.ledger.vitals import Vitals
from ingest.ledger.waivers import Waivers


class Transaction:
    """What `Ledger.read`, `write`, `work` and `finish` give. All done through it is one transaction."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now

    @cached_property
    def sightings(self) -> Sightings:
        """What the listings of shares showed."""
        return Sightings(self.connection, self.now)

    @cached_property
    def submissions(self) -> Submissions:
        """The submissions: made, found, moved."""
        return Submissions(self.connection, self.now)

    @cached_property
    def inspections(self) -> Inspections:
        """Facts and findings of each inspection."""
        return Inspections(self.connection, self.now)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The instances that are filed or held, and searches over them."""
        return Catalogue(self.connection, self.now)

    @cached_property
    def collisions(self) -> Collisions:
        """The same bytes or data elsewhere."""
        return Collisions(self.connection, self.now)

    @cached_property
    def subjects(self) -> Subjects:
        """Subjects: head version, completeness, lease."""
        return Subjects(self.connection, self.now)

    @cached_property
    def filings(self) -> Filings:
        """What was filed, version by version."""
        return Filings(self.connection, self.now)

    @cached_property
    def verdicts(self) -> Verdicts:
        """What was decided."""
        return Verdicts(self.connection, self.now)

    @cached_property
    def acts(self) -> Acts:
        """What people did, with reason and second person."""
        return Acts(self.connection, self.now)

    @cached_property
    def held(self) -> Held:
        """Held work: owner, age, deadline."""
        return Held(self.connection, self.now)

    @cached_property
    def approvals(self) -> Approvals:
        """What was approved for a site."""
        return Approvals(self.connection, self.now)

    @cached_property
    def waivers(self) -> Waivers:
        """What need not be sent."""
        return Waivers(self.connection, self.now)

    @cached_property
    def enrolment(self) -> Enrolment:
        """The trial's enrolment list."""
        return Enrolment(self.connection, self.now)

    @cached_property
    def outbox(self) -> Outbox:
        """Messages to be sent, once each."""
        return Outbox(self.connection, self.now)

    @cached_property
    def audit(self) -> Audit:
        """The hash-chained events."""
        return Audit(self.connection, self.now)

    @cached_property
    def runs(self) -> Runs:
        """Reprocess runs and their differences."""
        return Runs(self.connection, self.now)

    @cached_property
    def trials(self) -> Trials:
        """Registered trial files."""
        return Trials(self.connection, self.now)

    @cached_property
    def reports(self) -> Reports:
        """Reports made, and their delivery."""
        return Reports(self.connection, self.now)

    @cached_property
    def quality(self) -> Quality:
        """What the data managers' reports are counted from."""
        return Quality(self.connection, self.now)

    @cached_property
    def rebuilding(self) -> Rebuilding:
        """Rows made from the archive alone."""
        return Rebuilding(self.connection, self.now)

    @cached_property
    def vitals(self) -> Vitals:
        """Counts and signs of life."""
        return Vitals(self.connection, self.now)
