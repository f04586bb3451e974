"""What goes into the ledger comes out the same, and any change to the audit chain shows."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.ledger.difference import compare
from ingest.ledger.engine import make_engine
from ingest.ledger.ledger import Ledger
from ingest.ledger.schema import upgrade
from ingest.model.route import Sighting
from ingest.model.verdict import Outcome, Verdict
from tests.ledger_rows import NOON, SHARE, ManualClock, verdict

FEW = settings(max_examples=25, deadline=None)
WORDS = st.text(max_size=12).filter(lambda text: "\x00" not in text)
SIGHTINGS = st.builds(
    Sighting,
    name_key=st.sampled_from("abcdef"),
    size=st.integers(0, 2**50),
    file_id=st.text("0123456789", max_size=4),
    etag=st.text("xyz", max_size=3),
    last_modified=st.just(NOON),
    first_seen=st.just(NOON),
    last_seen=st.just(NOON),
    polls_unchanged=st.integers(0, 9),
)
LISTINGS = st.lists(SIGHTINGS, unique_by=lambda sighting: sighting.name_key)
VERDICTS = st.dictionaries(
    st.sampled_from(["123_1001", "123_1002", "unidentified_1"]),
    st.tuples(st.sampled_from(Outcome), st.lists(st.sampled_from(["PSN101", "SID101"])).map(tuple)),
).map(lambda subjects: verdict(**subjects))


@cache
def empty_ledger() -> Path:
    """Return an empty ledger's file, to copy."""
    path = Path(tempfile.mkdtemp(prefix="ledger-")) / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


@contextmanager
def fresh_ledger() -> Iterator[tuple[Ledger, str]]:
    """Give an empty ledger and its URL."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{shutil.copy(empty_ledger(), Path(folder) / 'ledger.db')}"
        ledger = Ledger.open(url, ManualClock())
        try:
            yield ledger, url
        finally:
            ledger.close()


@FEW
@given(st.lists(LISTINGS, max_size=4))
def test_the_sightings_are_the_last_listing(listings: list[list[Sighting]]) -> None:
    with fresh_ledger() as (ledger, _):
        for listing in listings:
            with ledger.write() as tx:
                tx.sightings.replace(SHARE, listing)
                known = tx.sightings.load(SHARE)
            assert {key: item.sighting for key, item in known.items()} == {
                sighting.name_key: sighting for sighting in listing
            }


@FEW
@given(
    st.lists(st.dictionaries(WORDS, WORDS, max_size=3), min_size=1, max_size=6),
    st.data(),
)
def test_any_change_to_an_audit_event_shows(details: list[dict[str, str]], data: st.DataObject) -> None:
    with fresh_ledger() as (ledger, url):
        for detail in details:
            with ledger.write() as tx:
                tx.audit.append("event", detail=detail)
        with ledger.read() as tx:
            assert tx.audit.verify().first_fault is None
            assert [dict(event.detail) for event in tx.audit.events()] == details
        victim = data.draw(st.integers(1, len(details)))
        column = data.draw(st.sampled_from(["body", "previous", "hash", "event", "submission", "subject_id"]))
        engine = make_engine(url)
        with engine.begin() as connection:
            change = f"UPDATE audit_events SET {column} = {column} || 'x' WHERE seq = :seq"
            connection.execute(sa.text(change), {"seq": victim})
        engine.dispose()
        with ledger.read() as tx:
            assert tx.audit.verify().first_fault == victim


@given(VERDICTS, VERDICTS)
def test_a_difference_read_backwards_is_the_difference_the_other_way(one: Verdict, other: Verdict) -> None:
    there, back = compare(one, other), compare(other, one)
    assert [(item.label, item.codes_new, item.codes_gone) for item in there.subjects] == [
        (item.label, item.codes_gone, item.codes_new) for item in back.subjects
    ]
    assert there.is_change == back.is_change
    assert compare(one, one).is_change is False
