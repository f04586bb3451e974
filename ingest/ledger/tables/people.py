"""What people do: acts, held work, approvals, waivers, enrolment."""

from __future__ import annotations

import sqlalchemy as sa

from ingest.ledger.tables.base import Instant, RowId, flag, metadata, number, text

acts = sa.Table(
    "acts",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    text("kind"),
    sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), index=True),
    text("label"),
    text("subject_id"),
    text("assign_to"),
    flag("supersedes"),
    flag("needs_second"),
    text("by"),
    text("second_by"),
    text("reason"),
    text("overrules"),
    sa.Column("recorded", Instant, nullable=False),
    sa.Column("confirmed", Instant),
    sa.Column("carried_out", Instant),
)
sa.Index("ix_acts_subject_id", acts.c.subject_id)

held_items = sa.Table(
    "held_items",
    metadata,
    sa.Column("id", RowId, primary_key=True),
    sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), nullable=False),
    text("label"),
    text("subject_id"),
    text("site"),
    text("codes"),
    number("instances"),
    text("owner"),
    sa.Column("opened", Instant, nullable=False),
    sa.Column("deadline", Instant),
    sa.Column("closed", Instant),
    text("closed_by"),
    sa.UniqueConstraint("submission", "label"),
)
sa.Index("ix_held_items_open", held_items.c.closed, held_items.c.opened)

#: `value_hmac` only, never a value; `clear` for kinds whose value is no personal data.
approvals = sa.Table(
    "approvals",
    metadata,
    sa.Column("id", RowId, primary_key=True),
    text("site"),
    text("kind"),
    text("place"),
    text("value_hmac"),
    text("clear"),
    text("by"),
    text("reason"),
    sa.Column("given", Instant, nullable=False),
    sa.Column("until", Instant),
    sa.Column("revoked", Instant),
    text("revoked_by"),
    text("revoked_reason"),
)
sa.Index("ix_approvals_site", approvals.c.site)

waivers = sa.Table(
    "waivers",
    metadata,
    sa.Column("id", RowId, primary_key=True),
    text("site"),
    text("subject_id"),
    text("object"),
    text("by"),
    text("reason"),
    sa.Column("given", Instant, nullable=False),
    sa.Column("until", Instant),
    sa.Column("revoked", Instant),
    text("revoked_by"),
)
sa.Index("ix_waivers_site", waivers.c.site)

enrolment = sa.Table(
    "enrolment",
    metadata,
    sa.Column("subject_id", sa.Text, primary_key=True),
    text("site"),
    flag("is_withdrawn"),
    text("record"),
    sa.Column("changed", Instant, nullable=False),
)
sa.Index("ix_enrolment_site", enrolment.c.site)
