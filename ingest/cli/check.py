"""`ingest check ZIP`: the same checks on one zip, nothing filed. A site can run it before sending."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.inspection.child import Child
from ingest.model.route import RouteKind

if TYPE_CHECKING:
    from ingest.model.inspection import Inspection, InspectionRequest
    from ingest.model.instance import InstanceFacts
    from ingest.model.verdict import Verdict
    from ingest.reports.report import SubmissionReport
    from ingest.trial.definition import Trial

EXIT_STATUS = {"accepted": 0, "held": 1, "rejected": 2}
_MEMORY = 1 << 30


@click.command("check")
@click.argument("package", metavar="ZIP", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--route",
    required=True,
    type=click.Choice([kind.value for kind in RouteKind]),
    help="How it will be sent.",
)
@click.option("--site", metavar="CODE", help="The sending site's number; its own rules apply then.")
@click.option(
    "--trial",
    "trial_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The trial file; none: Hamlet.rt's.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object (docs/schemas/check.schema.json)."
)
@click.option(
    "--html",
    "page",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report to FILE, as a page for the browser.",
)
@click.option("--findings", is_flag=True, help="Print every finding with its code and place instead.")
@click.option("--show-names", is_flag=True, help="The same with the names of the files within the zip.")
@click.pass_context
def command(
    ctx: click.Context,
    package: Path,
    route: str,
    site: str | None,
    trial_file: Path | None,
    as_json: bool,
    page: Path | None,
    findings: bool,
    show_names: bool,
) -> int:
    """Check one ZIP before it is sent: prints the report that the trial would send; files and sends nothing.

    Exit status: 0 accepted, 1 held, 2 rejected, 3 could not run.

    \b
    ingest check 123-1001.zip --route egress --site 123
    ingest check batch.zip --route explorer --site 123 --html report.html
    """
    # The child is started before anything else is imported: the two get ready at the same time.
    child = Child(_MEMORY)
    try:
        trial = _load_trial(trial_file)
        checked = check_package(package, RouteKind(route), site, trial, child)
    finally:
        child.end()
    if page is not None:
        _write_page(checked, page)
    if as_json:
        _print_json(checked)
    elif findings or show_names:
        from ingest.cli.show_verdict import show_verdict

        show_verdict(checked.inspection, checked.verdict, package if show_names else None, trial)
    else:
        from ingest.reports.render import render_text

        click.echo(render_text(_report(checked)))
    return EXIT_STATUS[checked.verdict.outcome.value]


@dataclass(frozen=True)
class Checked:
    """One zip, inspected and judged against nothing but itself."""

    request: InspectionRequest
    inspection: Inspection
    verdict: Verdict
    instances: list[InstanceFacts]
    trial: Trial


def _print_json(checked: Checked) -> None:
    from ingest.reports.verdict_json import describe_verdict

    # In ASCII: a console or a pipe may have any encoding.
    inspection = checked.inspection
    json.dump(describe_verdict(inspection.package, checked.verdict, inspection.coverage), sys.stdout)
    sys.stdout.write("\n")


def _write_page(checked: Checked, page: Path) -> None:
    from ingest.model.errors import ConfigurationError
    from ingest.reports.render import render_html

    try:
        page.write_text(render_html(_report(checked)), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"--html {page}: cannot be written ({error.strerror})") from None
    click.echo(f"The report is in {page}", err=True)


def _report(checked: Checked) -> SubmissionReport:
    from importlib.metadata import version

    from ingest.model.clock import SystemClock
    from ingest.steps.preflight import build_preflight_report

    return build_preflight_report(
        checked.request,
        checked.inspection,
        checked.verdict,
        checked.instances,
        checked.trial,
        SystemClock().now(),
        version("hamlet-ingest"),
    )


def _load_trial(path: Path | None) -> Trial:
    from ingest.checks.codes import load_codes
    from ingest.trial.load import load_default_trial, load_trial

    return load_trial(path, load_codes()) if path else load_default_trial(load_codes())


def check_package(
    package: Path, route: RouteKind, site: str | None, trial: Trial, child: Child | None = None
) -> Checked:
    """Inspect and judge one zip, against nothing but itself. Raises ConfigurationError.

    child: an inspection process that was started already.
    """
    from ingest.inspection.client import Inspector
    from ingest.model.errors import ConfigurationError
    from ingest.model.inspection import InspectionRequest
    from ingest.steps.judge import group_by_label, judge_package

    if site is not None and trial.site(site) is None:
        raise ConfigurationError(f"--site {site}: the trial file has no such site")
    request = InspectionRequest(
        package_path=str(package.resolve()),
        package_name=package.name,
        route=route,
        site=site,
        trial_toml=trial.text,
        hmac_key=os.urandom(32).hex(),
    )
    instances: list[InstanceFacts] = []
    with Inspector(child=child) as inspector:
        inspection = inspector.inspect(request, instances.extend)
    judgement = judge_package(inspection, group_by_label(instances), trial, trial.site(site))
    return Checked(request, inspection, judgement.verdict, instances, trial)
