"""A real smbd on a free port, with one share, run by whoever runs the tests."""

from __future__ import annotations

import getpass
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CONFIGURATION = """
[global]
  server role = standalone server
  security = user
  map to guest = never
  passdb backend = smbpasswd:{home}/smbpasswd
  private dir = {home}/private
  lock directory = {home}/lock
  state directory = {home}/state
  cache directory = {home}/cache
  pid directory = {home}
  ncalrpc dir = {home}/ncalrpc
  log file = {home}/log.smbd
  smb ports = {port}
  interfaces = 127.0.0.1/8
  bind interfaces only = yes
  disable netbios = yes
  load printers = no
  printing = bsd
  disable spoolss = yes
  unix password sync = no
  server min protocol = SMB2
[site]
  path = {share}
  read only = no
  create mask = 0644
"""

PASSWORD = "a password for the test"


@contextmanager
def smb_server(home: Path, share: Path) -> Iterator[int]:
    """Serve the folder `share` as `\\\\127.0.0.1\\site`; yields the port. User: whoever runs; PASSWORD."""
    for name in ("private", "lock", "state", "cache", "ncalrpc"):
        (home / name).mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    configuration = home / "smb.conf"
    configuration.write_text(_CONFIGURATION.format(home=home, port=port, share=share))
    subprocess.run(
        ["smbpasswd", "-c", str(configuration), "-s", "-a", getpass.getuser()],
        input=f"{PASSWORD}\n{PASSWORD}\n",
        text=True,
        check=True,
        capture_output=True,
    )
    server = subprocess.Popen(
        ["/usr/sbin/smbd", "--foreground", "--no-process-group", "-s", str(configuration)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(port, server, home / "log.smbd")
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text(errors="replace") if log.exists() else "smbd ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("smbd did not start")
