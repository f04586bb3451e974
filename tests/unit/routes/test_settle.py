from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ingest.model.route import Entry, RouteKind, ShareAddress, Sighting
from ingest.routes.settle import find_entry, lease_id, name_key, settle
from ingest.trial.definition import Settle

NINE = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
SHARE = ShareAddress(RouteKind.SMB, "123", "folder:/mnt/a")
ENTRY = Entry("a.zip", 10, "1", "e1", NINE)
RULE = Settle(polls=2, minimum_age=60)


def key(name: str) -> str:
    return name_key(b"key", SHARE, name)


def polls(*entries: Entry, every: float = 60, rule: Settle = RULE) -> list[int]:
    """Poll once for each entry; return how many had settled each time."""
    known: dict[str, Sighting] = {}
    arrived = []
    for number, entry in enumerate(entries):
        found = settle(known, [entry], rule, NINE + timedelta(seconds=every * number), key)
        known |= {sighting.name_key: sighting for sighting in found.to_keep}
        arrived.append(len(found.arrivals))
    return arrived


def test_settled_after_the_polls_and_the_age() -> None:
    assert polls(ENTRY, ENTRY, ENTRY, ENTRY) == [0, 0, 1, 1]
    assert polls(ENTRY, ENTRY, ENTRY, ENTRY, every=20) == [0, 0, 0, 1]


def test_any_of_the_four_begins_it_again() -> None:
    for other in (
        replace(ENTRY, size=11),
        replace(ENTRY, file_id="2"),
        replace(ENTRY, etag="e2"),
        replace(ENTRY, last_modified=NINE + timedelta(seconds=1)),
    ):
        assert polls(ENTRY, ENTRY, other, other, other) == [0, 0, 0, 0, 1]


def test_polls_at_the_same_instant_count_as_one() -> None:
    assert polls(ENTRY, ENTRY, ENTRY, ENTRY, every=0, rule=Settle(polls=1, minimum_age=0)) == [0, 0, 0, 0]


def test_a_rule_of_no_polls_and_no_age_settles_at_once() -> None:
    assert polls(ENTRY, rule=Settle(polls=0, minimum_age=0)) == [1]


def test_an_old_time_stamp_is_no_age() -> None:
    assert polls(replace(ENTRY, last_modified=NINE - timedelta(days=400))) == [0]


def test_a_settled_entry_needs_no_more_writing() -> None:
    seen = Sighting(key("a.zip"), 10, "1", "e1", NINE, NINE, NINE + timedelta(minutes=5), 5)
    found = settle({seen.name_key: seen}, [ENTRY], RULE, NINE + timedelta(hours=1), key)
    assert found.to_keep == ()
    assert found.arrivals == ((ENTRY, seen),)


def test_changed_and_vanished_entries_are_named_by_their_keys() -> None:
    known = {
        key(name): Sighting(key(name), 10, "1", "e1", NINE, NINE, NINE, 0) for name in ("a.zip", "b.zip")
    }
    found = settle(known, [replace(ENTRY, etag="e2")], RULE, NINE + timedelta(minutes=1), key)
    assert found.changed == {key("a.zip")}
    assert found.vanished == {key("b.zip")}


def test_an_announced_file_of_the_announced_size_has_settled_at_once() -> None:
    assert settle({}, [ENTRY], RULE, NINE, key, {key("a.zip"): 10}).waiting == 0
    assert settle({}, [ENTRY], RULE, NINE, key, {key("a.zip"): 11}).waiting == 1


def test_a_name_key_tells_route_site_and_name_apart_but_not_the_mount() -> None:
    keys = {
        name_key(b"key", SHARE, "a.zip"),
        name_key(b"kez", SHARE, "a.zip"),
        name_key(b"key", replace(SHARE, site="124"), "a.zip"),
        name_key(b"key", replace(SHARE, route=RouteKind.HTP), "a.zip"),
        name_key(b"key", SHARE, "A.zip"),
        name_key(b"key", SHARE, "\udcff.zip"),
    }
    assert len(keys) == 6
    assert name_key(b"key", replace(SHARE, address="folder:/mnt/b"), "a.zip") in keys


def test_a_name_is_found_again_by_its_key() -> None:
    other = replace(ENTRY, name="b.zip")
    assert find_entry([other, ENTRY], key("a.zip"), key) == ENTRY
    assert find_entry([other], key("a.zip"), key) is None


def test_a_lease_id_is_the_same_for_the_same_sighting_only() -> None:
    seen = Sighting("k", 10, "1", "e1", NINE, NINE, NINE, 0)
    assert lease_id(seen) == lease_id(replace(seen, polls_unchanged=7))
    assert lease_id(seen) != lease_id(replace(seen, etag="e2"))
