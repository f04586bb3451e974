"""Inspecting a zip in a test: the same pass as the child's, in this process."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.inspection.package_pass import inspect_package
from ingest.model.finding import Finding
from ingest.model.inspection import Inspection, InspectionRequest
from ingest.model.instance import InstanceFacts
from ingest.model.route import RouteKind
from ingest.model.verdict import Verdict
from ingest.steps.judge import group_by_label, judge_package
from ingest.trial.definition import Trial
from ingest.trial.load import default_trial_text, load_default_trial

KEY = "00" * 32


@dataclass
class Inspected:
    """What an inspection gave; `staged`: the bytes written, by ordinal."""

    inspection: Inspection
    facts: list[InstanceFacts]
    staged: dict[int, bytes]
    trial: Trial
    site: str | None

    @property
    def codes(self) -> set[str]:
        """The codes of all findings."""
        return {finding.code for finding in self.inspection.findings}

    def of(self, code: str) -> list[Finding]:
        """The findings of a code."""
        return [finding for finding in self.inspection.findings if finding.code == code]

    @property
    def verdict(self) -> Verdict:
        """What is decided of it on its own."""
        site = self.trial.site(self.site)
        return judge_package(self.inspection, group_by_label(self.facts), self.trial, site).verdict


def zip_of(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of the members; equal members give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def request_for(
    package: bytes,
    folder: Path,
    *,
    name: str = "batch-1.zip",
    route: RouteKind = RouteKind.EXPLORER,
    site: str | None = "123",
    assign: Mapping[str, str] | None = None,
) -> InspectionRequest:
    """Write a package and a staging folder into `folder` and return the request to inspect it."""
    path = folder / "package"
    path.write_bytes(package)
    staging = folder / "staging"
    staging.mkdir(exist_ok=True)
    return InspectionRequest(
        str(path), name, route, site, default_trial_text(), KEY, str(staging), assign=dict(assign or {})
    )


def inspect_here(request: InspectionRequest) -> Inspected:
    """Inspect in this process."""
    facts: list[InstanceFacts] = []
    trial = load_default_trial()
    inspection = inspect_package(request, trial, facts.extend, lambda _done, _all: None)
    folder = Path(request.staging_dir or "")
    staged = {int(path.stem): path.read_bytes() for path in folder.glob("*.dcm")}
    return Inspected(inspection, facts, staged, trial, request.site)
