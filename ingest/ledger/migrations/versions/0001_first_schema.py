"""The first schema: every table of the ledger, and the audit chain's empty head."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from ingest.ledger.tables.base import Instant, RowId

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_arrivals()
    _make_contents()
    _make_people()
    _make_service()
    head = sa.table("audit_head", sa.column("id"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])


def _make_arrivals() -> None:
    op.create_table(
        "shares",
        sa.Column("id", RowId, primary_key=True),
        _text("route"),
        _text("site"),
        _text("address"),
        _instant("listed"),
        _text("other_entries"),
        sa.UniqueConstraint("route", "site", "address", name="uq_shares_route_site_address"),
    )
    op.create_table(
        "submissions",
        sa.Column("seq", RowId, primary_key=True),
        sa.Column("share_id", RowId, sa.ForeignKey("shares.id"), nullable=False),
        _text("identity"),
        _text("source_key"),
        _text("file_id"),
        _text("etag"),
        _instant("last_modified", nullable=False),
        _number("size"),
        _text("content_md5"),
        _text("declared_sha256"),
        _text("notice_id"),
        _text("sha256"),
        _text("display_name"),
        _text("state"),
        _text("parked_from"),
        _text("act_kind"),
        _text("act_name"),
        _text("act_by"),
        _text("act_reason"),
        _text("outcome"),
        _flag("is_overdue"),
        _instant("created", nullable=False),
        _instant("changed", nullable=False),
        _instant("woken"),
        _instant("retry_at"),
        _number("attempts"),
        *_lease(),
        sa.UniqueConstraint(
            "share_id", "identity", "size", "etag", "last_modified", name="uq_submissions_entry"
        ),
    )
    op.create_index("ix_submissions_outcome", "submissions", ["outcome"])
    op.create_index("ix_submissions_sha256", "submissions", ["sha256"])
    op.create_index("ix_submissions_state_changed", "submissions", ["state", "changed"])
    op.create_table(
        "attempts",
        sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), primary_key=True),
        sa.Column("token", sa.BigInteger, primary_key=True),
        _text("step"),
        _text("worker"),
        _instant("started", nullable=False),
        _instant("ended"),
        _text("result"),
        _text("reason"),
    )
    op.create_index("ix_attempts_ended", "attempts", ["ended"])
    op.create_table(
        "sightings",
        sa.Column("share_id", RowId, sa.ForeignKey("shares.id"), primary_key=True),
        sa.Column("name_key", sa.Text, primary_key=True),
        _number("size"),
        _text("file_id"),
        _text("etag"),
        _instant("last_modified", nullable=False),
        _instant("first_seen", nullable=False),
        _instant("last_seen", nullable=False),
        _number("polls_unchanged"),
        sa.Column("submission", RowId, sa.ForeignKey("submissions.seq")),
    )
    op.create_index("ix_sightings_submission", "sightings", ["submission"])


def _make_contents() -> None:
    op.create_table(
        "subjects",
        sa.Column("subject_id", sa.Text, primary_key=True),
        _text("site"),
        sa.Column("head_version", sa.Integer, nullable=False, server_default="0"),
        _text("completeness"),
        _text("missing"),
        _flag("is_withdrawn"),
        _instant("first_seen", nullable=False),
        _instant("changed", nullable=False),
        *_lease(),
    )
    op.create_index("ix_subjects_site", "subjects", ["site"])
    op.create_table(
        "filings",
        sa.Column("id", RowId, primary_key=True),
        sa.Column("subject_id", sa.Text, sa.ForeignKey("subjects.subject_id"), nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), nullable=False),
        _text("act_name"),
        _number("instances"),
        _number("bytes"),
        _text("receipt_sha256"),
        _instant("filed", nullable=False),
        sa.UniqueConstraint("subject_id", "version", name="uq_filings_subject_id_version"),
        sa.UniqueConstraint(
            "submission", "subject_id", "act_name", name="uq_filings_submission_subject_id_act_name"
        ),
    )
    op.create_table(
        "inspections",
        sa.Column("id", RowId, primary_key=True),
        sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), nullable=False),
        _text("act_name"),
        _text("trial_sha256"),
        _instant("begun", nullable=False),
        _instant("completed"),
        _text("result"),
        sa.UniqueConstraint("submission", "act_name", name="uq_inspections_submission_act_name"),
    )
    op.create_table(
        "verdicts",
        sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), primary_key=True),
        sa.Column("act_name", sa.Text, primary_key=True),
        _text("outcome"),
        _text("trial_name"),
        _text("trial_sha256"),
        _text("software"),
        _text("table_edition"),
        _instant("decided", nullable=False),
        _text("verdict"),
    )
    op.create_index("ix_verdicts_decided", "verdicts", ["decided"])
    op.create_table(
        "instances",
        sa.Column("id", RowId, primary_key=True),
        sa.Column("inspection_id", RowId, sa.ForeignKey("inspections.id"), nullable=False),
        sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), nullable=False),
        _number("ordinal"),
        _text("label"),
        _text("subject_id"),
        _text("site"),
        _text("state"),
        _flag("is_disputed"),
        _text("kind"),
        _text("modality"),
        _number("size"),
        _text("sop_instance_uid"),
        _text("sop_class_uid"),
        _text("study_uid"),
        _text("series_uid"),
        _text("frame_uid"),
        _text("sent_sha256"),
        _text("filed_sha256"),
        _text("content_sha256"),
        _text("pixel_sha256"),
        _text("path"),
        sa.Column("version", sa.Integer),
        _instant("arrived", nullable=False),
        _text("facts"),
        sa.UniqueConstraint("inspection_id", "ordinal", name="uq_instances_inspection_id_ordinal"),
    )
    op.create_index("ix_instances_content_sha256", "instances", ["content_sha256"])
    op.create_index(
        "ix_instances_frame_uid",
        "instances",
        ["frame_uid"],
        sqlite_where=sa.text("frame_uid != ''"),
        postgresql_where=sa.text("frame_uid != ''"),
    )
    op.create_index(
        "ix_instances_pixel_sha256",
        "instances",
        ["pixel_sha256"],
        sqlite_where=sa.text("pixel_sha256 != ''"),
        postgresql_where=sa.text("pixel_sha256 != ''"),
    )
    op.create_index("ix_instances_series_uid", "instances", ["series_uid"])
    op.create_index("ix_instances_sop_instance_uid", "instances", ["sop_instance_uid"])
    op.create_index("ix_instances_study_uid", "instances", ["study_uid"])
    op.create_index("ix_instances_subject_state", "instances", ["subject_id", "state"])
    op.create_index("ix_instances_submission", "instances", ["submission"])
    op.create_table(
        "subject_verdicts",
        sa.Column("submission", RowId, primary_key=True),
        sa.Column("act_name", sa.Text, primary_key=True),
        sa.Column("label", sa.Text, primary_key=True),
        _text("subject_id"),
        _text("outcome"),
        _text("completeness"),
        sa.Column("head_version", sa.Integer, nullable=False),
        _number("new"),
        _number("duplicates"),
        _number("conflicts"),
        sa.ForeignKeyConstraint(["submission", "act_name"], ["verdicts.submission", "verdicts.act_name"]),
    )
    op.create_index("ix_subject_verdicts_subject_id", "subject_verdicts", ["subject_id"])
    op.create_table(
        "verdict_codes",
        sa.Column("submission", RowId, primary_key=True),
        sa.Column("act_name", sa.Text, primary_key=True),
        sa.Column("label", sa.Text, primary_key=True),
        sa.Column("code", sa.Text, primary_key=True),
        _text("severity"),
        _number("count"),
        sa.ForeignKeyConstraint(["submission", "act_name"], ["verdicts.submission", "verdicts.act_name"]),
    )
    op.create_index("ix_verdict_codes_code", "verdict_codes", ["code"])


def _make_people() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", RowId, primary_key=True),
        _text("site"),
        _text("kind"),
        _text("place"),
        _text("value_hmac"),
        _text("clear"),
        _text("by"),
        _text("reason"),
        _instant("given", nullable=False),
        _instant("until"),
        _instant("revoked"),
        _text("revoked_by"),
        _text("revoked_reason"),
    )
    op.create_index("ix_approvals_site", "approvals", ["site"])
    op.create_table(
        "enrolment",
        sa.Column("subject_id", sa.Text, primary_key=True),
        _text("site"),
        _flag("is_withdrawn"),
        _text("record"),
        _instant("changed", nullable=False),
    )
    op.create_index("ix_enrolment_site", "enrolment", ["site"])
    op.create_table(
        "waivers",
        sa.Column("id", RowId, primary_key=True),
        _text("site"),
        _text("subject_id"),
        _text("object"),
        _text("by"),
        _text("reason"),
        _instant("given", nullable=False),
        _instant("until"),
        _instant("revoked"),
        _text("revoked_by"),
    )
    op.create_index("ix_waivers_site", "waivers", ["site"])
    op.create_table(
        "acts",
        sa.Column("name", sa.Text, primary_key=True),
        _text("kind"),
        sa.Column("submission", RowId, sa.ForeignKey("submissions.seq")),
        _text("label"),
        _text("subject_id"),
        _text("assign_to"),
        _flag("supersedes"),
        _flag("needs_second"),
        _text("by"),
        _text("second_by"),
        _text("reason"),
        _instant("recorded", nullable=False),
        _instant("confirmed"),
        _instant("carried_out"),
    )
    op.create_index("ix_acts_subject_id", "acts", ["subject_id"])
    op.create_index("ix_acts_submission", "acts", ["submission"])
    op.create_table(
        "held_items",
        sa.Column("id", RowId, primary_key=True),
        sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), nullable=False),
        _text("label"),
        _text("subject_id"),
        _text("site"),
        _text("codes"),
        _number("instances"),
        _text("owner"),
        _instant("opened", nullable=False),
        _instant("deadline"),
        _instant("closed"),
        _text("closed_by"),
        sa.UniqueConstraint("submission", "label", name="uq_held_items_submission_label"),
    )
    op.create_index("ix_held_items_open", "held_items", ["closed", "opened"])


def _make_service() -> None:
    op.create_table(
        "audit_events",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        _instant("at", nullable=False),
        _text("body"),
        _text("previous"),
        _text("hash"),
        _text("event"),
        _text("submission"),
        _text("subject_id"),
    )
    op.create_index("ix_audit_events_subject_id", "audit_events", ["subject_id"])
    op.create_index("ix_audit_events_submission", "audit_events", ["submission"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True),
        _number("seq"),
        _text("hash"),
    )
    op.create_table(
        "heartbeats",
        sa.Column("worker", sa.Text, primary_key=True),
        _text("queue"),
        _instant("at", nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Text, primary_key=True),
        _text("scope"),
        _text("scope_id"),
        _text("trial_sha256"),
        _flag("is_dry"),
        _text("by"),
        _text("reason"),
        _instant("begun", nullable=False),
        _instant("ended"),
    )
    op.create_table(
        "trial_files",
        sa.Column("sha256", sa.Text, primary_key=True),
        _text("name"),
        _text("text"),
        _instant("registered", nullable=False),
    )
    op.create_index("ix_trial_files_name", "trial_files", ["name"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text, primary_key=True),
        _text("channel"),
        sa.Column("submission", RowId, sa.ForeignKey("submissions.seq")),
        _text("payload"),
        _text("state"),
        _number("attempts"),
        _text("reason"),
        _instant("put", nullable=False),
        _instant("retry_at"),
        _instant("sent"),
        *_lease(),
    )
    op.create_index("ix_outbox_state_put", "outbox", ["state", "put"])
    op.create_index("ix_outbox_submission", "outbox", ["submission"])
    op.create_table(
        "reports",
        sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), primary_key=True),
        sa.Column("act_name", sa.Text, primary_key=True),
        sa.Column("format", sa.Text, primary_key=True),
        _text("sha256"),
        _number("size"),
        _instant("made", nullable=False),
    )
    op.create_table(
        "run_items",
        sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), primary_key=True),
        _text("state"),
        _number("attempts"),
        _text("reason"),
        _text("outcome_before"),
        _text("outcome_after"),
        _text("difference"),
        _instant("changed", nullable=False),
        *_lease(),
    )
    op.create_index("ix_run_items_run_id_state", "run_items", ["run_id", "state"])


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


def _instant(name: str, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, Instant, nullable=nullable)


def _lease() -> list[sa.Column[Any]]:
    return [_text("holder"), _instant("lease_until"), _number("token")]
