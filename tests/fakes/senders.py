"""A site's hand on a share, for the contract suite: one for each kind of store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from azure.storage.fileshare import ContentSettings, ShareClient

from ingest.routes.azure_files import AzureFilesStore
from ingest.routes.folder import FolderStore
from ingest.routes.ports import ShareStore
from tests.fakes.memory_store import MemoryStore
from tests.filerest import FileRestServer


class Sender(Protocol):
    """What others do to a share. `keeps_md5` and `knows_leases`: what the kind of share can do."""

    store: ShareStore
    keeps_md5: bool
    knows_leases: bool

    def put(self, path: str, data: bytes, md5: bytes | None = None) -> None: ...

    def read(self, path: str) -> bytes: ...

    def make_folder(self, path: str) -> None: ...

    def open_for_writing(self, path: str) -> AbstractContextManager[None]: ...


class MemorySender:
    keeps_md5 = True
    knows_leases = True

    def __init__(self) -> None:
        self.store = MemoryStore()

    def put(self, path: str, data: bytes, md5: bytes | None = None) -> None:
        self.store.put(path, data, md5)

    def read(self, path: str) -> bytes:
        return self.store.files[path].data

    def make_folder(self, path: str) -> None:
        self.store.folders.add(path)

    @contextmanager
    def open_for_writing(self, path: str) -> Iterator[None]:
        self.store.files[path].writers += 1
        yield
        self.store.files[path].writers -= 1


class FolderSender:
    keeps_md5 = False
    knows_leases = False

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = FolderStore(root)

    def put(self, path: str, data: bytes, md5: bytes | None = None) -> None:
        del md5
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def make_folder(self, path: str) -> None:
        (self.root / path).mkdir(parents=True)

    @contextmanager
    def open_for_writing(self, path: str) -> Iterator[None]:
        with (self.root / path).open("r+b"):
            yield


class AzureSender:
    """Uses a client of its own, so that the store's connections are not the sender's."""

    keeps_md5 = True
    knows_leases = True

    def __init__(self, server: FileRestServer, share: str, store: AzureFilesStore, folder: str = "") -> None:
        self.server = server
        self.share = share
        self.store = store
        self.folder = folder
        self.client = ShareClient.from_connection_string(server.connection_string(), share)

    def _path(self, path: str) -> str:
        return f"{self.folder}/{path}" if self.folder else path

    def put(self, path: str, data: bytes, md5: bytes | None = None) -> None:
        if "/" in path:
            self.make_folder(path.rpartition("/")[0])
        settings = ContentSettings(content_md5=bytearray(md5)) if md5 else None
        self.client.get_file_client(self._path(path)).upload_file(data, content_settings=settings)

    def read(self, path: str) -> bytes:
        return bytes(self.client.get_file_client(self._path(path)).download_file().readall())

    def make_folder(self, path: str) -> None:
        parts = self._path(path).split("/")
        for depth in range(1, len(parts) + 1):
            directory = self.client.get_directory_client("/".join(parts[:depth]))
            if not directory.exists():
                directory.create_directory()

    @contextmanager
    def open_for_writing(self, path: str) -> Iterator[None]:
        with self.server.smb_writer(self.share, self._path(path)):
            yield
