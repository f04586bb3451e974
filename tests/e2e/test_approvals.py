"""Approvals and severities as people give them: what they let pass, from when to when, and what never."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from pydicom import Dataset

from ingest.model.verdict import Outcome
from ingest.service import open_service
from tests.builders import change, zip_instances
from tests.desk import WHO, Desk, refused, small_case

HELD, ACCEPTED = Outcome.HELD, Outcome.ACCEPTED
MAKER, HOSPITAL, LABEL = "WESTMOOR PHYSICS", "Westmoor General Hospital", "Hutchinson pouch"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    yield Desk(tmp_path, monkeypatch)


def _case(subject_id: str, seed: int, **values: str) -> bytes:
    def put(dataset: Dataset) -> None:
        for keyword, value in values.items():
            setattr(dataset, keyword, value)

    return zip_instances(change(small_case(subject_id, seed), "CT", put))


def _private(subject_id: str, seed: int) -> bytes:
    def add(dataset: Dataset) -> None:
        dataset.private_block(0x0029, MAKER, create=True).add_new(0x10, "LO", "couch A")

    return zip_instances(change(small_case(subject_id, seed), "CT", add))


@pytest.mark.parametrize(
    ("option", "value", "make"),
    [
        ("--creator", MAKER, _private),
        ("--element", "(0029,1010)", _private),
        ("--institution", HOSPITAL.lower(), partial(_case, InstitutionName=HOSPITAL)),
        ("--label", LABEL, partial(_case, SeriesDescription=LABEL)),
    ],
)
def test_an_approval_counts_once_the_data_is_judged_again_and_while_it_is_in_force(
    desk: Desk, option: str, value: str, make: Callable[[str, int], bytes]
) -> None:
    first = desk.arrive("smb", "123", "a.zip", make("123-1001", 1))
    assert desk.outcome(first) == {"123-1001": HELD}
    assert "Usage" in refused("approve", "--site", "123", option, value, "--by", "A. Manager")
    desk.type("approve", "--site", "123", option, value, *WHO)
    assert desk.outcome(first) == {"123-1001": HELD}
    assert "accepted" in desk.type("reprocess", "submission", first, "--dry-run", *WHO)
    assert desk.outcome(first) == {"123-1001": HELD}
    desk.type("reprocess", "submission", first, *WHO)
    assert desk.outcome(first) == {"123-1001": ACCEPTED}
    (event,) = desk.audited("approved")
    assert event.by == "A. Manager" and event.detail["reason"] == "as agreed"
    if not value.startswith("("):
        data_dir = desk.settings.data_dir
        ledger = b"".join(path.read_bytes() for path in data_dir.glob("ledger*"))
        assert value.encode() not in ledger and value not in desk.type("approvals", "list")

    desk.type("approvals", "revoke", "1", *WHO)
    later = desk.arrive("smb", "123", "b.zip", make("123-1002", 2))
    assert desk.outcome(later) == {"123-1002": HELD}


def test_an_approval_is_of_one_site_and_ends_with_its_last_day(desk: Desk) -> None:
    today = datetime.now(UTC)
    until = f"{today:%Y-%m-%d}"
    desk.type("approve", "--site", "123", "--institution", HOSPITAL, "--until", until, *WHO)
    data = _case("123-1001", 1, InstitutionName=HOSPITAL)
    assert desk.outcome(desk.arrive("smb", "123", "a.zip", data)) == {"123-1001": ACCEPTED}
    other = _case("124-1001", 2, InstitutionName=HOSPITAL)
    assert desk.outcome(desk.arrive("explorer", "124", "a.zip", other)) == {"124-1001": HELD}
    with open_service(desk.settings) as service, service.parts.ledger.read() as tx:
        (row,) = tx.approvals.find("123")
    assert row.until is not None and timedelta(0) < row.until - today <= timedelta(days=1)


@pytest.mark.parametrize(
    ("keyword", "value", "code"),
    [
        ("SeriesDescription", "Hutchinson 943 476 5919", "PSN104"),
        ("InstitutionName", f"{HOSPITAL}, MRN 7654321", "PSN107"),
        ("AccessionNumber", "9434765919", "PSN104"),
        ("OperatorsName", "Quillfeather^Ottoline", "PSN101"),
    ],
)
def test_no_approval_lets_an_identifier_pass(desk: Desk, keyword: str, value: str, code: str) -> None:
    submission = desk.arrive("smb", "123", "a.zip", _case("123-1001", 1, **{keyword: value}))
    assert f"Nothing of {submission} could be approved" in desk.type("approvals", "propose", submission)
    assert "could be approved so" in refused("approve", "--from", submission, *WHO)
    desk.type("approve", "--site", "123", "--label", value, "--institution", value, "--creator", value, *WHO)
    desk.type("reprocess", "submission", submission, *WHO)
    assert desk.outcome(submission) == {"123-1001": HELD}
    assert code in desk.type("show", submission)


def test_what_is_typed_is_kept_in_the_clear_only_where_it_cannot_be_a_name(desk: Desk) -> None:
    words = ("approve", "--site", "123")
    assert "digits and points" in refused(*words, "--uid-root", "Quillfeather", *WHO)
    assert "digits and points" in refused(*words, "--sop-class", "Quillfeather", *WHO)
    assert "(3253,1000)" in refused(*words, "--element", "Quillfeather", *WHO)
    assert "empty" in refused(*words, "--label", "  ", *WHO)
    shown = desk.type(*words, "--element", "(300a,00b0)[0]>(3253,1000)", "--creator", "SIEMENS MED", *WHO)
    assert "(300A,00B0)>(3253,1000)" in shown and "SIEMENS MED" in shown


@pytest.mark.parametrize("place", ["trial", "site"])
def test_a_severity_of_the_trial_or_of_a_site_counts_from_the_next_judging(desk: Desk, place: str) -> None:
    data = _case("123-1001", 1, InstitutionName=HOSPITAL)
    submission = desk.arrive("smb", "123", "a.zip", data)
    assert desk.outcome(submission) == {"123-1001": HELD}
    trial = Path(desk.settings.trial_file)
    before = trial.read_text(encoding="utf-8")
    rule = 'code = "PSN201"\nseverity = "info"\n'
    for reason in ("", 'reason = ""\n', 'reason = "all names of hospitals are known to us"\n'):
        if place == "trial":
            trial.write_text(f"{before}\n[[severity]]\n{rule}{reason}", encoding="utf-8")
        else:
            table = f"\n[[site.severity]]\n{rule}{reason}\n[[site]]\n"
            head, site, rest = before.partition("\n[[site]]\n")
            own, following, others = rest.partition("\n[[site]]\n")
            assert following and 'number = "123"' in own
            trial.write_text(f"{head}{site}{own}{table}{others}", encoding="utf-8")
        if "known" not in reason:
            assert "reason" in refused("status")
    desk.type("reprocess", "submission", submission, *WHO)
    assert desk.outcome(submission) == {"123-1001": ACCEPTED}
    other = desk.arrive("explorer", "124", "b.zip", _case("124-1001", 2, InstitutionName=HOSPITAL))
    assert desk.outcome(other) == {"124-1001": ACCEPTED if place == "trial" else HELD}
    assert re.search(r"PSN201.*", desk.type("show", submission))
