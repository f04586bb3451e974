"""The data managers' reports over a run of zips: what they say, what is kept, what goes out, and once."""

from __future__ import annotations

import csv
import io
import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import jsonschema
import pytest

from ingest.model.picture import ObjectState
from ingest.model.review import EnrolmentRecord, EnrolmentState
from ingest.reports.report import Tone
from ingest.steps.deliver import deliver
from ingest.steps.morning import send_morning
from ingest.steps.site_reports import make_site_report, report_site
from ingest.steps.trial_report import report_trial
from tests.builders import build_case, zip_instances
from tests.deployment import QUICK_TRIAL, Deployment, deploy

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
#: Site 125 without a share of its own; a contact of 124 asks for e-mail.
OFFICE = 'email = "rt-trials@eastbourne.example.org"'
TRIAL = QUICK_TRIAL.replace('routes = ["egress", "htp"]', 'routes = ["egress"]').replace(
    OFFICE, f"{OFFICE}, gets_email = true"
)


def small_case(subject_id: str, seed: int):
    return build_case(subject_id, seed=seed, ct_slices=6, fractions=2, cbct=2, cbct_slices=3)


def without(modality: str, case):
    return [item for item in case if item.dataset.Modality != modality]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory):
    """Site 123: one complete at once, one without its dose, one held, one mistyped, one not come yet."""
    with deploy(tmp_path_factory.mktemp("quality"), TRIAL) as running:
        leaking = small_case("123-1003", 3)
        next(item for item in leaking if item.dataset.Modality == "RTPLAN").dataset.OperatorsName = "Quill^O"
        running.drop("explorer", "123", "a.zip", zip_instances(small_case("123-1001", 1)))
        running.drop("smb", "123", "b.zip", zip_instances(without("RTDOSE", small_case("123-1002", 2))))
        running.drop("explorer", "123", "c.zip", zip_instances(leaking))
        running.drop("explorer", "123", "d.zip", zip_instances(small_case("999-100", 4)))
        running.drop("explorer", "123", "e.zip", zip_instances(small_case("124-2009", 6)))
        running.drop("egress", "125", "125-1001.zip", zip_instances(small_case("125-1001", 5)))
        with running.parts.ledger.write() as tx:
            tx.enrolment.replace(
                EnrolmentRecord(subject_id, EnrolmentState.ENROLLED, "20200105", site=subject_id[:3])
                for subject_id in ("123-1001", "123-1002", "123-1003", "123-1004", "125-1001")
            )
        running.run()
        yield running


@pytest.fixture(scope="module")
def delivered(deployment: Deployment) -> Deployment:
    """Every report made and sent, twice."""
    for _ in range(2):
        for site in deployment.parts.trial.sites:
            report_site(deployment.parts, site.number)
        report_trial(deployment.parts)
        send_morning(deployment.parts)
        deliver(deployment.parts)
    return deployment


def letters(deployment: Deployment) -> dict[str, EmailMessage]:
    """Return the e-mails about quality, by the start of their outbox ids."""
    found = {}
    for path in (deployment.parts.places.root / "mail").glob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)  # type: ignore[arg-type]
        found[path.stem.rsplit("-20", 1)[0]] = message
    return {name: found[name] for name in found if name.startswith(("site", "trial", "morning"))}


def test_the_matrix_has_every_subject_and_how_each_object_stands(deployment: Deployment) -> None:
    report = make_site_report(deployment.parts, "123")
    keys = [key for key, _ in report.columns]
    rows = {row.subject_id: dict(zip(keys, row.cells, strict=True)) for row in report.matrix}
    assert sorted(rows) == ["123-1001", "123-1002", "123-1003", "123-1004"]
    required = ("planning-ct", "rtstruct", "rtplan", "rtdose", "image-guidance")
    assert {rows["123-1001"][key] for key in required} == {ObjectState.PRESENT}
    assert rows["123-1002"]["rtdose"] is ObjectState.AWAITED
    assert rows["123-1002"]["rtplan"] is ObjectState.PRESENT
    assert {rows["123-1003"][key] for key in required} == {ObjectState.HELD}
    assert {rows["123-1004"][key] for key in required} == {ObjectState.AWAITED}
    assert rows["123-1001"]["mr"] is ObjectState.OPTIONAL


def test_the_numbers_of_a_site(deployment: Deployment) -> None:
    report = make_site_report(deployment.parts, "123")
    assert report.headline == (
        "Northfield Hospital: 1 of 4 patients is complete, 2 things are still awaited"
        " and data of 3 patients are held."
    )
    assert (report.subjects, report.complete, report.held, report.nothing_yet) == (4, 1, 3, 1)
    assert (report.right, report.first_time_all, report.tone) == (2, 3, Tone.HELD)
    assert report.median_days == 0


def test_the_chase_list_asks_for_what_did_not_come_and_not_for_what_is_held(deployment: Deployment) -> None:
    report = make_site_report(deployment.parts, "123")
    asked = [(line.subject_id, line.object, str(line.since)) for line in report.chase]
    today = str(deployment.parts.clock.now().date())
    assert asked == [("123-1004", "everything", "2020-01-05"), ("123-1002", "rtdose", today)]


def test_what_went_wrong_is_counted_and_another_sites_study_id_is_not_shown(deployment: Deployment) -> None:
    report = make_site_report(deployment.parts, "123")
    codes = {item.code: item.submissions for item in report.findings}
    assert codes["PSN101"] >= 1
    assert codes["CMP104"] == 1
    assert not any(row.subject_id.startswith("124") for row in report.matrix)
    assert [row.label for row in report.held_data if row.label == "123-1003"] == ["123-1003"]


def test_a_site_finds_its_report_on_each_of_its_shares(delivered: Deployment) -> None:
    for route in ("explorer", "smb", "htp"):
        folder = delivered.shares / route / "123" / "reports" / "qa"
        assert sorted(path.name for path in folder.iterdir()) == [
            "chase-list.csv",
            "data-quality.html",
            "data-quality.json",
        ]
    rows = list(csv.reader(io.StringIO((folder / "chase-list.csv").read_text(encoding="utf-8-sig"))))
    assert [row[:3] for row in rows[1:]] == [
        ["123", "123-1004", "everything"],
        ["123", "123-1002", "rtdose"],
    ]
    assert "Quill" not in (folder / "data-quality.html").read_text()


def test_the_index_of_a_share_leads_to_it_from_the_next_report_on(delivered: Deployment) -> None:
    delivered.drop("explorer", "123", "z.zip", b"no zip at all")
    delivered.run()
    index = (delivered.shares / "explorer" / "123" / "reports" / "index.html").read_text()
    assert 'href="qa/data-quality.html"' in index


def test_who_has_no_share_or_asks_for_it_gets_an_email_with_page_and_chase_list(
    delivered: Deployment,
) -> None:
    sent = letters(delivered)
    assert sorted(sent) == ["morning", "site-report-124", "site-report-125", "trial-report"]
    message = sent["site-report-125"]
    assert message["To"] == "radiotherapy@westmoor.example.org"
    assert message["Subject"] == "Hamlet.rt: data quality of site 125"
    assert [part.get_filename() for part in message.iter_attachments()] == [
        "data-quality.html",
        "chase-list.csv",
    ]
    assert sent["trial-report"]["To"] == "hamlet-data@example.org"


def test_the_morning_email_goes_to_the_team_and_says_what_waits(delivered: Deployment) -> None:
    message = letters(delivered)["morning"]
    assert message["To"] == "hamlet-operations@example.org, hamlet-data@example.org"
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert text.startswith("6 zips since the last e-mail; 3 held")
    assert "Received and filed: 123-1001 is complete." in text
    assert "has never sent anything" not in text  # nobody is enrolled at the one that has not


def test_made_again_on_the_same_day_nothing_is_sent_twice(delivered: Deployment) -> None:
    with delivered.parts.ledger.read() as tx:
        ids = tx.connection.exec_driver_sql("SELECT id FROM outbox").scalars().all()
    kept = [name for name in ids if not name.startswith(("report:", "incident:"))]
    assert len([name for name in kept if name.startswith("site-report:123")]) == 3
    assert len([name for name in kept if name.startswith(("morning:", "trial-report:"))]) == 2


def test_the_trial_report_ranks_sites_and_lists_what_is_overdue(delivered: Deployment) -> None:
    report = report_trial(delivered.parts)
    assert [site.number for site in report.sites] == ["123", "124", "125"]
    assert (report.enrolled, report.subjects, report.complete) == (5, 4, 2)
    assert [(row.subject_id, row.title) for row in report.overdue] == [("123-1004", "All data")]
    assert (len(report.months), report.months[-1].received, report.months[-1].completed) == (12, 4, 2)


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("site-report", "sites/*/*/data-quality.json"),
        ("trial-report", "trial/*/trial.json"),
    ],
)
def test_the_published_json_has_its_schema(delivered: Deployment, schema: str, pattern: str) -> None:
    whole = json.loads((SCHEMAS / f"{schema}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(whole)
    found = list(delivered.parts.places.reports.glob(pattern))
    assert found
    for path in found:
        jsonschema.validate(json.loads(path.read_text()), whole, jsonschema.Draft202012Validator)
