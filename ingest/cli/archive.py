"""`ingest archive …`: verify what is filed, print its anchors, rebuild the ledger from it."""

from __future__ import annotations

import json
import random

import click

from ingest.archive.order import ArchiveDamaged
from ingest.archive.verify_archive import in_one_line
from ingest.cli.options import act_errors, open_from_settings
from ingest.service import Service
from ingest.steps.anchors import read_anchors
from ingest.steps.rebuild import rebuild
from ingest.steps.verify import Verified, known_subjects, verify

FAULTS_FOUND = 1


@click.group("archive")
def command() -> None:
    """Look after the archive."""


@command.command("verify")
@click.option("--subject", "subjects", multiple=True, metavar="ID", help="Only this one; may be repeated.")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Only N subjects, drawn by chance.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), metavar="MB/S", help="Read no faster.")
@click.option(
    "--json", "as_json", is_flag=True, help="As one JSON object (docs/schemas/archive-verify.schema.json)."
)
def verify_command(subjects: tuple[str, ...], sample: int | None, rate: float | None, as_json: bool) -> int:
    """Read every byte and compare it with inventories, ledger, audit chain and anchors.

    Exit status 0: everything is as it was filed; 1: something is not, each fault on a line.
    """
    with open_from_settings() as service:
        chosen = _choose(service, subjects, sample)
        done = verify(service.parts, chosen, rate=rate * 1e6 if rate else None)
    _tell(done, as_json)
    return FAULTS_FOUND if done.faults else 0


@command.command("anchors")
def anchors_command() -> None:
    """Print the inventories' digests from the audit chain, as verify_archive.py --anchors takes them."""
    with open_from_settings() as service:
        subjects = known_subjects(service.parts)
        with service.parts.ledger.read() as tx:
            anchors = {subject_id: read_anchors(tx, subject_id) for subject_id in subjects}
    click.echo(json.dumps(anchors, indent=2))


@command.command("rebuild-ledger")
def rebuild_command() -> None:
    """Rebuild the ledger from the archive alone, into an empty one.

    Catalogue, filings, verdicts, the acts and approvals behind them, and withdrawals come back. Every file is
    read again. Stop all workers first; a rebuild that was cut short is taken up again.
    """
    with open_from_settings() as service, act_errors():
        try:
            done = rebuild(service.parts, lambda subject_id: click.echo(subject_id, err=True))
        except ArchiveDamaged as error:
            raise click.ClickException(f"{error}: run ingest archive verify") from None
    click.echo(f"{done.subjects} subjects, {done.versions} versions, {done.instances} instances recorded.")
    if done.unread:
        click.echo(f"{done.unread} files could not be read: only their receipts are recorded.")
    click.echo(
        "Not in the archive, to be given again: approvals that still stand (those found are revoked: ingest "
        "approvals list --all), waivers, the enrolment list, held work, what was disputed."
    )


def _choose(service: Service, subjects: tuple[str, ...], sample: int | None) -> list[str]:
    known = known_subjects(service.parts)
    if unknown := sorted(set(subjects) - set(known)):
        raise click.ClickException(f"nothing is filed for {', '.join(unknown)}")
    wanted = list(subjects) or known
    return sorted(random.sample(wanted, min(sample, len(wanted)))) if sample else wanted


def _tell(done: Verified, as_json: bool) -> None:
    counts = {"subjects": done.subjects, "files": done.files, "bytes": done.bytes}
    if as_json:
        faults = [{"code": item.code, "subject": item.subject_id, "text": item.text} for item in done.faults]
        # The anchors are the audit chain's: they are always compared.
        told = {**counts, "anchored": True}
        click.echo(json.dumps({"schema": 1, "verified": told, "problems": faults}, indent=2))
        return
    for fault in done.faults:
        click.echo(f"{fault.code} {fault.subject_id or 'the whole'}: {fault.text}")
    click.echo(in_one_line(counts, len(done.faults)))
