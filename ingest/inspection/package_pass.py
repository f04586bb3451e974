"""The pass over one package: each member is inflated once, walked, judged, described, stamped, staged."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from ingest.checks.identity import PackageIdentity, without_said
from ingest.checks.pseudonymisation.approvals import Proposal
from ingest.checks.pseudonymisation.judge import ContainerMember, PackageJudge
from ingest.checks.pseudonymisation.rules import load_rules
from ingest.inspection.companions import judge_companions
from ingest.inspection.display import digest_file, display_name
from ingest.inspection.gather import Gathering
from ingest.inspection.lane import is_large, read_ahead
from ingest.inspection.masking import UidMask
from ingest.inspection.member_pass import MemberPass
from ingest.inspection.owners import Owners
from ingest.model.inspection import (
    Approval,
    Coverage,
    Inspection,
    InspectionRequest,
    PackageFacts,
    ProposedApproval,
)
from ingest.model.instance import InstanceFacts
from ingest.model.route import RouteKind
from ingest.package.contents import DATA, Package
from ingest.package.gaps import read_gaps
from ingest.package.gate import deadline_for, is_unfinished, open_package
from ingest.package.kinds import DIRECTORY
from ingest.package.nested import unwrap
from ingest.package.read import MemberReader
from ingest.trial.definition import Trial

#: Facts are handed over so many at a time.
BATCH = 200

OnInstances = Callable[[list[InstanceFacts]], None]
OnProgress = Callable[[int, int], None]


def inspect_package(
    request: InspectionRequest, trial: Trial, on_instances: OnInstances, on_progress: OnProgress
) -> Inspection:
    """Inspect one package and return what was found; the instances' facts are handed over in batches.

    on_progress: members read, members in all.
    Raises TransientError, OSError where the package cannot be read.
    """
    return _pass_over(request, trial, on_instances, on_progress)[0]


def propose_approvals(request: InspectionRequest, trial: Trial) -> tuple[Proposal, ...]:
    """Return what a person could approve of a package, with its texts: for that person's terminal alone."""
    return _pass_over(request, trial, lambda _: None, lambda _done, _all: None)[1]


def _pass_over(
    request: InspectionRequest, trial: Trial, on_instances: OnInstances, on_progress: OnProgress
) -> tuple[Inspection, tuple[Proposal, ...]]:
    folder = Path(request.staging_dir) if request.staging_dir else None
    limits = trial.limits_for(request.route)
    with tempfile.TemporaryDirectory(prefix="spool-", dir=folder) as spool:
        deadline = deadline_for(limits)
        opened = open_package(Path(request.package_path), limits, deadline)
        package = unwrap(opened, limits, Path(spool), deadline)
        members = _PackagePass(request, trial, folder, package)
        with closing(members), MemberReader(package, limits, Path(spool), deadline) as reader:
            members.read_all(reader, members.masking(on_instances), on_progress)
            is_broken_off = is_unfinished(package, reader.is_broken_off)
            inspection = members.conclude(reader, is_broken_off, deadline)
            return inspection, members.proposals()


class _PackagePass:
    """What is gathered while the members of one package are read."""

    def __init__(
        self, request: InspectionRequest, trial: Trial, folder: Path | None, package: Package
    ) -> None:
        site = trial.site(request.site)
        self._request = request
        self._trial = trial
        self._site = site
        self._package = package
        self._to_read = package.data_members if package.is_readable else ()
        self._is_large = is_large(self._to_read)
        self._companions = 0
        self._gathering = Gathering()
        self._owners = Owners(is_one_subject=request.route is RouteKind.EGRESS)
        self._identity = PackageIdentity(
            trial, request.route, request.site, request.package_name, request.assign
        )
        self._judge = PackageJudge(
            load_rules(),
            route=request.route,
            site=site,
            trial=trial,
            approvals=request.approvals,
            hmac_key=bytes.fromhex(request.hmac_key),
            package_name=request.package_name,
        )
        self._pass = MemberPass(
            request,
            trial,
            folder,
            self._identity,
            self._judge,
            self._owners,
            self._gathering,
            is_large=self._is_large,
        )

    def close(self) -> None:
        """End what still works on members."""
        self._pass.close()

    def masking(self, on_instances: OnInstances) -> OnInstances:
        """Return `on_instances` for facts whose UIDs may identify: those are masked first."""
        mask = UidMask(self._judge.identifying_uids, bytes.fromhex(self._request.hmac_key)).mask
        return lambda batch: on_instances([mask(facts) for facts in batch])

    def read_all(self, reader: MemberReader, on_instances: OnInstances, on_progress: OnProgress) -> None:
        """Read every data member; a few megabytes of them are in memory at a time."""
        package, members = self._package, self._to_read
        batch: list[InstanceFacts] = []
        with closing(read_ahead(reader, members, has_lanes=self._is_large)) as ahead:
            for done, (member, take) in enumerate(ahead):
                if done % 50 == 0:
                    on_progress(done, len(members))
                self._pass.read(member, take)
                batch.extend(self._pass.finished())
                if len(batch) >= BATCH:
                    on_instances(batch[:BATCH])
                    del batch[:BATCH]
        batch.extend(self._pass.finished(is_last=True))
        for start in range(0, len(batch), BATCH):
            on_instances(batch[start : start + BATCH])
        on_progress(len(members), len(members))
        self._owners.settle(self._gathering)
        if package.is_readable:
            others = [member for member in package.members if member.kind not in (DATA, DIRECTORY)]
            self._companions = judge_companions(
                [*others, *self._pass.unknown], self._pass.listings, reader, self._judge, self._trial.limits
            )

    def conclude(self, reader: MemberReader, is_broken_off: bool, deadline: float) -> Inspection:
        """Return what the package, its subjects and the judge say in the end."""
        package = self._package
        for container in _containers(package):
            self._judge.judge_container(container.comment, self._named(container))
            for gap in read_gaps(container.path, container.gaps, deadline) if container.gaps else ():
                self._judge.judge_gap(gap.offset, gap.data, is_whole=gap.is_whole)
        judgement = self._judge.finish()
        identity = self._identity.findings()
        counts = self._pass.counts
        request = self._request
        path = Path(request.package_path)
        return Inspection(
            package=PackageFacts(
                sha256=request.package_sha256 or digest_file(path),
                size=path.stat().st_size,
                members=package.entries,
                instances=counts.instances,
                kinds=dict(package.kinds),
                display_name=display_name(request.package_name, self._trial, self._site),
                is_unfinished=is_broken_off,
            ),
            subjects=self._identity.subjects(),
            findings=(
                *package.findings,
                *self._gathering.findings(),
                *identity,
                *without_said(judgement.findings, identity),
            ),
            coverage=Coverage(
                elements=counts.elements,
                elements_without_rule=judgement.elements_without_rule,
                bytes_read=reader.bytes_read,
                members_not_read=counts.not_read,
                private_elements=judgement.private_elements,
                private_let_through=judgement.private_let_through,
                pixels_checked=counts.pixels_read,
                not_checked=_not_checked(judgement.not_checked, counts.pixels_not_read, self._companions),
            ),
            proposals=tuple(
                ProposedApproval(
                    Approval(item.kind, item.where, item.value_hmac, item.clear), item.codes, item.count
                )
                for item in self._judge.proposals()
            ),
        )

    def proposals(self) -> tuple[Proposal, ...]:
        """Return what a person could approve, or may look at, after `conclude`."""
        return self._judge.values_to_look_at()

    def _named(self, package: Package) -> Iterator[ContainerMember]:
        uids = self._pass.named_uids if package is self._package else {}
        for member in package.members:
            yield ContainerMember(
                member.ordinal,
                member.name,
                member.comment,
                extra=b"\0".join(member.notes),
                instance_uid=uids.get(member.ordinal, ("",))[0],
                related_uids=uids.get(member.ordinal, ("",))[1:],
            )


def _not_checked(said: Mapping[str, int], pixels: int, companions: int) -> dict[str, int]:
    more = {"text in pixels": pixels, "files that are not DICOM": companions}
    return {**said, **{what: count for what, count in more.items() if count}}


def _containers(package: Package) -> Iterator[Package]:
    """Yield the package, then the zip that it came in, if any."""
    inner: Package | None = package
    while inner is not None:
        yield inner
        inner = inner.wrapper
