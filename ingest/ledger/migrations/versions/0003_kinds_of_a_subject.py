"""Which kinds of objects a subject has is read from an index alone."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen the index on subject and state by the kind."""
    op.create_index("ix_instances_subject_state_kind", "instances", ["subject_id", "state", "kind"])
    op.drop_index("ix_instances_subject_state", "instances")
