"""Subjects say when every byte of theirs was last read again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ingest.ledger.tables.base import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was never verified counts from when it was first seen."""
    op.add_column("subjects", sa.Column("verified", Instant))
