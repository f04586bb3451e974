"""Settle under every interleaving of what senders do, what the clock does and when polls come.

A sender that is alive changes its file at least once in `minimum_age`: that is what quiet can tell from
death. What a sender does that pauses for longer is in the second half: it may be called settled too soon, but
the gate behind settle (an SMB handle) refuses it, or what it goes on to write is a new arrival.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.model.route import RouteKind, ShareAddress, Sighting
from ingest.routes.ports import Lease, NotYet
from ingest.routes.settle import Settled, is_same, lease_id, name_key, settle
from ingest.trial.definition import Settle
from tests.fakes.memory_store import MemoryStore

SHARE = ShareAddress(RouteKind.EXPLORER, "123", "folder:/x")
NAMES = ("a.zip", "b.zip")
FULL = bytes(8)


def key(name: str) -> str:
    return name_key(b"key", SHARE, name)


@dataclass
class World:
    """A share, its senders, the clock, and what the service knows."""

    rule: Settle
    now: datetime = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
    store: MemoryStore = field(default_factory=MemoryStore)
    writing: dict[str, str] = field(default_factory=dict)
    last_write: dict[str, datetime] = field(default_factory=dict)
    sightings: dict[str, Sighting] = field(default_factory=dict)

    def path_of(self, name: str) -> str:
        return self.writing.get(name, name)

    def write(self, name: str) -> None:
        """Put a range: same size, another ETag. Last-Modified has whole seconds only, as HTTP's has."""
        self.store.put(self.path_of(name), FULL, when=self.now.replace(microsecond=0))
        self.last_write[name] = self.now

    def create(self, name: str, path: str) -> None:
        if name not in self.writing:
            self.writing[name] = path
            self.write(name)

    def finish(self, name: str, is_renamed: bool) -> None:
        """The last write: set properties, or the rename to the final name."""
        if name not in self.writing:
            return
        self.write(name)
        path = self.writing.pop(name)
        if is_renamed and path != name:
            file = self.store.files.pop(path)
            self.store.files[name] = file

    def kill(self, name: str) -> None:
        self.writing.pop(name, None)

    def tick(self, seconds: float, senders_are_lively: bool = True) -> None:
        """Let time pass; whoever is alive writes before `minimum_age` is over."""
        self.now += timedelta(seconds=seconds)
        if senders_are_lively:
            for name in self.writing:
                if (self.now - self.last_write[name]).total_seconds() >= self.rule.minimum_age / 2:
                    self.write(name)

    def poll(self) -> Settled:
        found = settle(self.sightings, self.store.list_entries().zips, self.rule, self.now, key)
        self.sightings |= {sighting.name_key: sighting for sighting in found.to_keep}
        for gone in found.vanished:
            del self.sightings[gone]
        return found

    def arrived(self, found: Settled) -> set[str]:
        return {entry.name for entry, _ in found.arrivals}


RULES = st.builds(Settle, polls=st.integers(0, 4), minimum_age=st.sampled_from([1.0, 30.0, 120.0]))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("create"), st.sampled_from(NAMES)),
        st.tuples(st.just("create-part"), st.sampled_from(NAMES)),
        st.tuples(st.just("put-range"), st.sampled_from(NAMES)),
        st.tuples(st.just("set-properties"), st.sampled_from(NAMES)),
        st.tuples(st.just("rename"), st.sampled_from(NAMES)),
        st.tuples(st.just("kill"), st.sampled_from(NAMES)),
        st.tuples(st.just("clock"), st.sampled_from(["0.01", "0.4", "14", "59", "3600"])),
        st.tuples(st.just("poll"), st.just("")),
    ),
    max_size=40,
)


def play(world: World, steps: Iterable[tuple[str, str]]) -> Iterable[Settled]:
    for step, what in steps:
        match step:
            case "create":
                world.create(what, what)
            case "create-part":
                world.create(what, f"{what}.part")
            case "put-range" if what in world.writing:
                world.write(what)
            case "set-properties":
                world.finish(what, is_renamed=False)
            case "rename":
                world.finish(what, is_renamed=True)
            case "kill":
                world.kill(what)
            case "clock":
                _pass_time(world, float(what))
            case "poll":
                yield world.poll()


def _pass_time(world: World, seconds: float) -> None:
    """In small steps, so that a sender that is alive can write in between."""
    pace = world.rule.minimum_age / 4
    while seconds > 0:
        world.tick(min(pace, seconds))
        seconds -= pace


@settings(max_examples=400, deadline=None)
@given(RULES, STEPS)
def test_nothing_is_settled_while_its_sender_writes(rule: Settle, steps: list[tuple[str, str]]) -> None:
    world = World(rule)
    for found in play(world, steps):
        written_to = {world.path_of(name) for name in world.writing}
        assert not world.arrived(found) & written_to


@settings(max_examples=400, deadline=None)
@given(RULES, STEPS)
def test_what_stopped_is_settled_in_the_end(rule: Settle, steps: list[tuple[str, str]]) -> None:
    world = World(rule)
    for _ in play(world, steps):
        pass
    for name in NAMES:
        world.kill(name)
    for _ in range(rule.polls + 3):
        world.tick(rule.minimum_age + 1)
        found = world.poll()
    assert world.arrived(found) == {entry.name for entry in world.store.list_entries().zips}
    assert found.waiting == 0
    assert found.to_keep == ()


@settings(max_examples=200, deadline=None)
@given(RULES, STEPS)
def test_a_sighting_is_never_that_of_other_bytes(rule: Settle, steps: list[tuple[str, str]]) -> None:
    world = World(rule)
    for found in play(world, steps):
        for entry, sighting in found.arrivals:
            assert is_same(sighting, entry)
            assert (sighting.last_seen - sighting.first_seen).total_seconds() >= rule.minimum_age
            assert sighting.polls_unchanged >= rule.polls


@settings(max_examples=200, deadline=None)
@given(RULES, st.lists(st.sampled_from(["write", "wait", "poll"]), max_size=30))
def test_a_sender_that_paused_for_long_makes_a_new_arrival(rule: Settle, steps: list[str]) -> None:
    world = World(rule)
    world.create("a.zip", "a.zip")
    called_settled: set[str] = set()
    for step in steps:
        if step == "write":
            world.write("a.zip")
        elif step == "wait":
            world.tick(rule.minimum_age * 2, senders_are_lively=False)
        else:
            called_settled |= {sighting.etag for _, sighting in world.poll().arrivals}
    world.write("a.zip")
    whole = world.store.files["a.zip"].properties.etag
    assert whole not in called_settled
    for _ in range(rule.polls + 2):
        world.tick(rule.minimum_age + 1, senders_are_lively=False)
        found = world.poll()
    assert [sighting.etag for _, sighting in found.arrivals] == [whole]


@given(RULES)
def test_an_smb_client_that_pauses_is_refused_by_the_lease(rule: Settle) -> None:
    world = World(rule)
    world.create("a.zip", "a.zip")
    world.store.files["a.zip"].writers = 1
    for _ in range(rule.polls + 2):
        world.tick(rule.minimum_age + 1, senders_are_lively=False)
        found = world.poll()
    ((entry, sighting),) = found.arrivals
    assert isinstance(world.store.try_lease(entry.name, lease_id(sighting)), NotYet)
    world.store.files["a.zip"].writers = 0
    assert isinstance(world.store.try_lease(entry.name, lease_id(sighting)), Lease)
