"""`ingest metrics`: the service in numbers for Prometheus; once, into a file, or over HTTP."""

from __future__ import annotations

import shutil
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
import redis

from ingest.ledger.ledger import Ledger
from ingest.metrics import QUEUES, Reading, render_metrics
from ingest.model.clock import SystemClock
from ingest.model.errors import ConfigurationError, TransientError
from ingest.settings import Settings

_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Seconds that Redis has to answer.
_PATIENCE = 3.0
_LAST_HOUR = timedelta(hours=1)


@click.command("metrics")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="For a textfile collector.")
@click.option("--serve", metavar="PORT", type=click.IntRange(1, 65535), help="Serve /metrics on 127.0.0.1.")
@click.option("--bind", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="With --serve.")
def command(out: Path | None, serve: int | None, bind: str) -> None:
    """Write the service's numbers in Prometheus' text format; what is down is a number too."""
    settings = Settings()
    if serve is not None:
        make_server(settings, bind, serve).serve_forever()
    elif out is not None:
        draft = out.with_name(f".{out.name}.part")
        draft.write_text(render_metrics(read(settings)), encoding="utf-8")
        draft.replace(out)
    else:
        click.echo(render_metrics(read(settings)), nl=False)


def read(settings: Settings) -> Reading:
    """Take the reading: ledger, Redis, disk. What does not answer is left out."""
    now = SystemClock().now()
    disk = shutil.disk_usage(settings.data_dir if settings.data_dir.exists() else settings.data_dir.parent)
    depths = _depths(settings)
    try:
        ledger = Ledger.open(settings.database_url, SystemClock())
    except (TransientError, ConfigurationError):
        return Reading(now, disk.free, disk.total, depths=depths)
    try:
        with ledger.read() as tx:
            steps = tx.vitals.step_times(now - _LAST_HOUR)
            return Reading(now, disk.free, disk.total, tx.vitals.read(), steps, tx.vitals.beats(), depths)
    except TransientError:
        return Reading(now, disk.free, disk.total, depths=depths)
    finally:
        ledger.close()


def make_server(settings: Settings, bind: str, port: int) -> ThreadingHTTPServer:
    """Return a server of /metrics: nothing else, no log of who asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer a scrape."""
            if self.path != "/metrics":
                self.send_error(404)
                return
            body = render_metrics(read(settings)).encode()
            self.send_response(200)
            self.send_header("Content-Type", _TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    return ThreadingHTTPServer((bind, port), Handler)


def _depths(settings: Settings) -> dict[str, int] | None:
    url = settings.redis_url.get_secret_value()
    client = redis.Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
    try:
        return {queue: int(client.llen(queue)) for queue in QUEUES}
    except redis.RedisError:
        return None
    finally:
        client.close()
