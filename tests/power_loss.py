"""What a disk may show after the power failed: a model of POSIX that keeps only what was synced.

A run is recorded call by call. From any point of it, disks are made up on which everything that was synced is
there, and of the rest any part: a file's bytes are lost or not, and of each name in each directory either the
last synced state or any later one holds. A program that syncs too little, or too late, finds its data torn.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.system_calls import Call, watched


@dataclass
class Node:
    """A file or directory: what it holds now, and what was synced."""

    is_directory: bool
    data: bytes = b""
    synced: bytes = b""
    names: dict[str, Node] = field(default_factory=dict)
    synced_names: dict[str, Node] = field(default_factory=dict)
    #: For each name, what it has meant since the directory was synced, oldest first (None: nothing).
    pending: dict[str, list[Node | None]] = field(default_factory=dict)

    def point(self, name: str, node: Node | None) -> None:
        """Let a name mean `node` from now on."""
        self.pending.setdefault(name, []).append(node)
        if node is None:
            del self.names[name]
        else:
            self.names[name] = node

    def sync(self) -> None:
        """Make the present state last."""
        self.synced = self.data
        self.synced_names = dict(self.names)
        self.pending.clear()


#: How a disk is made up: given a name's possible meanings, oldest first, and whether bytes are kept.
Choice = Callable[[list[Node | None]], Node | None]


@dataclass
class Disk:
    """The recorded state under one folder."""

    root: Node

    def show(self, folder: Path, choose: Choice, keeps_bytes: Callable[[], bool]) -> None:
        """Write what the disk may hold after a power cut to an empty folder."""
        _show(self.root, folder, choose, lambda node: node.data if keeps_bytes() else node.synced)

    def show_holes(self, folder: Path) -> None:
        """Write what some disks hold: every name and full length, and zeros where bytes are lost."""
        _show(
            self.root,
            folder,
            lambda meanings: meanings[-1],
            lambda node: node.synced.ljust(len(node.data), b"\0"),
        )

    def shows(self, seeds: range) -> list[Callable[[Path], None]]:
        """Return ways to make up a disk: nothing unsynced kept; all names but no bytes; random mixtures."""
        ways: list[Callable[[Path], None]] = [
            lambda to: self.show(to, lambda meanings: meanings[0], lambda: False),
            lambda to: self.show(to, lambda meanings: meanings[-1], lambda: False),
        ]
        ways.append(self.show_holes)
        for seed in seeds:
            dice = random.Random(seed)
            ways.append(lambda to, dice=dice: self.show(to, dice.choice, lambda: dice.random() < 0.5))
        return ways


def _show(node: Node, folder: Path, choose: Choice, bytes_of: Callable[[Node], bytes]) -> None:
    folder.mkdir(exist_ok=True)
    for name in sorted(node.synced_names.keys() | node.pending.keys()):
        meaning = choose([node.synced_names.get(name), *node.pending.get(name, [])])
        if meaning is None:
            continue
        if meaning.is_directory:
            _show(meaning, folder / name, choose, bytes_of)
        else:
            (folder / name).write_bytes(bytes_of(meaning))


class Recorder:
    """Follows the changing calls under `top`; what is there at first is synced, but bytes in `unsynced`."""

    def __init__(self, top: Path, unsynced: Path, on_change: Callable[[Disk], None]) -> None:
        self._top = top
        self._open: dict[int, tuple[Node, Path]] = {}
        self._on_change = on_change
        self._unsynced = unsynced
        self._is_following = False
        self.disk = Disk(self._scan(top))

    def record(self, act: Callable[[], Any]) -> Any:
        """Run `act`; `on_change` is called with the disk after every call that changed it."""
        with watched(self._watch):
            return act()

    def _scan(self, path: Path) -> Node:
        if not path.is_dir():
            data = path.read_bytes()
            return Node(False, data, b"" if path.parent == self._unsynced else data)
        names = {child.name: self._scan(child) for child in path.iterdir()}
        return Node(True, names=names, synced_names=dict(names))

    def _node(self, path: Path) -> Node:
        node = self.disk.root
        for part in path.relative_to(self._top).parts:
            node = node.names[part]
        return node

    def _watch(self, name: str, original: Call, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        result = original(*args, **options)
        follow = getattr(self, f"_after_{name}", None)
        if follow is not None and not self._is_following:
            self._is_following = True
            try:
                follow(result, *args)
                self._on_change(self.disk)
            finally:
                self._is_following = False
        return result

    def _after_open(self, descriptor: int, path: Any, flags: int = 0, *_rest: Any) -> None:
        where = Path(path)
        if not where.is_relative_to(self._top):
            return
        parent = self._node(where.parent)
        if flags & os.O_CREAT and where.name not in parent.names:
            parent.point(where.name, Node(False))
        self._open[descriptor] = self._node(where), where

    def _after_write(self, written: int, descriptor: int, data: Any) -> None:
        node, _ = self._open[descriptor]
        node.data += bytes(data[:written])

    def _after_fsync(self, _result: None, descriptor: int) -> None:
        self._open[descriptor][0].sync()

    def _after_close(self, _result: None, descriptor: int) -> None:
        self._open.pop(descriptor, None)

    def _after_link(self, _result: None, source: Any, target: Any) -> None:
        self._node(Path(target).parent).point(Path(target).name, self._node(Path(source)))

    def _after_mkdir(self, _result: None, path: Any, *_rest: Any) -> None:
        self._node(Path(path).parent).point(Path(path).name, Node(True))

    def _after_rename(self, _result: None, source: Any, target: Any) -> None:
        node = self._node(Path(source))
        self._node(Path(target).parent).point(Path(target).name, node)
        self._node(Path(source).parent).point(Path(source).name, None)

    def _after_unlink(self, _result: None, path: Any) -> None:
        self._node(Path(path).parent).point(Path(path).name, None)

    _after_rmdir = _after_unlink
