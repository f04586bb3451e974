"""Acts keep the finding codes that they set aside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the acts before it set nothing aside."""
    op.add_column("acts", sa.Column("overrules", sa.Text, nullable=False, server_default=""))
