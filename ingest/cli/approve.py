"""`ingest approve`: let something pass for a site; reprocessing then judges anew."""

from __future__ import annotations

from datetime import datetime

import click

from ingest.cli.options import act_errors, by_and_reason, last_moment, open_from_settings
from ingest.dicom.classes import sop_classes
from ingest.model.inspection import Approval, ApprovalKind
from ingest.service import Service
from ingest.steps.approve import approve, choose, make_approval


@click.command("approve")
@click.option("--site", metavar="CODE", help="The site; with --from, the submission's own.")
@click.option("--from", "submission", metavar="ID", help="Approve what held this submission.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([k.value for k in ApprovalKind]),
    help="Of --from, only these kinds.",
)
@click.option("--only", "numbers", multiple=True, type=int, metavar="N", help="Of --from, only this number.")
@click.option("--creator", "creators", multiple=True, metavar="NAME", help="A private creator.")
@click.option("--institution", "institutions", multiple=True, metavar="NAME", help="An institution's name.")
@click.option(
    "--label", "labels", multiple=True, metavar="TEXT", help="A label of a structure, plan or series."
)
@click.option("--uid-root", "uid_roots", multiple=True, metavar="ROOT", help="A root of UIDs.")
@click.option("--sop-class", "sop_classes", multiple=True, metavar="UID", help="A kind of object.")
@click.option(
    "--element", "elements", multiple=True, metavar="PLACE", help="A private element: its place as shown."
)
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day on which it holds; none: for good."
)
@by_and_reason
def command(
    site: str | None,
    submission: str | None,
    kinds: tuple[str, ...],
    numbers: tuple[int, ...],
    creators: tuple[str, ...],
    institutions: tuple[str, ...],
    labels: tuple[str, ...],
    uid_roots: tuple[str, ...],
    sop_classes: tuple[str, ...],
    elements: tuple[str, ...],
    until: datetime | None,
    by: str,
    reason: str,
) -> None:
    """Let something pass for one site: by value, or all that held a submission.

    What could be approved, numbered: ingest approvals propose ID. Nothing that is held is judged anew by
    this alone: follow it with `ingest reprocess`.

    \b
    ingest approve --from S000123 --by "P. Hysicist" --reason "the scanner's own elements"
    ingest approve --from S000123 --only 2 --until 2027-06-30 --by "P. Hysicist" --reason "couch model"
    ingest approve --site 123 --creator "SIEMENS MED" --by "P. Hysicist" --reason "manufacturer's manual"
    """
    typed = {
        ApprovalKind.PRIVATE_CREATOR: creators,
        ApprovalKind.INSTITUTION: institutions,
        ApprovalKind.LABEL: labels,
        ApprovalKind.UID_ROOT: uid_roots,
        ApprovalKind.SOP_CLASS: sop_classes,
        ApprovalKind.PRIVATE_ELEMENT: elements,
    }
    with open_from_settings() as service, act_errors():
        wanted = [
            make_approval(service.parts, kind, value) for kind, values in typed.items() for value in values
        ]
        if submission is None and (kinds or numbers):
            raise click.UsageError("--kind and --only choose among what --from names")
        if submission is not None:
            site = _site_of(service, submission, site)
            chosen = choose(service.parts, submission, [ApprovalKind(kind) for kind in kinds], numbers)
            wanted += [item.approval for item in chosen]
        if site is None or not wanted:
            raise click.UsageError("name a --site and what to approve, or a submission with --from")
        if service.parts.trial.site(site) is None:
            raise click.UsageError(f"the trial file has no site {site}")
        day = last_moment(service, until, "--until")
        numbered = approve(service.parts, site, wanted, by=by, reason=reason, until=day)
    for number, approval in zip(numbered, wanted, strict=True):
        click.echo(f"  [{number}] {describe_approval(approval)}")
    held_until = f"until {until:%Y-%m-%d}" if until else "for good"
    click.echo(f"Approved for site {site}, {held_until}: {len(numbered)}.")
    scope = f"submission {submission}" if submission is not None else f"site {site}"
    click.echo(f"See what would change: ingest reprocess {scope} --dry-run --by … --reason …; then without.")


def _site_of(service: Service, submission: str, typed: str | None) -> str:
    """Return a submission's site; one that was typed must be the same."""
    with service.parts.ledger.read() as tx:
        site = tx.submissions.get(submission).share.site
    if typed not in (None, site):
        raise click.UsageError(f"{submission} came from site {site}, not {typed}")
    return site


def describe_approval(approval: Approval) -> str:
    """Return what an approval lets pass; of a value that may be a name only a part of its hash is shown."""
    known = sop_classes().get(approval.clear) if approval.kind is ApprovalKind.SOP_CLASS else None
    clear = f"{approval.clear} ({known.name})" if known else approval.clear
    what = clear or (f"hash {approval.value_hmac[:8]}" if approval.value_hmac else "anything")
    where = f"  at {approval.where}" if approval.where else ""
    return f"{approval.kind.value:16} {what}{where}"
