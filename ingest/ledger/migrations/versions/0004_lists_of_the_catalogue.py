"""The catalogue is listed by subject and series, and by site, from an index."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two indexes."""
    op.create_index("ix_instances_subject_series", "instances", ["subject_id", "series_uid", "id"])
    op.create_index("ix_instances_site_state", "instances", ["site", "state"])
