"""A judge of one package by the shipped trial file, as site 123 sends it; one place for its arguments."""

from __future__ import annotations

from functools import cache

from ingest.checks.pseudonymisation.judge import PackageJudge
from ingest.checks.pseudonymisation.rules import load_rules
from ingest.model.inspection import Approval
from ingest.model.route import RouteKind
from ingest.trial.definition import Trial
from ingest.trial.load import load_default_trial

#: Read once: properties make judges by the thousand.
_shipped_trial = cache(load_default_trial)
#: The key of its keyed hashes.
KEY = b"k" * 32


def make_judge(
    *,
    route: RouteKind = RouteKind.EXPLORER,
    trial: Trial | None = None,
    approvals: tuple[Approval, ...] = (),
    package_name: str = "upload.zip",
) -> PackageJudge:
    """Return the judge; trial: none is the shipped one."""
    trial = trial or _shipped_trial()
    return PackageJudge(
        load_rules(),
        route=route,
        site=trial.site("123"),
        trial=trial,
        approvals=approvals,
        hmac_key=KEY,
        package_name=package_name,
    )
