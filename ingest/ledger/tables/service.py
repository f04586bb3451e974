"""What the service itself needs: outbox, audit chain, runs, trial files, reports, signs of life."""

from __future__ import annotations

import sqlalchemy as sa

from ingest.ledger.tables.base import Instant, RowId, flag, lease_columns, metadata, number, text

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    text("channel"),
    sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), index=True),
    text("payload"),
    text("state"),
    number("attempts"),
    text("reason"),
    sa.Column("put", Instant, nullable=False),
    sa.Column("retry_at", Instant),
    sa.Column("sent", Instant),
    *lease_columns(),
)
sa.Index("ix_outbox_state_put", outbox.c.state, outbox.c.put)

audit_events = sa.Table(
    "audit_events",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    text("body"),
    text("previous"),
    text("hash"),
    text("event"),
    text("submission"),
    text("subject_id"),
)
sa.Index("ix_audit_events_submission", audit_events.c.submission)
sa.Index("ix_audit_events_subject_id", audit_events.c.subject_id)

#: One row: the end of the chain. Who appends holds it until the commit.
audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    number("seq"),
    text("hash"),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    text("scope"),
    text("scope_id"),
    text("trial_sha256"),
    flag("is_dry"),
    text("by"),
    text("reason"),
    sa.Column("begun", Instant, nullable=False),
    sa.Column("ended", Instant),
)

run_items = sa.Table(
    "run_items",
    metadata,
    sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), primary_key=True),
    text("state"),
    number("attempts"),
    text("reason"),
    text("outcome_before"),
    text("outcome_after"),
    text("difference"),
    sa.Column("changed", Instant, nullable=False),
    *lease_columns(),
)
sa.Index("ix_run_items_run_id_state", run_items.c.run_id, run_items.c.state)

trial_files = sa.Table(
    "trial_files",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    text("name"),
    text("text"),
    sa.Column("registered", Instant, nullable=False),
)
sa.Index("ix_trial_files_name", trial_files.c.name)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), primary_key=True),
    sa.Column("act_name", sa.Text, primary_key=True),
    sa.Column("format", sa.Text, primary_key=True),
    text("sha256"),
    number("size"),
    sa.Column("made", Instant, nullable=False),
)

heartbeats = sa.Table(
    "heartbeats",
    metadata,
    sa.Column("worker", sa.Text, primary_key=True),
    text("queue"),
    sa.Column("at", Instant, nullable=False),
)
