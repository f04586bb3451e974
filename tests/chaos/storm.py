"""A storm: submissions in flight, harm upon harm, recovery, and the account."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from ingest.ledger.schema import upgrade
from ingest.ledger.tables.arrivals import attempts, submissions
from ingest.ledger.transitions import Event
from ingest.model.errors import TransientError
from ingest.model.submission import SubmissionState
from ingest.service import open_service
from tests.chaos.account import Storm, find_faults, unsettled
from tests.chaos.disk import SmallDisk, small_disk
from tests.chaos.fleet import BEAT, TWO_HEAVY, Fleet
from tests.chaos.harms import DECK, Harm, Scene, kill_postgres
from tests.chaos.mail import Inbox, mail_server
from tests.chaos.parcels import Parcel, parcels
from tests.chaos.proxy import Proxy
from tests.deployment import write_settings
from tests.servers import Postgres, Redis

LEASE = 5.0
#: Submissions that are kept on their way while harm is done.
IN_FLIGHT = 10
#: Seconds that a service may take to do a step between two harms.
PATIENCE = 20.0
#: Reasons of the world for which a person resumes what is parked; anything else is a bug.
_WORLDLY = (
    "died",
    "The ledger's database",
    "disk",
    "ENOSPC",
    "could not be written",
    "does not answer",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a storm is made of. `patience`: seconds that recovery may take."""

    harms: int
    seed: int = 1
    on_postgres: bool = True
    deck: Mapping[Harm, int] = field(default_factory=lambda: DECK)
    parcels: int = 0
    workers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: TWO_HEAVY)
    patience: float = 300.0
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Result:
    """What happened, and what is wrong after it."""

    faults: list[str] = field(default_factory=list)
    harms: Counter[str] = field(default_factory=Counter)
    dropped: int = 0
    lapsed: int = 0
    resumed: int = 0
    restarts: int = 0
    letters_repeated: int = 0
    harming_seconds: float = 0.0
    recovery_seconds: float = 0.0


class Weather:
    """One storm over one service."""

    def __init__(self, plan: Plan, scene: Scene, storm: Storm, supply: Iterator[Parcel]) -> None:
        self.plan, self.scene, self.storm, self.result = plan, scene, storm, Result()
        self._supply = supply
        self._dropped: list[Parcel] = storm.dropped  # type: ignore[assignment]

    def rage(self) -> None:
        """Do every harm of the plan, keeping the service at work."""
        began = time.monotonic()
        for harm in _deal(self.plan, self.scene.chance):
            self._feed()
            self._await_progress()
            time.sleep(self.scene.chance.uniform(0, 0.5))
            if harm(self.scene):
                self.result.harms[harm.__name__] += 1
        while len(self._dropped) < self.plan.parcels:
            self.drop(next(self._supply))
        self.result.harming_seconds = time.monotonic() - began

    def recover(self) -> list[str]:
        """Let the service come to rest; a person resumes what the world parked. Return what stays undone."""
        began, left = time.monotonic(), ["nothing was looked at yet"]
        while left and time.monotonic() < began + self.plan.patience:
            self.scene.fleet.start()
            time.sleep(0.5)
            try:
                bugs = self._resume()
                with self.storm.parts.ledger.read() as tx:
                    left = unsettled(tx, self.storm)
            except TransientError:
                continue
            if bugs:
                return bugs
        self.result.recovery_seconds = time.monotonic() - began
        return left

    def close_books(self) -> Result:
        """Count, and find what is wrong."""
        result, connection = self.result, self.scene.ledger
        with connection.connect() as reading:
            count = sa.select(sa.func.count()).select_from(attempts).where(attempts.c.result == "lapsed")
            result.lapsed = reading.execute(count).scalar_one()
        result.dropped = len(self._dropped)
        result.restarts = self.scene.fleet.restarts
        result.letters_repeated = sum(self.storm.mail.values()) - len(self.storm.mail)
        result.faults += find_faults(self.storm)
        return result

    def _await_progress(self) -> None:
        """Wait until a step came to its end since the last harm: harm must meet a service at work."""
        before, until = self._steps_done(), time.monotonic() + PATIENCE
        while time.monotonic() < until and self._steps_done() <= before:
            self.scene.fleet.start()
            time.sleep(0.1)

    def _steps_done(self) -> int:
        ended = attempts.c.ended.is_not(None) & (attempts.c.result != "lapsed")
        try:
            with self.scene.ledger.connect() as connection:
                count = sa.select(sa.func.count()).select_from(attempts).where(ended)
                return int(connection.execute(count).scalar_one())
        except sa.exc.SQLAlchemyError:
            return 0

    def _feed(self) -> None:
        """Keep so many zips on their way."""
        try:
            with self.storm.parts.ledger.read() as tx:
                done = tx.connection.execute(
                    sa.select(sa.func.count())
                    .select_from(submissions)
                    .where(submissions.c.state == SubmissionState.DONE.value)
                ).scalar_one()
        except TransientError:
            return
        while len(self._dropped) - done < IN_FLIGHT:
            self.drop(next(self._supply))

    def drop(self, parcel: Parcel) -> None:
        """Put a zip on its share, whole."""
        folder = self.storm.shares / parcel.route.value / "123"
        draft = folder / f"{parcel.name}.part"
        draft.write_bytes(parcel.data)
        draft.rename(folder / parcel.name)
        self._dropped.append(parcel)

    def _resume(self) -> list[str]:
        """Resume what died or failed too often; return what was parked by a bug."""
        bugs = []
        ledger = self.storm.parts.ledger
        with ledger.read() as tx:
            stuck = tx.vitals.read().stuck
            parked = {
                item: [event for event in tx.audit.events(submission_id=item) if event.event == "parked"]
                for item in stuck
            }
        for submission_id, events in parked.items():
            reason = str(events[-1].detail["reason"])
            if not any(word in reason for word in _WORLDLY):
                bugs.append(f"{submission_id} was parked: {reason}")
                continue
            with ledger.write() as tx:
                tx.submissions.move(submission_id, Event.RESUMED)
            self.result.resumed += 1
        return bugs


def run_storm(plan: Plan) -> Result:
    """Build a service, let a storm pass over it, and return the account."""
    with ExitStack() as closing:
        root = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="storm-")))
        disk = closing.enter_context(small_disk(root / "data"))
        inbox = closing.enter_context(mail_server())
        weather = closing.enter_context(weather_over(plan, root, disk, inbox))
        weather.rage()
        left = weather.recover()
        weather.scene.fleet.close()
        time.sleep(LEASE)
        weather.result.faults += left
        return weather.close_books()


@contextmanager
def weather_over(plan: Plan, root: Path, disk: SmallDisk, inbox: Inbox) -> Iterator[Weather]:
    """Build a service with its servers below `root`, all up but the workers."""
    with ExitStack() as closing:
        broker = Redis(["--appendonly", "yes", "--appendfsync", "everysec"])
        closing.callback(broker.close)
        broker.start()
        broker_proxy = Proxy(broker.port)
        closing.callback(broker_proxy.close)
        postgres, ledger_proxy = None, None
        worker_url = own_url = f"sqlite:///{disk.path / 'ledger.sqlite'}"
        if plan.on_postgres:
            postgres = Postgres()
            closing.callback(postgres.close)
            postgres.start()
            ledger_proxy = Proxy(postgres.port)
            closing.callback(ledger_proxy.close)
            own_url = postgres.url
            worker_url = own_url.replace(f":{postgres.port}/", f":{ledger_proxy.port}/")
        settings = write_settings(
            root,
            ledger_url=own_url,
            smtp_host="127.0.0.1",
            smtp_port=inbox.port,
            smtp_starttls=False,
            lease_seconds=LEASE,
        )
        upgrade(own_url)
        service = closing.enter_context(open_service(settings, is_migrating=False))
        environment = {
            "INGEST_DATA_DIR": str(settings.data_dir),
            "INGEST_SHARES": settings.shares,
            "INGEST_TRIAL_FILE": str(settings.trial_file),
            "INGEST_LEDGER_URL": worker_url,
            "INGEST_REDIS_URL": f"redis://127.0.0.1:{broker_proxy.port}/0",
            "INGEST_SMTP_HOST": "127.0.0.1",
            "INGEST_SMTP_PORT": str(inbox.port),
            "INGEST_SMTP_STARTTLS": "false",
            "INGEST_LEASE_SECONDS": str(LEASE),
            "INGEST_BACK_OFF": json.dumps([1, 2]),
            "INGEST_FAULT_BACK_OFF": json.dumps([1, 2]),
            **plan.environment,
        }
        fleet = Fleet({**plan.workers, **BEAT}, environment, root)
        closing.callback(fleet.close)
        # A connection from before PostgreSQL was killed is no good after it.
        engine = sa.create_engine(own_url, pool_pre_ping=True)
        closing.callback(engine.dispose)
        scene = Scene(
            random.Random(plan.seed),
            fleet,
            engine,
            broker,
            broker_proxy,
            postgres,
            ledger_proxy,
            disk,
            LEASE,
        )
        storm = Storm(service.parts, [], root / "shares", inbox.received)
        yield Weather(plan, scene, storm, parcels(plan.seed))


def _deal(plan: Plan, chance: random.Random) -> Iterator[Harm]:
    """Deal so many cards from shuffled decks."""
    without = set() if plan.on_postgres else {kill_postgres.__name__, "cut_ledger"}
    deck = [harm for harm, times in plan.deck.items() for _ in range(times) if harm.__name__ not in without]
    hand: Sequence[Harm] = ()
    for number in range(plan.harms):
        if number % len(deck) == 0:
            hand = chance.sample(deck, len(deck))
        yield hand[number % len(deck)]
