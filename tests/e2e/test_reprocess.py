"""Reprocessing: over a submission, a site, everything; by a registered trial; without the original zips."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from ingest.cli.run_output import describe_run, run_as_json, summarise_run, write_run_csv
from ingest.ledger.runs import ItemRow, ItemState, RunScope
from ingest.model.verdict import Outcome
from ingest.reports.run_report import render_run
from ingest.steps.drive import drain
from ingest.steps.held_bytes import CONTAINER_NOT_CHECKED
from ingest.steps.reprocess import begin_run, reprocess_item
from ingest.trial.load import parse_trial
from tests.builders import build_case, zip_instances
from tests.deployment import QUICK_TRIAL, Deployment, deploy
from tests.ocfl_validity import ocfl_faults

#: A trial in which every subject must have an MR, and a set without one is held.
STRICT = (
    QUICK_TRIAL.replace('name = "hamlet-rt"', 'name = "hamlet-rt-mr"').replace(
        'object = "mr"\ntitle = "MR"\nrequired = false', 'object = "mr"\ntitle = "MR"'
    )
    + """
[[severity]]
code = "CMP108"
severity = "review"
effect = "hold"
reason = "a test"
"""
)


@pytest.fixture
def deployment(tmp_path: Path):
    with deploy(tmp_path) as running:
        for number, site in ((1, "123"), (2, "123"), (3, "124")):
            case = build_case(
                f"{site}-100{number}", seed=number, ct_slices=3, fractions=2, cbct=2, cbct_slices=2
            )
            running.drop("explorer", site, f"set-{number}.zip", zip_instances(case))
        running.run()
        yield running


def run_over(
    deployment: Deployment, run: str, scope: RunScope, scope_id: str = "", **options
) -> list[ItemRow]:
    """Do a run and return its items."""
    parts = deployment.parts
    for item in begin_run(parts, run, scope, scope_id, by="T. Ester", reason="a test", **options):
        reprocess_item(parts, run, item)
    drain(parts, deployment.service.woken)
    with parts.ledger.read() as tx:
        return list(tx.runs.items(run))


def forget_originals(deployment: Deployment) -> None:
    for submission_id in deployment.parts.originals.held():
        deployment.parts.originals.remove(submission_id)


def test_a_site_and_everything_are_gone_over_and_nothing_changes(deployment: Deployment) -> None:
    assert len(run_over(deployment, "site", RunScope.SITE, "123")) == 2
    items = run_over(deployment, "all", RunScope.ALL)
    assert [(item.state, item.difference) for item in items] == [(ItemState.DONE, None)] * 3
    assert [deployment.parts.archive.head(subject) for subject in deployment.parts.archive.subjects()] == [
        1,
        1,
        1,
    ]


def register_strict(deployment: Deployment) -> str:
    """Register the strict trial file; return its digest."""
    strict = parse_trial(STRICT)
    with deployment.parts.ledger.write() as tx:
        tx.trials.register(strict.name, strict.text, strict.sha256)
    return strict.sha256


def test_a_registered_trial_gives_a_difference_as_words_json_csv_and_html(deployment: Deployment) -> None:
    sha256 = register_strict(deployment)
    items = run_over(deployment, "dry", RunScope.SITE, "123", trial=sha256, is_dry=True)
    assert [item.difference.outcome_after for item in items if item.difference] == [Outcome.HELD] * 2
    assert [item.outcome for item in deployment.submissions()] == [Outcome.ACCEPTED] * 3
    with deployment.parts.ledger.read() as tx:
        progress = tx.runs.progress("dry")
    document = json.loads(run_as_json(progress, tuple(items)))
    assert [item["difference"]["outcome_after"] for item in document["items"]] == ["held", "held"]
    rows = list(csv.DictReader(io.StringIO(write_run_csv(tuple(items)))))
    assert {row["site"] for row in rows} == {"123"}
    assert all("CMP108" in row["codes_new"].split() for row in rows)
    page = render_run(summarise_run(progress, tuple(items)))
    assert "CMP108" in page
    assert "accepted → held" in describe_run(deployment.parts, "dry")


def test_a_real_run_reports_anew_where_something_changed(deployment: Deployment) -> None:
    sha256 = register_strict(deployment)
    run_over(deployment, "real", RunScope.SITE, "123", trial=sha256)
    outcomes = {item.share.site: item.outcome for item in deployment.submissions()}
    assert outcomes == {"123": Outcome.HELD, "124": Outcome.ACCEPTED}
    with deployment.parts.ledger.read() as tx:
        assert all(item.is_disputed for item in tx.catalogue.of_subject("123-1001"))
        told = [
            item.message.id.rpartition(":")[2]
            for submission in tx.submissions.find()
            for item in tx.outbox.of_submission(submission.id)
            if item.message.id.startswith("disputed:reprocess:real:")
        ]
        assert sorted(told) == ["123-1001", "123-1002"]
        assert not any(item.is_disputed for item in tx.catalogue.of_subject("124-1003"))
        assert [len(tx.verdicts.history(item.id)) for item in tx.submissions.find(newest_first=False)] == [
            2,
            2,
            1,
        ]


def test_without_the_zip_the_archive_is_read_and_that_is_said(deployment: Deployment) -> None:
    forget_originals(deployment)
    items = run_over(deployment, "again", RunScope.ALL)
    assert [(item.state, item.difference) for item in items] == [(ItemState.DONE, None)] * 3
    assert {item.reason for item in items} == {CONTAINER_NOT_CHECKED}
    assert CONTAINER_NOT_CHECKED in describe_run(deployment.parts, "again")
    assert deployment.parts.originals.held() == []


def test_without_the_zip_a_real_run_judges_what_is_filed(deployment: Deployment) -> None:
    forget_originals(deployment)
    sha256 = register_strict(deployment)
    run_over(deployment, "real", RunScope.SITE, "123", trial=sha256)
    submission = deployment.submissions()[0]
    assert submission.outcome is Outcome.HELD
    assert CONTAINER_NOT_CHECKED in deployment.report(submission.id)
    assert deployment.parts.archive.head("123-1001") == 1
    assert ocfl_faults(deployment.parts.places.subjects) == ""


def test_what_was_never_filed_is_no_longer_held(deployment: Deployment) -> None:
    stranger = build_case("124-1009", ct_slices=3, fractions=1, cbct=1, cbct_slices=2)
    deployment.drop("explorer", "123", "strange.zip", zip_instances(stranger))
    deployment.run()
    forget_originals(deployment)
    skipped = [
        item for item in run_over(deployment, "again", RunScope.ALL) if item.state is ItemState.SKIPPED
    ]
    assert [item.reason for item in skipped] == ["bytes no longer held"]
