"""A run over everything does not fill Redis: its messages are sent piece by piece, all in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from ingest.ledger.runs import ItemState
from ingest.settings import Settings
from ingest.steps.reprocess import reprocess_item
from tests.builders import build_case, zip_instances
from tests.deployment import Deployment, deploy
from tests.servers import redis_server
from workers import fan_out, tasks
from workers.app import make_app

pytestmark = [pytest.mark.services, pytest.mark.timeout(120)]

ZIPS, AT_ONCE = 7, 3


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """A service whose tasks run here, with submissions at their end and room for three messages."""
    with ExitStack() as closing:
        running = closing.enter_context(deploy(tmp_path))
        for number in range(ZIPS):
            data = zip_instances(build_case(f"123-100{number}", seed=number, ct_slices=3)[:1])
            running.drop("explorer", "123", f"{number}.zip", data)
        running.run(2)
        url = closing.enter_context(redis_server())
        app = closing.enter_context(make_app(Settings(redis_url=url)))
        app.set_current()
        monkeypatch.setattr(fan_out, "AT_ONCE", AT_ONCE)
        monkeypatch.setattr(tasks, "service", lambda: running.service)
        yield running


def test_messages_of_a_run_are_sent_as_there_is_room_for_them(deployment: Deployment) -> None:
    heavy = redis.Redis.from_url(tasks.current_app.conf.broker_url)
    tasks.reprocess("all-again", "all", dry_run=True)
    assert heavy.llen("heavy") == AT_ONCE
    tasks.sweep()
    assert heavy.llen("heavy") == AT_ONCE, "the sweep asked for more than there is room for"
    rounds = 0
    while heavy.llen("heavy"):
        with deployment.parts.ledger.read() as tx:
            asked = tx.runs.waiting("all-again", limit=AT_ONCE)
        for _, submission in asked:
            heavy.lpop("heavy")
            reprocess_item(deployment.parts, "all-again", submission)
        tasks.sweep()
        rounds += 1
    with deployment.parts.ledger.read() as tx:
        assert tx.runs.progress("all-again").items == {ItemState.DONE: ZIPS}
    assert rounds == 3
    heavy.close()
