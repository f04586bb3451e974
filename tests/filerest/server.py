"""The server: HTTP, signatures, faults, and which operation answers."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from tests.filerest import answers
from tests.filerest.faults import Fault, Faults
from tests.filerest.file_operations import on_file
from tests.filerest.request import Answer, Request, split_url, trim_dots
from tests.filerest.share_operations import on_account, on_folder, on_share
from tests.filerest.signatures import check
from tests.filerest.storage import Account, File, ServiceError, Share

DEFAULT_ACCOUNT = "devstoreaccount1"
#: The key of Microsoft's own emulators: public, and good for nothing else.
DEFAULT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

_PIECE = 64 * 1024


class FileRestServer:
    """A server on a free port of 127.0.0.1, in threads of this process; a context manager.

    counts:       how often each operation was asked for.
    range_delay:  seconds that each Put Range takes, so that an upload can be caught in the middle.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        accounts: tuple[tuple[str, str], ...] = ((DEFAULT_ACCOUNT, DEFAULT_KEY),),
        public_host: str = "",
    ) -> None:
        self.accounts = {name: Account(name, key) for name, key in accounts}
        self.faults = Faults()
        self.counts: Counter[str] = Counter()
        self.range_delay = 0.0
        self._http = _Http((host, port), _handler_for(self))
        self._public = public_host or f"{host}:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def endpoint(self, account: str = DEFAULT_ACCOUNT) -> str:
        """`http://127.0.0.1:PORT/ACCOUNT`."""
        return f"http://{self._public}/{account}"

    def connection_string(self, account: str = DEFAULT_ACCOUNT) -> str:
        key = self.accounts[account].key
        return (
            f"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};"
            f"FileEndpoint={self.endpoint(account)};"
        )

    def add_share(self, name: str, account: str = DEFAULT_ACCOUNT) -> Share:
        return self.accounts[account].shares.setdefault(name, Share(name))

    def file(self, share: str, path: str, account: str = DEFAULT_ACCOUNT) -> File:
        """Return a file as the server keeps it. Raises ServiceError."""
        with self.accounts[account].lock:
            return self.accounts[account].share(share).file(path.split("/"))

    @contextmanager
    def smb_writer(self, share: str, path: str) -> Iterator[File]:
        """Have the file open for writing by an SMB client, whose cache makes listings stale."""
        file = self.file(share, path)
        file.listed = (len(file.data), file.etag, file.modified)
        file.smb_writers += 1
        try:
            yield file
        finally:
            file.smb_writers -= 1
            file.listed = None

    def start(self) -> FileRestServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def serve(self) -> None:
        """Serve until interrupted, in this thread."""
        self._http.serve_forever()

    def __enter__(self) -> FileRestServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answer(self, request: Request) -> Answer:
        """Answer a request. Raises ServiceError."""
        account = self.accounts.get(request.account)
        if account is None:
            raise ServiceError(403, "AuthenticationFailed")
        check(account, request)
        keeps_dots = request.headers.get("x-ms-allow-trailing-dot")
        request = replace(request, parts=trim_dots(request.parts, keeps_dots))
        if request.operation == "PUT range" and self.range_delay:
            time.sleep(self.range_delay)
        with account.lock:
            if not request.share:
                return on_account(account, request, self.endpoint(account.name))
            if request.restype == "share":
                return on_share(account, request)
            if request.restype == "directory" or not request.parts:
                return on_folder(account, request, self.endpoint(account.name))
            return on_file(account, request)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what tests do."""

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # Without looking the host's name up.
        self.server_name, self.server_port = "localhost", int(self.server_address[1])


def _handler_for(server: FileRestServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "Windows-Azure-File/1.0"
        sys_version = "Microsoft-HTTPAPI/2.0"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:
            """Requests are counted, not logged: names are in them."""

        def do_GET(self) -> None:
            self._serve()

        def do_HEAD(self) -> None:
            self._serve()

        def do_PUT(self) -> None:
            self._serve()

        def do_DELETE(self) -> None:
            self._serve()

        def _serve(self) -> None:
            request = self._read()
            server.counts[request.operation] += 1
            fault = server.faults.take(request)
            if fault is not None and fault.status == 0:
                self._drop()
                return
            if fault is not None and fault.then is not None:
                fault.then()
            try:
                if fault is not None and fault.status:
                    raise ServiceError(fault.status, fault.code, fault.headers)
                answer = server.answer(request)
            except ServiceError as error:
                headers = error.headers | {"x-ms-error-code": error.code, "Content-Type": "application/xml"}
                answer = Answer(error.status, headers, answers.error_body(error.code))
            self._send(answer, fault)

        def _read(self) -> Request:
            raw_path, query, account, share, parts = split_url(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            return Request(self.command, raw_path, query, headers, account, share, parts, body)

        def _send(self, answer: Answer, fault: Fault | None) -> None:
            self.send_response(answer.status)
            headers = answer.headers | {
                "x-ms-request-id": str(uuid.uuid4()),
                "x-ms-version": self.headers.get("x-ms-version", "2025-05-05"),
            }
            for name, value in headers.items():
                self.send_header(name, value)
            if answer.is_xml:
                self.send_header("Transfer-Encoding", "chunked")
            elif self.command != "HEAD" or "Content-Length" not in headers:
                length = 0 if self.command == "HEAD" else len(answer.body)
                self.send_header("Content-Length", str(length))
            self.end_headers()
            if self.command != "HEAD":
                self._send_body(answer, fault)

        def _send_body(self, answer: Answer, fault: Fault | None) -> None:
            body = memoryview(answer.body)
            if fault is not None and fault.after is not None:
                self.wfile.write(body[: fault.after])
                self._drop()
                return
            for start in range(0, len(body), _PIECE):
                piece = bytes(body[start : start + _PIECE])
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if answer.is_xml else piece)
            if answer.is_xml:
                self.wfile.write(b"0\r\n\r\n")

        def _drop(self) -> None:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True

    return Handler
