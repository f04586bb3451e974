"""`ingest approve`: let something pass for a site; reprocessing then judges anew."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from ingest.cli.options import by_and_reason, open_from_settings
from ingest.ledger.errors import LedgerError
from ingest.model.inspection import Approval, ApprovalKind, ProposedApproval
from ingest.service import Service
from ingest.steps.approve import approve, make_approval, proposals_of


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
@click.option("--creator", "creators", multiple=True, metavar="NAME", help="A private creator.")
@click.option("--institution", "institutions", multiple=True, metavar="NAME", help="An institution's name.")
@click.option(
    "--label", "labels", multiple=True, metavar="TEXT", help="A label of a structure, plan or series."
)
@click.option("--uid-root", "uid_roots", multiple=True, metavar="ROOT", help="A root of UIDs.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day on which it holds; none: for good."
)
@by_and_reason
def command(
    site: str | None,
    submission: str | None,
    kinds: tuple[str, ...],
    creators: tuple[str, ...],
    institutions: tuple[str, ...],
    labels: tuple[str, ...],
    uid_roots: tuple[str, ...],
    until: datetime | None,
    by: str,
    reason: str,
) -> None:
    """Let something pass for one site: by value, or all that held a submission.

    Nothing that is held is judged anew by this alone: follow it with `ingest reprocess`.
    """
    typed = {
        ApprovalKind.PRIVATE_CREATOR: creators,
        ApprovalKind.INSTITUTION: institutions,
        ApprovalKind.LABEL: labels,
        ApprovalKind.UID_ROOT: uid_roots,
    }
    with open_from_settings() as service:
        try:
            wanted = [
                make_approval(service.parts, kind, value)
                for kind, values in typed.items()
                for value in values
            ]
            if submission is not None:
                site, proposed = _proposed(service, submission, kinds)
                wanted += proposed
            if site is None or not wanted:
                raise click.UsageError("name a --site and what to approve, or a submission with --from")
            if service.parts.trial.site(site) is None:
                raise click.UsageError(f"the trial file has no site {site}")
            numbers = approve(
                service.parts,
                site,
                wanted,
                by=by,
                reason=reason,
                until=until.replace(tzinfo=UTC) if until else None,
            )
        except LedgerError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"Approved for site {site}: {len(numbers)} ({', '.join(map(str, numbers))}).")
    scope = f"submission {submission}" if submission is not None else f"site {site}"
    click.echo(f"See what would change: ingest reprocess {scope} --dry-run --by … --reason …; then without.")


def _proposed(service: Service, submission: str, kinds: tuple[str, ...]) -> tuple[str, list[Approval]]:
    with service.parts.ledger.read() as tx:
        site = tx.submissions.get(submission).share.site
    proposals = [
        item for item in proposals_of(service.parts, submission) if not kinds or item.approval.kind in kinds
    ]
    for item in proposals:
        click.echo(_describe(item))
    return site, [item.approval for item in proposals]


def _describe(item: ProposedApproval) -> str:
    return f"  {describe_approval(item.approval)}  ({', '.join(item.codes)}, {item.count} times)"


def describe_approval(approval: Approval) -> str:
    """Return what an approval lets pass; a value that may be a name is not kept, and is not shown."""
    what = approval.clear or approval.where or "anywhere"
    return f"{approval.kind.value:16} {what}"
