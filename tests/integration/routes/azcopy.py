"""AzCopy as the site's client: what Azure Storage Explorer runs underneath."""

from __future__ import annotations

import re
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from azure.storage.fileshare import generate_share_sas

from tests.filerest import DEFAULT_ACCOUNT, DEFAULT_KEY, FileRestServer

BINARY = (
    Path(__file__).resolve().parents[2]
    / "azcopy/node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_linux_amd64"
)


class AzCopy:
    """AzCopy with a site's shared access signature for its own share; logs and plans in a folder."""

    def __init__(self, server: FileRestServer, share: str, home: Path, permission: str = "rcwl") -> None:
        self._server = server
        self._share = share
        self._home = home
        self.sas = generate_share_sas(
            DEFAULT_ACCOUNT,
            share,
            DEFAULT_KEY,
            permission=permission,
            expiry=datetime.now(UTC) + timedelta(hours=1),
        )

    def url(self, path: str) -> str:
        return f"{self._server.endpoint()}/{self._share}/{path}?{self.sas}"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start AzCopy and leave it running."""
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self._home),
            "AZCOPY_LOG_LOCATION": str(self._home / "logs"),
            "AZCOPY_JOB_PLAN_LOCATION": str(self._home / "plans"),
            "AZCOPY_DISABLE_SYSLOG": "true",
            "AZCOPY_CONCURRENCY_VALUE": "2",
        }
        command = [str(BINARY), *arguments, "--skip-version-check"]
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def start_upload(self, source: Path, name: str, *options: str) -> subprocess.Popen[str]:
        return self.start("copy", str(source), self.url(name), "--from-to=LocalFile", *options)

    def upload(self, source: Path, name: str, *options: str) -> None:
        finish(self.start_upload(source, name, *options))

    def download(self, path: str, target: Path) -> None:
        finish(self.start("copy", self.url(path), str(target), "--from-to=FileLocal"))

    def list_share(self) -> str:
        """Return what the site sees of its share, folders included."""
        listing = self.start("list", self.url(""), "--location=File")
        output, _ = listing.communicate(timeout=120)
        assert listing.returncode == 0, output
        return output

    def wait_for_ranges(self, process: subprocess.Popen[str], ranges: int) -> None:
        """Wait until so many ranges were sent and the upload is still going on."""
        while self._server.counts["PUT range"] < ranges:
            assert process.poll() is None, "AzCopy ended too soon"
            time.sleep(0.02)

    def job_of(self) -> str:
        """Return the id of the last job: it is in the name of its log."""
        logs = sorted((self._home / "logs").glob("*.log"), key=lambda log: log.stat().st_mtime)
        found = [log.stem for log in logs if re.fullmatch(r"[0-9a-f-]{36}", log.stem)]
        return found[-1]


def finish(process: subprocess.Popen[str]) -> None:
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
