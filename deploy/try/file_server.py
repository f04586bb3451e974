"""The try-out's Azure Files: the test server with the sites' accounts."""

from __future__ import annotations

from accounts import HOST, SHARES, key_of

from tests.filerest.server import FileRestServer

if __name__ == "__main__":
    keys = tuple((account, key_of(account)) for account in SHARES)
    FileRestServer("0.0.0.0", int(HOST.rpartition(":")[2]), keys, HOST).serve()
