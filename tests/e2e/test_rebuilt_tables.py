"""What `ingest archive rebuild-ledger` brings back of each table, and what of it was never in the archive.

docs/archive-format.md says the same in a table; a table of the schema that neither tells of fails here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sqlalchemy as sa

from ingest.ledger.tables import metadata
from ingest.service import open_service
from tests.builders import change, of_modality, zip_instances
from tests.desk import TWO, WHO, Desk, leaking_case, private_case, small_case

PAGE = Path(__file__).parents[2] / "docs" / "archive-format.md"

Row = Mapping[str, Any]
Rows = dict[str, list[Row]]

#: What came of the machine's work on a row, or is counted anew: row numbers, moments, leases.
OF_THE_MACHINE = frozenset(
    ("id", "changed", "woken", "begun", "completed", "carried_out", "filed", "first_seen", "registered")
) | {"holder", "lease_until", "token"}


@dataclass(frozen=True)
class Fate:
    """What becomes of a table: the page's word for it, and of what is found again, which rows and columns.

    key:     what names a row.
    is_back: whether a row comes back, given all rows as they were.
    lost:    columns that do not come back with it.
    """

    word: str
    key: tuple[str, ...] = ()
    is_back: Callable[[Row, Rows], bool] = lambda row, rows: True
    lost: frozenset[str] = frozenset()


def of_a_version(row: Row, rows: Rows) -> bool:
    """Whether the act that a row speaks of made a version that the archive still holds."""
    return (row["submission"], row["act_name"]) in {
        (filing["submission"], filing["act_name"]) for filing in rows["filings"] if is_held(filing, rows)
    }


def is_held(row: Row, rows: Rows) -> bool:
    """Whether the archive holds the version that a filing made, or an instance was filed in."""
    withdrawn = {subject["subject_id"] for subject in rows["subjects"] if subject["is_withdrawn"]}
    return row["version"] is not None and row["subject_id"] not in withdrawn


def submission_of_a_version(row: Row, rows: Rows) -> bool:
    return row["seq"] in {filing["submission"] for filing in rows["filings"] if is_held(filing, rows)}


def share_of_a_version(row: Row, rows: Rows) -> bool:
    """Whether something was filed from a share; what is a bare number stands under the first share."""
    senders = {item["share_id"] for item in rows["submissions"] if submission_of_a_version(item, rows)}
    return f"{row['route']} {row['site']}" in senders or row["id"] == 1


def act_of_a_record(row: Row, rows: Rows) -> bool:
    """Whether something was filed or taken out of the archive by an act."""
    return row["kind"] == "withdraw" or any(
        row["name"] == filing["act_name"] for filing in rows["filings"] if is_held(filing, rows)
    )


OF_THE_ENTRY = frozenset(
    ("identity", "source_key", "file_id", "etag", "last_modified", "display_name", "content_md5")
) | {"declared_sha256", "notice_id"}
OF_AN_ACT = ("submission", "act_name")

FATES = {
    "shares": Fate("in part", ("route", "site"), share_of_a_version, frozenset({"listed", "other_entries"})),
    "sightings": Fate("not"),
    "submissions": Fate("in part", ("seq",), submission_of_a_version, OF_THE_ENTRY),
    "attempts": Fate("not"),
    "inspections": Fate("in part", OF_AN_ACT, of_a_version, frozenset({"result"})),
    "instances": Fate("in part", (*OF_AN_ACT, "ordinal"), is_held, frozenset({"is_disputed"})),
    "verdicts": Fate("in part", OF_AN_ACT, of_a_version),
    "subject_verdicts": Fate("in part", (*OF_AN_ACT, "label"), of_a_version),
    "verdict_codes": Fate("in part", (*OF_AN_ACT, "label", "code"), of_a_version),
    "subjects": Fate("whole", ("subject_id",)),
    "filings": Fate("in part", ("subject_id", *OF_AN_ACT), is_held),
    "acts": Fate("in part", ("name",), act_of_a_record),
    "held_items": Fate("not"),
    "approvals": Fate(
        "in part",
        ("id",),
        lambda row, rows: row["site"] == "123",
        frozenset({"revoked", "revoked_by", "revoked_reason"}),
    ),
    "waivers": Fate("not"),
    "enrolment": Fate("not"),
    "outbox": Fate("not"),
    "audit_events": Fate("anew", ("hash",)),
    "audit_head": Fate("anew", ("hash",)),
    "runs": Fate("not"),
    "run_items": Fate("not"),
    "trial_files": Fate("in part", ("sha256",), lambda row, rows: row["name"] != "another"),
    "reports": Fate("not"),
    "heartbeats": Fate("not"),
}


def told_of() -> dict[str, tuple[str, frozenset[str]]]:
    """Return what the page says: table → its word, and the columns that it names as lost."""
    section = PAGE.read_text("utf-8").partition("## Making the ledger anew")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([a-z ]+) \| (.*) \|$", section, re.MULTILINE)
    return {table: (word, frozenset(re.findall(r"`(\w+)`", lost))) for table, word, lost in rows}


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rows, Rows]]:
    """Every row of a ledger in which no table is empty, and of the one rebuilt after it was lost."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        desk = Desk(tmp_path_factory.mktemp("desk"), monkeypatch)
        live(desk)
        yield lose_and_rebuild(desk)


def lose_and_rebuild(desk: Desk) -> tuple[Rows, Rows]:
    before = read_ledger(desk)
    for path in desk.settings.data_dir.glob("ledger.sqlite*"):
        path.unlink()
    desk.type("archive", "rebuild-ledger")
    return before, read_ledger(desk)


def live(desk: Desk) -> None:
    """Do all that fills a table, both so that the archive knows of it and so that it does not."""
    filed = zip_instances(small_case("123-1001", 1))
    desk.arrive("explorer", "123", "first.zip", filed)
    desk.arrive("smb", "123", "again.zip", filed)
    approved = desk.arrive("smb", "123", "private.zip", zip_instances(private_case("123-1002", 2)))
    desk.type("approve", "--from", approved, *WHO)
    desk.type("reprocess", "submission", approved, *WHO)
    desk.type("approve", "--site", "124", "--creator", "NEVER SEEN", *WHO)
    desk.arrive("smb", "123", "leaves.zip", zip_instances(small_case("123-1003", 3)))
    desk.type("withdraw", "123-1003", *TWO)
    desk.arrive("explorer", "124", "leak.zip", zip_instances(leaking_case("124-1004", 4)))
    desk.type("held", "reject", desk.held()[0], *WHO)
    desk.arrive("smb", "123", "plan.zip", zip_instances(changed("RTPLAN", "RTPlanLabel")))
    desk.type("held", "release", desk.held()[0], "--supersede", *WHO)
    desk.arrive("smb", "123", "set.zip", zip_instances(changed("RTSTRUCT", "StructureSetLabel")))
    (desk.root / "earlier.toml").write_text(desk.settings.trial_file.read_text() + "# an earlier one\n")
    desk.type("trial", "register", str(desk.root / "earlier.toml"))
    desk.type("waive", "rtdose", "--site", "123", *WHO)
    (desk.root / "list.csv").write_text("study_id,state\n123-1001,enrolled\n")
    desk.type("enrolment", "import", str(desk.root / "list.csv"), "--apply", *WHO)
    with open_service(desk.settings) as service, service.parts.ledger.write() as tx:
        tx.trials.register("another", "", hashlib.sha256(b"").hexdigest())
        tx.vitals.beat("w1", "ingest")


def changed(modality: str, keyword: str):
    return change(small_case("123-1001", 1), modality, lambda ds: setattr(ds, keyword, "CORRECTED"))


def read_ledger(desk: Desk) -> Rows:
    """Return all rows; numbers that are counted anew are put as what they stand for."""
    engine = sa.create_engine(f"sqlite:///{desk.settings.data_dir / 'ledger.sqlite'}")
    with engine.connect() as connection:
        rows = {
            name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    acts = {row["id"]: row["act_name"] for row in rows["inspections"]}
    places = {row["id"]: f"{row['route']} {row['site']}" for row in rows["shares"]}
    for row in rows["instances"]:
        row["act_name"] = acts[row.pop("inspection_id")]
    for row in (*rows["sightings"], *rows["submissions"]):
        row["share_id"] = places[row["share_id"]]
    return rows


def test_every_table_is_told_of_here_and_on_the_page() -> None:
    assert FATES.keys() == metadata.tables.keys()
    assert told_of() == {table: (fate.word, fate.lost) for table, fate in FATES.items()}


@pytest.mark.parametrize("table", FATES)
def test_what_becomes_of_a_table(ledgers: tuple[Rows, Rows], table: str) -> None:
    fate, before, after = FATES[table], ledgers[0][table], ledgers[1][table]
    assert before, "an empty table shows nothing"
    if fate.word == "not":
        assert after == []
        return
    was, found = by_key(fate, before), by_key(fate, after)
    if fate.word == "anew":
        assert found and not found.keys() & was.keys()
        return
    back = by_key(fate, (row for row in before if fate.is_back(row, ledgers[0])))
    assert back
    # Of the others a number alone may be found, see below.
    assert {key: row for key, row in found.items() if row.get("state") != "vanished"} == back
    assert (fate.word == "whole") == (back.keys() == was.keys() and not fate.lost)


def by_key(fate: Fate, rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
    """Return rows under what names them, without what is lost or of the machine."""
    apart = OF_THE_MACHINE | fate.lost
    return {
        tuple(row[name] for name in fate.key): {
            name: value for name, value in row.items() if name not in apart
        }
        for row in rows
    }


def test_of_a_submission_that_filed_nothing_the_number_alone_is_kept(ledgers: tuple[Rows, Rows]) -> None:
    before, after = ledgers
    bare = {row["seq"] for row in before["submissions"] if not submission_of_a_version(row, before)}
    found = [row for row in after["submissions"] if row["state"] == "vanished"]
    assert bare and {row["seq"] for row in found} == bare
    assert {(row["sha256"], row["outcome"], row["size"]) for row in found} == {("", "", 0)}


def test_acts_that_moved_or_took_out_what_was_filed_come_back_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, monkeypatch)
    for name, seed in (("a.zip", 6), ("b.zip", 66)):
        last = desk.arrive("smb", "123", name, zip_instances(small_case("123-1006", seed)))
    desk.type("reassign", "123-1006", "123-1007", "--from", last, *TWO)
    desk.type("reassign", "123-1006", "123-1008", *TWO)
    desk.type("purge", last, "123-1007", *TWO)
    desk.type("withdraw", "123-1009", *TWO)
    assert_records_fit_their_schemas(desk.settings.data_dir)
    before, after = lose_and_rebuild(desk)
    kinds = sorted(row["name"] for row in before["acts"])
    reassigned = ["reassign:123-1006:1", "reassign:S000001:1", "reassign:S000002:1"]
    assert kinds == ["purge:S000002:1", *reassigned, "withdraw:123-1009:1"]
    fate = FATES["acts"]
    assert by_key(fate, after["acts"]) == by_key(fate, before["acts"])
    assert all(row["carried_out"] for row in after["acts"])


def assert_records_fit_their_schemas(archive: Path) -> None:
    for pattern, name in (
        ("subjects/*/v*/content/records/v*/purge.json", "purge"),
        ("subjects/*/v*/content/records/v*/reassignment.json", "reassignment"),
        ("subjects/*/v*/content/records/v*/receipt.json", "receipt"),
        ("withdrawn/*.json", "withdrawal"),
    ):
        schema = json.loads((PAGE.parent / "schemas" / f"{name}.schema.json").read_text("utf-8"))
        found = list(archive.glob(pattern))
        assert found, pattern
        for path in found:
            record = json.loads(path.read_text("utf-8"))
            jsonschema.validate(record, schema)
            assert name == "receipt" or [act["reason"] for act in record["acts"]] == ["as agreed"]


def test_disputes_are_forgotten_and_approvals_taken_back(ledgers: tuple[Rows, Rows]) -> None:
    before, after = ledgers
    assert any(row["is_disputed"] for row in before["instances"])
    assert not any(row["is_disputed"] for row in after["instances"])
    assert not any(row["revoked"] for row in before["approvals"])
    assert {row["revoked_by"] for row in after["approvals"]} == {"rebuild-ledger"}
    assert all(row["revoked"] for row in after["approvals"])


def test_of_what_was_purged_uids_kinds_and_digests_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, monkeypatch)
    purged = desk.arrive("smb", "123", "purged.zip", zip_instances(small_case("123-1005", 5)))
    desk.arrive("smb", "123", "stays.zip", zip_instances(of_modality(small_case("123-1005", 6), "RTPLAN")))
    desk.type("purge", purged, "123-1005", *TWO)
    desk.type("waive", "rtdose", "--site", "123", *WHO)
    before, after = lose_and_rebuild(desk)
    known = ("submission", "ordinal", "subject_id", "kind", "sop_instance_uid", "state")
    digests = ("sent_sha256", "filed_sha256", "content_sha256")
    of_both = [
        sorted(tuple(row[name] for name in (*known, *digests)) for row in rows["instances"] if row["kind"])
        for rows in (before, after)
    ]
    assert of_both[0] == of_both[1] and {row[5] for row in of_both[0]} == {"filed", "removed"}
    gone = [row for row in after["instances"] if row["state"] == "removed"]
    assert {(row["size"], row["facts"], row["path"]) for row in gone} == {(0, "", "")}
    assert [row["instances"] for row in after["filings"]] == [0, 1, 0]
    (act,) = ({**row, "carried_out": None} for row in before["acts"])
    assert [{**row, "carried_out": None} for row in after["acts"]] == [act]
    assert (act["by"], act["second_by"], act["reason"]) == ("A. Manager", "P. Hysicist", "as agreed")
    assert {row["act_name"].partition(":")[0] for row in after["verdicts"]} == {"arrival"}
    assert ["rtdose" in rows["subjects"][0]["missing"] for rows in (before, after)] == [False, True]
