"""`ingest site test-upload`: a synthetic zip goes the site's way, and its report comes back."""

from __future__ import annotations

import hashlib
import secrets
import time
from pathlib import Path

import click

from ingest.cli.options import open_from_settings
from ingest.connections import Queues, Shares
from ingest.demo.synthetic import zip_case
from ingest.ledger.outbox import MessageState
from ingest.model.errors import ConfigurationError, TransientError
from ingest.model.finding import Effect
from ingest.model.route import RouteKind, ShareAddress
from ingest.model.submission import Submission, SubmissionState
from ingest.model.verdict import Outcome
from ingest.reports.delivery import report_path
from ingest.routes.announcements import queue_names
from ingest.routes.credentials import Credential, read_credential
from ingest.routes.notices import ArrivalNotice, arrival_message
from ingest.routes.sending import send_zip
from ingest.service import Service
from ingest.settings import Settings
from ingest.steps.drive import drive_round

MISSING = 1
#: The synthetic subject that a test upload is of: a number that no patient gets.
TEST_NUMBER = "9999"


@click.command("test-upload")
@click.argument("number")
@click.option("--route", type=click.Choice([kind.value for kind in RouteKind]), help="Only this route.")
@click.option("--wait", default=600, show_default=True, help="Seconds to wait for the report.")
@click.option(
    "--credential-file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The site's own signature or connection string; none: the service's. With --route.",
)
def test_upload(number: str, route: str | None, wait: int, credential_file: Path | None) -> int:
    """Send a synthetic zip as the site does, and wait until its report is back where the site reads it.

    The service may be running (it takes the zip), or not (this command takes it itself). The synthetic
    subject is NUMBER-9999. Exit status: 0 every report is there, 1 one is not.

    \b
    ingest site test-upload 126
    ingest site test-upload 126 --route explorer --credential-file site-126.sas
    """
    if credential_file is not None and route is None:
        raise ConfigurationError("--credential-file opens the share of one route: name it with --route")
    with open_from_settings() as service:
        chosen = [share for share in shares_of(service, number) if route in (None, share.route.value)]
        if not chosen:
            raise ConfigurationError(f"site {number} has no route {route} in the trial file")
        is_back = True
        for share in chosen:
            is_back = _there_and_back(service, share, wait, credential_file) and is_back
    click.echo(f"To delete what was tested: ingest withdraw {number}-{TEST_NUMBER} --by … --by … --reason …")
    return 0 if is_back else MISSING


def shares_of(service: Service, number: str) -> list[ShareAddress]:
    """Return a site's shares. Raises ConfigurationError where the trial file has no such site."""
    found = [share for share in service.parts.shares if share.site == number]
    if not found:
        raise ConfigurationError(f"the trial file has no site {number}: add it first (ingest site add)")
    return found


def new_test_name() -> str:
    """Return a name for a test zip that is not on the share yet, as good as surely.

    Six digits: letters drawn at random now and then read like a person's name, and the zip would be held.
    """
    return f"test-{secrets.randbelow(10**6):06}.zip"


def _there_and_back(service: Service, share: ShareAddress, wait: int, credential_file: Path | None) -> bool:
    route = share.route.value
    study_id = f"{share.site}-{TEST_NUMBER}"
    is_named_by_id = share.route in (RouteKind.EGRESS, RouteKind.HTP)
    name = f"{study_id}.zip" if is_named_by_id else new_test_name()
    data = zip_case(study_id, seed=9999, ct_slices=6, fractions=2, cbct=2, cbct_slices=3)
    known = {item.id for item in _of_share(service, share)}
    try:
        send_zip(share, name, data, _credential(share, credential_file))
    except TransientError as error:
        click.echo(f"{route}: not sent: {error}. See ingest site check {share.site}")
        return False
    click.echo(f"{route}: sent {name}")
    try:
        _announce(service, share, ArrivalNotice(name, len(data), hashlib.sha256(data).hexdigest()))
    except TransientError as error:
        click.echo(f"{route}: not announced: {error}. See ingest site check {share.site}")
    until = time.monotonic() + wait
    while time.monotonic() < until:
        drive_round(service.parts, service.woken)
        new = [item for item in _of_share(service, share) if item.id not in known]
        done = [item for item in new if item.sha256 == hashlib.sha256(data).hexdigest()]
        if done and (back := _way_back(service, done[0])):
            outcome = done[0].outcome.value if done[0].outcome else ""
            click.echo(f"{route}: {done[0].id} {outcome}, report {back}")
            if reason := _reason(service, done[0]):
                click.echo(f"  why: {reason}")
            return True
        service.parts.clock.sleep(1.0)
    click.echo(f"{route}: no report within {wait} seconds: see ingest submissions --site {share.site}")
    return False


def _credential(share: ShareAddress, credential_file: Path | None) -> Credential | None:
    if credential_file is not None:
        return read_credential(credential_file.read_text(encoding="utf-8"))
    return Shares(Settings()).credential(share)


def _announce(service: Service, share: ShareAddress, notice: ArrivalNotice) -> None:
    """Post the uploader's notice, where there is a queue for it."""
    template = service.parts.trial.routes[share.route].queue
    queues = Queues(Settings())
    if share.route is RouteKind.HTP and template and queues:
        try:
            queues.open(queue_names(template, share.site)[0]).send(arrival_message(notice))
        finally:
            queues.close()


def _of_share(service: Service, share: ShareAddress) -> tuple[Submission, ...]:
    with service.parts.ledger.read() as tx:
        return tx.submissions.find(
            route=share.route, site=share.site, states=[SubmissionState.DONE], limit=100_000
        )


def _reason(service: Service, submission: Submission) -> str:
    """Return what kept the zip from being filed, in words; empty where it was accepted."""
    with service.parts.ledger.read() as tx:
        decided = tx.verdicts.latest(submission.id)
    if decided is None or decided.verdict.outcome is Outcome.ACCEPTED:
        return ""
    found = [*decided.verdict.findings, *(item for own in decided.verdict.subjects for item in own.findings)]
    return next((item.message for item in found if item.effect is not Effect.NONE), "")


def _way_back(service: Service, submission: Submission) -> str:
    """Return where the report is, by the route's own ways back; empty while it is not there."""
    with service.parts.ledger.read() as tx:
        messages = [
            item for item in tx.outbox.of_submission(submission.id) if "report" in item.message.payload
        ]
    if any(item.state is not MessageState.SENT for item in messages):
        return ""
    ways = sorted({item.message.channel.value for item in messages})
    if "share" not in ways:
        kept = service.parts.places.reports / submission.id / "report.txt"
        return (
            f"sent by {', '.join(ways)}"
            if ways
            else f"kept in {kept}: no way back is set up (INGEST_SMTP_HOST)"
        )
    page = report_path(submission.id, "html")
    is_there = service.parts.open_store(submission.share).exists(page)
    return f"on the share as {page}" + (", and a message" if "queue" in ways else "") if is_there else ""
