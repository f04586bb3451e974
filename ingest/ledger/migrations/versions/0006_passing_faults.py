"""Submissions keep how often, since when and why their step has failed: passing faults are no attempts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ingest.ledger.tables.base import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what fails now is counted from now on."""
    op.add_column("submissions", sa.Column("faults", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("submissions", sa.Column("faulty_since", Instant))
    op.add_column("submissions", sa.Column("fault", sa.Text, nullable=False, server_default=""))
