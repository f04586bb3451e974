"""Deliver the data managers' reports: onto a site's share under reports/qa/, and by e-mail."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ingest.ledger.outbox import Channel, Message
from ingest.model.errors import ConfigurationError
from ingest.model.route import RouteKind, ShareAddress
from ingest.reports.morning import MorningReport, morning_letter
from ingest.reports.ports import Attachment, Letter
from ingest.reports.site_render import site_letter
from ingest.reports.site_report import SiteReport
from ingest.reports.trial_report import TrialReport, trial_letter
from ingest.routes.ports import REPORTS
from ingest.steps import morning, site_reports, trial_report
from ingest.steps.kept_reports import Kept, morning_place, read_bytes, read_kept, site_place, trial_place
from ingest.steps.parts import Parts
from ingest.trial.definition import Site

#: Where a site finds its newest QA report on its share.
QA_FOLDER = f"{REPORTS}/qa"


def is_kept(message: Message) -> bool:
    """Whether a message is about a report for data managers."""
    return "kept" in message.payload


def quality_page_of(parts: Parts, site: str) -> str:
    """Return where, from reports/ on its share, a site's QA report lies; empty where none was made yet."""
    is_made = site_place(parts.places, site, "").is_dir()
    return f"{QA_FOLDER.removeprefix(f'{REPORTS}/')}/{site_reports.PAGE}" if is_made else ""


def deliver_kept(parts: Parts, message: Message) -> str:
    """Deliver the report and return the receipt. Raises TransientError, ConfigurationError."""
    kind = Kept(message.payload["kept"])
    if kind is Kept.SITE and message.channel is Channel.SHARE:
        return _put_on_share(parts, message)
    letters: dict[Kept, Callable[[], Letter]] = {
        Kept.SITE: partial(_site_letter, parts, message),
        Kept.TRIAL: partial(_trial_letter, parts, message),
        Kept.MORNING: partial(_morning_letter, parts, message),
    }
    letter = letters[kind]()
    if not letter.recipients:
        raise ConfigurationError("the trial file names nobody for this e-mail")
    return parts.send_letter(letter).reference


def _put_on_share(parts: Parts, message: Message) -> str:
    site = _site(parts, message)
    folder = site_place(parts.places, site.number, message.payload["day"])
    store = parts.open_store(_share(parts, site, RouteKind(message.payload["route"])))
    for name in (site_reports.PAGE, site_reports.DATA, site_reports.CHASE):
        store.write_report(f"{QA_FOLDER}/{name}", read_bytes(folder, name))
    return f"{QA_FOLDER}/{site_reports.PAGE}"


def _share(parts: Parts, site: Site, route: RouteKind) -> ShareAddress:
    for share in parts.shares:
        if share.site == site.number and share.route is route:
            return share
    raise ConfigurationError(f"site {site.number} has no share of the route {route.value} any more")


def _site(parts: Parts, message: Message) -> Site:
    site = parts.trial.site(message.payload["site"])
    if site is None:
        raise ConfigurationError("the trial has no such site any more")
    return site


def _site_letter(parts: Parts, message: Message) -> Letter:
    site = _site(parts, message)
    folder = site_place(parts.places, site.number, message.payload["day"])
    report = read_kept(SiteReport, folder, site_reports.DATA)
    attached = (
        Attachment(site_reports.PAGE, "text/html", read_bytes(folder, site_reports.PAGE)),
        Attachment(site_reports.CHASE, "text/csv", read_bytes(folder, site_reports.CHASE)),
    )
    return site_letter(report, message.id, site_reports.site_recipients(parts, site), attached)


def _trial_letter(parts: Parts, message: Message) -> Letter:
    folder = trial_place(parts.places, message.payload["day"])
    report = read_kept(TrialReport, folder, trial_report.DATA)
    attached = (
        Attachment(trial_report.PAGE, "text/html", read_bytes(folder, trial_report.PAGE)),
        Attachment(trial_report.OVERDUE, "text/csv", read_bytes(folder, trial_report.OVERDUE)),
    )
    return trial_letter(report, message.id, _team(parts, parts.trial.team.data_management), attached)


def _morning_letter(parts: Parts, message: Message) -> Letter:
    folder = morning_place(parts.places, message.payload["day"])
    report = read_kept(MorningReport, folder, morning.DATA)
    team = parts.trial.team
    return morning_letter(report, message.id, _team(parts, team.operations, team.data_management))


def _team(parts: Parts, *wanted: str) -> tuple[str, ...]:
    """Return the addresses that are given, once each; where none is, the operations contact's."""
    given = [address for address in wanted if address] or [parts.trial.team.operations]
    return tuple(dict.fromkeys(address for address in given if address))
