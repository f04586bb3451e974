"""Deliver: send what lies in the outbox, once each in effect, by each message's own way."""

from __future__ import annotations

from ingest.ledger.outbox import Channel, Delivery, Message
from ingest.model.errors import ConfigurationError, TransientError
from ingest.model.route import ShareAddress
from ingest.reports.letters import Band, make_letter, parcel_of
from ingest.reports.ports import IndexEntry, Parcel
from ingest.reports.report import Tone
from ingest.steps.alerts import alert_of
from ingest.steps.deliver_kept import deliver_kept, is_kept, quality_page_of
from ingest.steps.faults import tell_of_giving_up
from ingest.steps.name_bug import name_bug
from ingest.steps.parts import Parts
from ingest.steps.report_files import answers, read_report

#: Seconds until the next try, by how many have failed; after the last, a week on, the message is given up.
BACK_OFF = (60.0, 300.0, 1800.0, 7200.0, *[21_600.0] * 28)
#: Reports that a share's index lists, newest first.
INDEX_LENGTH = 500


def deliver(parts: Parts, submission_id: str | None = None) -> int:
    """Send the messages that wait (of one submission, or all); return how many were sent."""
    sent = 0
    while True:
        with parts.ledger.write() as tx:
            deliveries = tx.outbox.claim(
                parts.worker, lease_seconds=parts.lease_seconds, submission_id=submission_id
            )
        if not deliveries:
            return sent
        sent += sum(_deliver_one(parts, delivery) for delivery in deliveries)


def _deliver_one(parts: Parts, delivery: Delivery) -> bool:
    message = delivery.message
    try:
        reference = _send(parts, message)
    except Exception as error:  # one message that cannot be made must not hold up the others
        is_expected = isinstance(error, TransientError | ConfigurationError)
        reason = str(error) if is_expected else name_bug(error)
        wait = BACK_OFF[delivery.attempt - 1] if delivery.attempt <= len(BACK_OFF) else None
        with parts.ledger.write() as tx:
            if tx.outbox.mark_failed(delivery, reason, wait) and wait is None:
                tell_of_giving_up(tx, message, reason)
        parts.log("delivery-failed", submission=message.submission_id, delivery=message.channel.value)
        return False
    with parts.ledger.write() as tx:
        if tx.outbox.mark_sent(delivery):
            tx.audit.append(
                "delivered",
                submission_id=message.submission_id or "",
                detail={"way": message.channel.value, "reference": reference},
            )
    parts.log("delivered", submission=message.submission_id, delivery=message.channel.value)
    return True


def _send(parts: Parts, message: Message) -> str:
    if is_kept(message):
        return deliver_kept(parts, message)
    if message.channel is Channel.OPERATIONS:
        return _tell_team(parts, message)
    delivery = parts.deliveries.get(message.channel.value)
    if delivery is None:
        raise ConfigurationError(f"nothing is configured to deliver by {message.channel.value}")
    return delivery.deliver(_parcel(parts, message)).reference


def _parcel(parts: Parts, message: Message) -> Parcel:
    assert message.submission_id is not None, "a report belongs to a submission"
    stored = read_report(parts.places, message.submission_id, message.payload["report"])
    with parts.ledger.read() as tx:
        submission = tx.submissions.get(message.submission_id)
    return parcel_of(
        stored.report,
        stored.share,
        key=message.id,
        recipients=recipients_of(parts, stored.share),
        revision=stored.revision,
        quality_page=quality_page_of(parts, stored.share.site),
        index=_index_of_share(parts, stored.share),
        notice_id=submission.notice_id,
        is_unfinished=submission.is_overdue,
    )


def recipients_of(parts: Parts, share: ShareAddress) -> tuple[str, ...]:
    """Return who gets a site's reports by e-mail: all contacts, where that is the route's way; the team."""
    site = parts.trial.site(share.site)
    is_way = "email" in parts.trial.routes[share.route].report
    contacts = [item.email for item in site.contacts if is_way or item.gets_email] if site else []
    team = [parts.trial.team.data_management] if parts.trial.team.data_management else []
    return tuple(dict.fromkeys([*contacts, *team]))


def _index_of_share(parts: Parts, share: ShareAddress) -> tuple[IndexEntry, ...]:
    with parts.ledger.read() as tx:
        submissions = tx.submissions.find(route=share.route, site=share.site, limit=INDEX_LENGTH)
    return tuple(answers(parts.places, [item.id for item in submissions]))


def _tell_team(parts: Parts, message: Message) -> str:
    alert = alert_of(message.payload)
    recipients = _recipients_of_alert(parts, message)
    if not recipients:
        raise ConfigurationError("the trial file names no contact for this message: [trial.team], [[site]]")
    letter = make_letter(
        message.id,
        recipients,
        f"{parts.trial.name}: {alert.headline}",
        Band(Tone.HELD, "A person must act", alert.headline),
        f"{alert.headline}\n\n{alert.text}",
        parts.clock.now(),
    )
    return parts.send_letter(letter).reference


def _recipients_of_alert(parts: Parts, message: Message) -> tuple[str, ...]:
    """Return who is told: operations, information governance (`to`), or the contacts of a site."""
    team, to = parts.trial.team, str(message.payload.get("to", "operations"))
    if to == "information-governance":
        wanted = [team.information_governance or team.operations]
    elif to.startswith("site:"):
        site = parts.trial.site(to.removeprefix("site:"))
        wanted = [*(contact.email for contact in site.contacts), team.data_management] if site else []
    else:
        wanted = [team.operations]
    return tuple(dict.fromkeys(address for address in wanted if address))
