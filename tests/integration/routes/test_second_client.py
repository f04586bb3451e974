"""The test server against Microsoft's JavaScript client, which signs by code of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.filerest import FileRestServer

pytestmark = pytest.mark.routes

SCRIPT = Path(__file__).resolve().parents[2] / "azcopy/second_client.mjs"


def test_the_javascript_client_finds_everything_as_it_expects() -> None:
    with FileRestServer() as server:
        server.add_share("site-123")
        done = subprocess.run(
            ["node", str(SCRIPT), server.connection_string(), "site-123"],
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    seen["names"].sort()
    assert seen == {
        "size": 9_000_000,
        "md5": True,
        "bytes": True,
        "refused": "LeaseIdMissing",
        "names": [["directory", "CT", True], ["file", "Größe 1.zip", True]],
        "left": False,
    }
