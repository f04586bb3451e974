"""Lays down a trial's rows in bulk for the ledger's benchmark: finished submissions and all they have."""

from __future__ import annotations

import time
from string import Template

import sqlalchemy as sa

from ingest.ledger.engine import make_engine
from ingest.ledger.rows import dump
from ingest.model.wire import to_wire
from tests.ledger_rows import facts

#: `n` numbers zips from 0: the subject is n % subjects, its site follows; the newest are last.
_SHARES = """
INSERT INTO shares (route, site, address)
SELECT 'smb', (100 + n)::text, 'folder:/shares/smb/' || (100 + n) FROM generate_series(0, $sites - 1) n
ON CONFLICT DO NOTHING"""
_SUBJECTS = """
INSERT INTO subjects (subject_id, site, head_version, completeness, first_seen, changed)
SELECT (100 + n % $sites) || '-' || (1000 + n / $sites), (100 + n % $sites)::text, 0, 'awaiting', now(), now()
FROM generate_series(0, $subjects - 1) n ON CONFLICT DO NOTHING"""
_SUBMISSIONS = """
INSERT INTO submissions (share_id, identity, source_key, etag, last_modified, size, sha256, state, act_kind,
                         act_name, outcome, created, changed, woken)
SELECT s.id, md5('fill' || n), md5('fill' || n), 'fill', now(), 1000,
       md5('a' || n) || md5('b' || n), 'done', 'arrival', 'arrival:fill-' || n,
       CASE n % 20 WHEN 0 THEN 'held' ELSE 'accepted' END, now(), now(), now()
FROM generate_series($first, $last) n
JOIN shares s ON s.site = (100 + (n % $subjects) % $sites)::text AND s.route = 'smb'"""
_VERDICTS = """
INSERT INTO verdicts (submission, act_name, outcome, decided, verdict)
SELECT seq, act_name, outcome, now(), repeat('{"padding": "of a verdict"}', 20)
FROM submissions WHERE seq > $above"""
_SUBJECT_VERDICTS = """
INSERT INTO subject_verdicts (submission, act_name, label, subject_id, outcome, completeness, head_version)
SELECT seq, act_name, sid, sid, outcome, 'awaiting', 0 FROM (SELECT seq, act_name, outcome,
       (100 + (n % $subjects) % $sites) || '-' || (1000 + (n % $subjects) / $sites) AS sid FROM (
       SELECT *, substr(act_name, 14)::bigint AS n FROM submissions WHERE seq > $above) f) g"""
_FILINGS = """
INSERT INTO filings (subject_id, version, submission, act_name, instances, bytes, filed)
SELECT subject_id, 1 + substr(act_name, 14)::bigint / $subjects, submission, act_name, 2, 1000, now()
FROM subject_verdicts WHERE submission > $above"""
_ATTEMPTS = """
INSERT INTO attempts (submission, token, step, worker, started, ended, result)
SELECT seq, t, 'stage', 'filler', now() - interval '2 days', now() - interval '2 days', 'staged'
FROM submissions, generate_series(1, 6) t WHERE seq > $above"""
_INSPECTIONS = """
INSERT INTO inspections (submission, act_name, begun, completed, result)
SELECT seq, act_name, now(), now(), '{}' FROM submissions WHERE seq > $above"""
_INSTANCES = """
INSERT INTO instances (inspection_id, submission, ordinal, label, subject_id, site, state, kind, modality,
    size, sop_instance_uid, sop_class_uid, study_uid, series_uid, frame_uid, sent_sha256, filed_sha256,
    content_sha256, pixel_sha256, version, arrived, facts)
SELECT i.id, i.submission, k, v.label, v.subject_id, split_part(v.subject_id, '-', 1), 'filed', 'planning-ct',
    CASE k % 10 WHEN 0 THEN 'RTDOSE' ELSE 'CT' END, 1000, '1.2.' || i.id || '.' || k, '1.2.840',
    '1.3.' || md5(v.subject_id), '1.4.' || md5(v.subject_id), '1.5.' || md5(v.subject_id),
    md5('s' || i.id || k) || md5('t' || k), md5('f' || i.id || k) || md5('t' || k),
    md5('c' || i.id || k) || md5('t' || k), md5('p' || i.id || k) || md5('t' || k), 1, now(), :facts
FROM inspections i JOIN subject_verdicts v USING (submission, act_name), generate_series(1, $each) k
WHERE i.submission > $above"""
_AUDIT = """
INSERT INTO audit_events (seq, at, body, previous, hash, event, submission)
SELECT (SELECT coalesce(max(seq), 0) FROM audit_events) + row_number() OVER (), now(), '{}', '', '', 'fill',
       'S' || lpad(seq::text, 6, '0')
FROM submissions, generate_series(1, 6) WHERE seq > $above"""
_HEAD = "UPDATE audit_head SET seq = (SELECT coalesce(max(seq), 0) FROM audit_events)"
_OUTBOX = """
INSERT INTO outbox (id, channel, submission, payload, state, put, sent)
SELECT 'report:' || act_name, 'email', seq, '{}', 'sent', now(), now() FROM submissions WHERE seq > $above"""
_LAST = sa.text("SELECT coalesce(max(seq), 0) FROM submissions")
_STATEMENTS = (
    *(_SHARES, _SUBJECTS, _SUBMISSIONS, _VERDICTS, _SUBJECT_VERDICTS, _FILINGS, _ATTEMPTS),
    *(_INSPECTIONS, _INSTANCES, _AUDIT, _HEAD, _OUTBOX),
)


def fill(url: str, sites: int, subjects: int, zips: int, instances: int, part: float) -> float:
    """Fill the ledger up to `part` of the whole (`subjects` a site); return the seconds."""
    began = time.monotonic()
    whole = sites * subjects
    example = dump(to_wire(facts(1)))
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL synchronous_commit = off"))
        connection.execute(sa.text("SET LOCAL work_mem = '256MB'"))
        # The rows are right by construction: to look each reference up would take most of the time.
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        done = connection.execute(
            sa.text("SELECT count(*) FROM submissions WHERE act_name LIKE 'arrival:fill-%'")
        ).scalar_one()
        numbers = {
            "sites": sites,
            "subjects": whole,
            "first": done,
            "last": int(whole * zips * part) - 1,
            "above": connection.execute(_LAST).scalar_one(),
            "each": max(1, instances // zips),
        }
        for statement in _STATEMENTS:
            query = Template(statement).substitute(numbers)
            connection.execute(sa.text(query), {"facts": example} if ":facts" in query else {})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    engine.dispose()
    return time.monotonic() - began
