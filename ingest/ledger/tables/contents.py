"""What was found in packages, what was decided of it, and what is filed."""

from __future__ import annotations

import sqlalchemy as sa

from ingest.ledger.tables.base import Instant, RowId, flag, lease_columns, metadata, number, text

inspections = sa.Table(
    "inspections",
    metadata,
    sa.Column("id", RowId, primary_key=True),
    sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), nullable=False),
    text("act_name"),
    text("trial_sha256"),
    sa.Column("begun", Instant, nullable=False),
    sa.Column("completed", Instant),
    text("result"),
    sa.UniqueConstraint("submission", "act_name"),
)

#: `facts` is InstanceFacts as JSON; the other columns are what is searched for.
instances = sa.Table(
    "instances",
    metadata,
    sa.Column("id", RowId, primary_key=True),
    sa.Column("inspection_id", RowId, sa.ForeignKey("inspections.id"), nullable=False),
    sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), nullable=False),
    number("ordinal"),
    text("label"),
    text("subject_id"),
    text("site"),
    text("state"),
    flag("is_disputed"),
    text("kind"),
    text("modality"),
    number("size"),
    text("sop_instance_uid"),
    text("sop_class_uid"),
    text("study_uid"),
    text("series_uid"),
    text("frame_uid"),
    text("sent_sha256"),
    text("filed_sha256"),
    text("content_sha256"),
    text("pixel_sha256"),
    text("path"),
    sa.Column("version", sa.Integer),
    sa.Column("arrived", Instant, nullable=False),
    text("facts"),
    sa.UniqueConstraint("inspection_id", "ordinal"),
)
sa.Index("ix_instances_subject_state_kind", instances.c.subject_id, instances.c.state, instances.c.kind)
sa.Index("ix_instances_subject_series", instances.c.subject_id, instances.c.series_uid, instances.c.id)
sa.Index("ix_instances_site_state", instances.c.site, instances.c.state)
sa.Index("ix_instances_submission", instances.c.submission)
sa.Index("ix_instances_arrived", instances.c.arrived)
_of_modality = ("modality", "state", "subject_id", "series_uid", "id")
sa.Index("ix_instances_modality", *(instances.c[_name] for _name in _of_modality))
#: The list of series reads nothing but this index, in its order.
_of_series = ("subject_id", "series_uid", "modality", "kind", "study_uid", "site")
_counted = ("state", "size", "arrived", "is_disputed")
sa.Index("ix_instances_series", *(instances.c[_name] for _name in (*_of_series, *_counted)))
for _column in ("sop_instance_uid", "study_uid", "series_uid", "content_sha256"):
    sa.Index(f"ix_instances_{_column}", instances.c[_column])
for _column in ("pixel_sha256", "frame_uid"):
    sa.Index(
        f"ix_instances_{_column}",
        instances.c[_column],
        sqlite_where=instances.c[_column] != "",
        postgresql_where=instances.c[_column] != "",
    )

verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), primary_key=True),
    sa.Column("act_name", sa.Text, primary_key=True),
    text("outcome"),
    text("trial_name"),
    text("trial_sha256"),
    text("software"),
    text("table_edition"),
    sa.Column("decided", Instant, nullable=False),
    text("verdict"),
)
sa.Index("ix_verdicts_decided", verdicts.c.decided)

subject_verdicts = sa.Table(
    "subject_verdicts",
    metadata,
    sa.Column("submission", RowId, primary_key=True),
    sa.Column("act_name", sa.Text, primary_key=True),
    sa.Column("label", sa.Text, primary_key=True),
    text("subject_id"),
    text("outcome"),
    text("completeness"),
    sa.Column("head_version", sa.Integer, nullable=False),
    number("new"),
    number("duplicates"),
    number("conflicts"),
    sa.ForeignKeyConstraint(["submission", "act_name"], ["verdicts.submission", "verdicts.act_name"]),
)
sa.Index("ix_subject_verdicts_subject_id", subject_verdicts.c.subject_id)

#: One row for each code of each subject ('' = the package) of a verdict: what counts are made of.
verdict_codes = sa.Table(
    "verdict_codes",
    metadata,
    sa.Column("submission", RowId, primary_key=True),
    sa.Column("act_name", sa.Text, primary_key=True),
    sa.Column("label", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),
    text("severity"),
    number("count"),
    sa.ForeignKeyConstraint(["submission", "act_name"], ["verdicts.submission", "verdicts.act_name"]),
)
sa.Index("ix_verdict_codes_code", verdict_codes.c.code)

subjects = sa.Table(
    "subjects",
    metadata,
    sa.Column("subject_id", sa.Text, primary_key=True),
    text("site"),
    sa.Column("head_version", sa.Integer, nullable=False, server_default="0"),
    text("completeness"),
    text("missing"),
    flag("is_withdrawn"),
    sa.Column("first_seen", Instant, nullable=False),
    sa.Column("changed", Instant, nullable=False),
    sa.Column("verified", Instant),
    *lease_columns(),
)
sa.Index("ix_subjects_site", subjects.c.site)

#: `version` is null where nothing was new: nothing was filed, and that is recorded too.
filings = sa.Table(
    "filings",
    metadata,
    sa.Column("id", RowId, primary_key=True),
    sa.Column("subject_id", sa.Text, sa.ForeignKey("subjects.subject_id"), nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("submission", RowId, sa.ForeignKey("submissions.seq"), nullable=False),
    text("act_name"),
    number("instances"),
    number("bytes"),
    text("receipt_sha256"),
    sa.Column("filed", Instant, nullable=False),
    sa.UniqueConstraint("subject_id", "version"),
    sa.UniqueConstraint("submission", "subject_id", "act_name"),
)
