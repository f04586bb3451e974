"""A site's QA report: gathered from the ledger, made, kept, and put down to be delivered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from ingest.ledger.outbox import Channel, Message
from ingest.ledger.quality import CodeTally
from ingest.ledger.transaction import Transaction
from ingest.model.errors import ConfigurationError
from ingest.model.finding import JudgedFinding, Severity
from ingest.model.route import ShareAddress
from ingest.model.verdict import Verdict
from ingest.reports.chase import chase_csv
from ingest.reports.qa_inputs import FINDINGS_DAYS, FindingTally, HeldLine, SiteReportInput
from ingest.reports.site_render import render_site_html, render_site_json, render_site_text
from ingest.reports.site_report import SiteReport, build_site_report
from ingest.steps.kept_reports import Kept, keep, site_place
from ingest.steps.parts import Parts
from ingest.steps.quality import SiteKnowledge, columns_of, gather_site, rows_of
from ingest.trial.definition import Site

#: What a site's report is called, on its share and in the data folder.
PAGE, DATA, TEXT, CHASE = "data-quality.html", "data-quality.json", "data-quality.txt", "chase-list.csv"


def make_site_report(parts: Parts, number: str) -> SiteReport:
    """Return a site's report as of now. Raises ConfigurationError where the trial has no such site."""
    site = parts.trial.site(number)
    if site is None:
        raise ConfigurationError(f"The trial has no site {number}.")
    with parts.ledger.read() as tx:
        return build_site_report(gather_site_report(parts, tx, site))


def gather_site_report(parts: Parts, tx: Transaction, site: Site) -> SiteReportInput:
    """Return everything that a site's report says, read from the ledger."""
    made = parts.clock.now()
    knowledge = gather_site(tx, parts.trial, site.number)
    return SiteReportInput(
        site_number=site.number,
        site_name=site.name,
        made=made,
        objects=columns_of(parts.trial),
        subjects=rows_of(knowledge, parts.trial, made.date()),
        findings=_findings(tx, site.number, made - timedelta(days=FINDINGS_DAYS)),
        held=held_lines(knowledge),
        corrections=_corrections(parts, tx, site.number),
        trial_name=parts.trial.name,
        trial_title=parts.trial.title,
        program_version=parts.program_version,
        contact=parts.trial.team.data_management,
    )


def _corrections(parts: Parts, tx: Transaction, site: str) -> tuple[str, ...]:
    """Return the reassignments from or to a site's study IDs, oldest first: both sites' reports say so."""
    return tuple(
        f"{item.confirmed:%Y-%m-%d}: what was filed under {item.act.subject_id} is filed under "
        f"{item.act.assign_to} now"
        + (f" (what came as {item.act.submission_id})." if item.act.submission_id else ".")
        for item in tx.acts.reassignments()
        if site in (parts.site_of(item.act.subject_id), parts.site_of(item.act.assign_to))
    )


def held_lines(knowledge: SiteKnowledge) -> tuple[HeldLine, ...]:
    """Return what of a site's data waits for a decision."""
    return tuple(
        HeldLine(item.submission_id, item.label, item.site, item.opened, item.codes, item.owner)
        for item in knowledge.held_items
    )


def _findings(tx: Transaction, site: str, since: datetime) -> tuple[FindingTally, ...]:
    """Return the tallies of what went wrong, each in the words of its last finding."""
    tallies = tx.quality.codes(site, since)
    last: dict[str, Verdict] = {}
    for submission_id in sorted({item.last_submission for item in tallies}):
        stored = tx.verdicts.latest(submission_id)
        if stored is not None:
            last[submission_id] = stored.verdict
    found = ((item, _last_finding(item, last)) for item in tallies)
    return tuple(
        FindingTally(
            code=item.code,
            severity=judged.severity,
            message=judged.message,
            action=judged.action,
            submissions=item.submissions,
            subjects=item.subjects,
            last_seen=item.last_seen,
        )
        for item, judged in found
        if judged is not None and judged.severity is not Severity.INFO
    )


def _last_finding(item: CodeTally, last: Mapping[str, Verdict]) -> JudgedFinding | None:
    """Return a finding of the code in the newest verdict; None where a later act no longer found it."""
    verdict = last.get(item.last_submission)
    findings = _all_findings(verdict) if verdict else iter(())
    return next((judged for judged in findings if judged.finding.code == item.code), None)


def _all_findings(verdict: Verdict) -> Iterator[JudgedFinding]:
    yield from verdict.findings
    for subject in verdict.subjects:
        yield from subject.findings


def render_site(report: SiteReport) -> dict[str, bytes]:
    """Return the report's files by name."""
    return {
        PAGE: render_site_html(report).encode(),
        DATA: render_site_json(report).encode(),
        TEXT: render_site_text(report).encode(),
        CHASE: chase_csv(report).encode(),
    }


def report_site(parts: Parts, number: str) -> SiteReport:
    """Make a site's report, keep it and put its deliveries down.

    Onto the site's shares, again whenever it says something new; by e-mail once a day at most.
    """
    report = make_site_report(parts, number)
    site = parts.trial.site(number)
    assert site is not None
    day = report.made.date().isoformat()
    files = render_site(report)
    keep(site_place(parts.places, number, day), files)
    said = hashlib.sha256(render_site_text(report).encode()).hexdigest()[:16]
    kept = {"kept": Kept.SITE.value, "site": number, "day": day}
    with parts.ledger.write() as tx:
        for share in shares_of(parts, site):
            tx.outbox.put(
                Message(
                    f"site-report:{number}:{day}:{share.route.value}:{said}",
                    Channel.SHARE,
                    {**kept, "route": share.route.value},
                )
            )
        if site_recipients(parts, site):
            tx.outbox.put(Message(f"site-report:{number}:{day}:email", Channel.EMAIL, kept))
        tx.audit.append("site-reported", detail={"site": number, "day": day})
    parts.log("site-reported", site=number)
    return report


def shares_of(parts: Parts, site: Site) -> tuple[ShareAddress, ...]:
    """Return the site's shares onto which reports go back."""
    return tuple(
        share
        for share in parts.shares
        if share.site == site.number and "share" in parts.trial.routes[share.route].report
    )


def site_recipients(parts: Parts, site: Site) -> tuple[str, ...]:
    """Return who gets the report by e-mail: who asked for it; all contacts of a site without a share."""
    has_share = any("share" in parts.trial.routes[route].report for route in site.routes)
    wanted = [contact.email for contact in site.contacts if contact.gets_email or not has_share]
    return tuple(dict.fromkeys(wanted))
