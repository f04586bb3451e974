"""What is seen on shares, and the submissions that came of it. Names of entries: keyed hashes only."""

from __future__ import annotations

import sqlalchemy as sa

from ingest.ledger.tables.base import Instant, RowId, flag, lease_columns, metadata, number, text

shares = sa.Table(
    "shares",
    metadata,
    sa.Column("id", RowId, primary_key=True),
    text("route"),
    text("site"),
    text("address"),
    sa.Column("listed", Instant),
    text("other_entries"),
    sa.UniqueConstraint("route", "site", "address"),
)

sightings = sa.Table(
    "sightings",
    metadata,
    sa.Column("share_id", RowId, sa.ForeignKey("shares.id"), primary_key=True),
    sa.Column("name_key", sa.Text, primary_key=True),
    number("size"),
    text("file_id"),
    text("etag"),
    sa.Column("last_modified", Instant, nullable=False),
    sa.Column("first_seen", Instant, nullable=False),
    sa.Column("last_seen", Instant, nullable=False),
    number("polls_unchanged"),
    sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), index=True),
)

#: `identity` is the file id, or the keyed hash of the path where a share gives none.
submissions = sa.Table(
    "submissions",
    metadata,
    sa.Column("seq", RowId, primary_key=True),
    sa.Column("share_id", RowId, sa.ForeignKey("shares.id"), nullable=False),
    text("identity"),
    text("source_key"),
    text("file_id"),
    text("etag"),
    sa.Column("last_modified", Instant, nullable=False),
    number("size"),
    text("content_md5"),
    text("declared_sha256"),
    text("notice_id"),
    text("sha256"),
    text("display_name"),
    text("state"),
    text("parked_from"),
    text("act_kind"),
    text("act_name"),
    text("act_by"),
    text("act_reason"),
    text("outcome"),
    flag("is_overdue"),
    sa.Column("created", Instant, nullable=False),
    sa.Column("changed", Instant, nullable=False),
    sa.Column("woken", Instant),
    sa.Column("retry_at", Instant),
    number("attempts"),
    number("faults"),
    sa.Column("faulty_since", Instant),
    text("fault"),
    *lease_columns(),
    sa.UniqueConstraint("share_id", "identity", "size", "etag", "last_modified", name="uq_submissions_entry"),
)
sa.Index("ix_submissions_sha256", submissions.c.sha256)
sa.Index("ix_submissions_state_changed", submissions.c.state, submissions.c.changed)
sa.Index("ix_submissions_outcome", submissions.c.outcome)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), primary_key=True),
    sa.Column("token", sa.BigInteger, primary_key=True),
    text("step"),
    text("worker"),
    sa.Column("started", Instant, nullable=False),
    sa.Column("ended", Instant),
    text("result"),
    text("reason"),
)
sa.Index("ix_attempts_ended", attempts.c.ended)
