"""No act of a person without who and why; no second person who is the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.service import open_service
from tests.builders import zip_instances
from tests.desk import WHO, Desk, ided, leaking_case, private_case, refused, small_case

#: Every act that is done with one call, and those that ask for a second person.
ACTS = (
    ("held", "assign", "1", "P. Hysicist"),
    ("held", "show", "1", "--show-values"),
    ("held", "release", "1"),
    ("held", "reject", "1"),
    ("held", "purge", "1"),
    ("held", "confirm", "release:S000001:1"),
    ("approve", "--site", "123", "--creator", "WESTMOOR PHYSICS"),
    ("approve", "--from", "S000002"),
    ("approvals", "propose", "S000002", "--show-values"),
    ("approvals", "revoke", "1"),
    ("waive", "reg", "--site", "123"),
    ("waivers", "revoke", "1"),
    ("reassign", "123-1003", "123-1005"),
    ("purge", "S000003"),
    ("withdraw", "123-1003"),
    ("enrolment", "import", "list.csv", "--apply"),
    ("reprocess", "submission", "S000002"),
    ("reprocess", "submission", "S000002", "--dry-run"),
    ("site", "add", "126", "--name", "Eastfield", "--route", "smb", "--apply"),
)
UNNAMED = (
    (),
    ("--by", "A. Manager"),
    ("--reason", "as agreed"),
    ("--by", " ", "--reason", "as agreed"),
    ("--by", "A. Manager", "--reason", " \t"),
)
TWO_PEOPLE = ("reassign", "purge", "withdraw")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """One held for its study ID with a release that waits, one for private elements, one filed."""
    desk = Desk(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    # The values are shown on a terminal only; that is tried elsewhere.
    monkeypatch.setattr("ingest.cli.held.require_terminal", lambda show_values: None)
    monkeypatch.setattr("ingest.cli.approvals.require_terminal", lambda show_values: None)
    desk.arrive("smb", "123", "a.zip", zip_instances(ided("123-1004", 4, "123_1004")))
    desk.arrive("smb", "123", "b.zip", zip_instances(private_case("123-1006", 6)))
    desk.arrive("smb", "123", "c.zip", zip_instances(small_case("123-1003", 3)))
    desk.type("held", "release", "1", "--as", "123-1004", *WHO)
    desk.type("approve", "--site", "123", "--creator", "NORTHFIELD", *WHO)
    desk.type("waive", "rtrecord", "--site", "123", *WHO)
    (tmp_path / "list.csv").write_text("Study ID\n123-1003\n", encoding="utf-8")
    yield desk


def everything(desk: Desk) -> tuple[object, ...]:
    """Return what an act could change: the audit chain, acts, approvals, waivers, the trial file."""
    with open_service(desk.settings) as service, service.parts.ledger.read() as tx:
        events = [item.hash for item in tx.audit.events(limit=10_000)]
        return (
            events,
            tx.acts.find(),
            tx.approvals.find(),
            tx.waivers.find(),
            desk.settings.trial_file.read_text(),
        )


def test_no_act_is_done_without_who_and_why(desk: Desk) -> None:
    before = everything(desk)
    for act in ACTS:
        for words in UNNAMED:
            refused(*act, *words)
        if act[0] in TWO_PEOPLE:
            refused(*act, "--by", "A. Manager", "--by", " ", "--reason", "as agreed")
    assert everything(desk) == before
    assert not (desk.root / "site-126").exists() and not (desk.root / "shares" / "smb" / "126").exists()


def test_who_and_why_are_in_the_audit_chain_of_every_act(desk: Desk) -> None:
    who = ("--by", "Z. Unique", "--reason", "for the reason of this test")
    for act in (
        ("site", "add", "126", "--name", "Eastfield", "--route", "smb", "--apply"),
        ("held", "assign", "1", "P. Hysicist"),
        ("held", "confirm", "release:S000001:1"),
        ("approve", "--from", "S000002"),
        ("approvals", "revoke", "1"),
        ("waive", "reg", "--site", "123"),
        ("waivers", "revoke", "1"),
        ("enrolment", "import", "list.csv", "--apply"),
        ("reprocess", "submission", "S000002"),
        ("reassign", "123-1003", "123-1005"),
        ("purge", "S000003"),
        ("withdraw", "123-1003"),
    ):
        seen = len(everything(desk)[0])
        desk.type(*act, *who)
        with open_service(desk.settings) as service, service.parts.ledger.read() as tx:
            new = [item for item in tx.audit.events(limit=10_000) if item.seq > seen]
        named = [item for item in new if item.by == "Z. Unique" and "reason" in item.detail]
        assert [item.detail["reason"] for item in named] == ["for the reason of this test"], act


@pytest.mark.parametrize("second", ["A. Manager", " a.  MANAGER ", "Ａ. Manager"])
@pytest.mark.parametrize(
    "act", [("purge", "S000001"), ("reassign", "123-1003", "123-1005"), ("withdraw", "123-1003")]
)
def test_the_second_person_is_another(desk: Desk, act: tuple[str, ...], second: str) -> None:
    before = everything(desk)
    said = refused(*act, "--by", "A. Manager", "--by", second, "--reason", "as agreed")
    assert "must be another" in said
    assert everything(desk) == before


def test_what_identifies_is_released_by_two_people(desk: Desk) -> None:
    desk.arrive("explorer", "123", "d.zip", zip_instances(leaking_case("123-1002", 2)))
    number = desk.held()[-1]
    for act in (("release", number), ("purge", number)):
        assert "nothing happens before another confirms it" in desk.type("held", *act, *WHO)
    said = refused("held", "confirm", "purge:S000004:1", "--by", "a. manager", "--reason", "I am sure")
    assert "must be another" in said
    assert "needs the name" not in said
