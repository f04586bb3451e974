"""Run the server by itself: `python -m tests.filerest --port 10004 --share site-123`."""

from __future__ import annotations

import argparse

from tests.filerest.server import DEFAULT_ACCOUNT, DEFAULT_KEY, FileRestServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.filerest", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=10004)
    parser.add_argument("--account", default=DEFAULT_ACCOUNT)
    parser.add_argument("--key", default=DEFAULT_KEY, help="base64; the default is the emulators' public one")
    parser.add_argument("--public-host", default="", help="HOST:PORT by which clients reach it")
    parser.add_argument("--share", action="append", default=[], help="a share to begin with; repeatable")
    given = parser.parse_args()
    accounts = ((given.account, given.key),)
    server = FileRestServer(given.host, given.port, accounts, given.public_host)
    for name in given.share:
        server.add_share(name, given.account)
    print(server.connection_string(given.account), flush=True)
    try:
        server.serve()
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    main()
