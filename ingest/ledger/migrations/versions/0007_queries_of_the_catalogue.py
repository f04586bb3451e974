"""Series come grouped out of an index; what is of a modality, or arrived in a time, is found by one."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SERIES = ["subject_id", "series_uid", "modality", "kind", "study_uid", "site"]


def upgrade() -> None:
    """Add the three indexes."""
    op.create_index("ix_instances_series", "instances", [*_SERIES, "state", "size", "arrived", "is_disputed"])
    op.create_index(
        "ix_instances_modality", "instances", ["modality", "state", "subject_id", "series_uid", "id"]
    )
    op.create_index("ix_instances_arrived", "instances", ["arrived"])
