"""Real servers for tests: PostgreSQL and Redis on free ports of 127.0.0.1, stopped by process id."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis

_START_SECONDS = 30.0


class Server:
    """A server process with its own folder under /tmp. `kill` is kill -9; `start` again keeps the data."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{type(self).__name__.lower()}-", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, **self._identity()
            )
        until = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{type(self).__name__} did not start: {self.log()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server in good order."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill the server as a power cut would."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        """Return what the server has written so far."""
        return (self.folder / "log").read_text(errors="replace")

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _command(self) -> Sequence[str]:
        raise AssertionError("a server says how it is started")

    def _identity(self) -> dict[str, Any]:
        return {}

    def _answers(self) -> bool:
        raise AssertionError("a server says how it is asked")


class Postgres(Server):
    """A PostgreSQL cluster, run as another user where the tests run as root: PostgreSQL refuses root."""

    def __init__(self, settings: Sequence[str] = ()) -> None:
        super().__init__()
        self._settings = settings
        self._programs = _postgres_programs()
        if os.geteuid() == 0:
            user = _servant()
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        subprocess.run(
            [
                *(str(self._programs / "initdb"), "-D", str(self.folder / "data"), "--no-sync"),
                *("-U", "hamlet", "-A", "trust", "-E", "UTF8", "--locale=C"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            **self._identity(),
        )

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the cluster's first database."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database of the cluster."""
        return f"postgresql+psycopg://hamlet@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, template: str = "template1") -> str:
        """Create a database, as a copy of another where one is named, and return its URL."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url_of(name)

    @property
    def _dsn(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=hamlet dbname=postgres connect_timeout=2"

    def _command(self) -> Sequence[str]:
        options = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self.folder}",
        ]
        pairs = [item for option in (*options, *self._settings) for item in ("-c", option)]
        return [str(self._programs / "postgres"), "-D", str(self.folder / "data"), *pairs]

    def _identity(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        user = _servant()
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": self.folder}

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._dsn).close()
        except psycopg.OperationalError:
            return False
        return True


class Redis(Server):
    """A Redis server; `settings` as on its command line, `--appendonly yes`."""

    def __init__(self, settings: Sequence[str] = ()) -> None:
        super().__init__()
        self._settings = settings

    @property
    def url(self) -> str:
        """URL of database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    def _command(self) -> Sequence[str]:
        program = shutil.which("redis-server")
        if program is None:
            raise RuntimeError("redis-server is not installed (Debian: apt-get install redis-server)")
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        return [program, *where, *self._settings]

    def _answers(self) -> bool:
        client = redis.Redis(host="127.0.0.1", port=self.port, socket_connect_timeout=1)
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
        finally:
            client.close()


@contextmanager
def postgres(settings: Sequence[str] = ()) -> Iterator[str]:
    """Run PostgreSQL for the length of the block and give its URL."""
    server = Postgres(settings)
    try:
        server.start()
        yield server.url
    finally:
        server.close()


@contextmanager
def redis_server(settings: Sequence[str] = ()) -> Iterator[str]:
    """Run Redis for the length of the block and give its URL."""
    server = Redis(settings)
    try:
        server.start()
        yield server.url
    finally:
        server.close()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _servant() -> pwd.struct_passwd:
    """Return a user other than root to run a server as."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("there is no user `postgres` or `nobody` to run PostgreSQL as")


def _postgres_programs() -> Path:
    """Return the folder of initdb and postgres: Debian keeps them off the PATH, by version."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3])
    )
    if not versions:
        raise RuntimeError("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return versions[-1].parent
