"""A person at a site who copies files to the mounted share, by smbprotocol."""

from __future__ import annotations

import getpass
import time
from contextlib import closing
from typing import BinaryIO, cast

import smbclient

from tests.integration.routes.smbd import PASSWORD

BLOCK = 256 * 1024


class Site:
    """A person at a site who copies files to the mounted share."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sessions: dict[str, object] = {}
        smbclient.register_session(
            "127.0.0.1",
            username=getpass.getuser(),
            password=PASSWORD,
            port=port,
            connection_cache=self._sessions,
        )

    def open(self, name: str, mode: str = "xb") -> BinaryIO:
        """Open a file as Explorer does: others may read it, nobody else may write."""
        opened = smbclient.open_file(
            rf"\\127.0.0.1\site\{name}",
            mode=mode,
            share_access="r",
            buffering=0,
            port=self._port,
            connection_cache=self._sessions,
        )
        return cast(BinaryIO, opened)

    def copy(self, data: bytes, name: str, pause: float = 0) -> None:
        """Copy a file: its length is set first, then it is filled block by block."""
        with closing(self.open(name)) as file:
            file.truncate(len(data))
            for start in range(0, len(data), BLOCK):
                file.write(data[start : start + BLOCK])
                time.sleep(pause)

    def make_folder(self, name: str) -> None:
        smbclient.mkdir(rf"\\127.0.0.1\site\{name}", port=self._port, connection_cache=self._sessions)

    def go_away(self) -> None:
        """Lose the connection, with whatever is open."""
        smbclient.reset_connection_cache(connection_cache=self._sessions)
