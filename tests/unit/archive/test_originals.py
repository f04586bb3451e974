"""Originals and room: a download is kept whole or not at all, and only where there is room for it."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections import namedtuple
from pathlib import Path

import pytest

from ingest.archive.order import NoRoom
from ingest.archive.originals import BytesGone, Originals
from ingest.archive.places import Places
from ingest.archive.room import RESERVE, require_room
from ingest.model.errors import TransientError

NAME = "123-1001 (Jane Doe).zip"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path / "archive")
    places.make()
    return places


def _receive(originals: Originals, *pieces: bytes, keep: bool = True) -> None:
    with originals.receive("S000001", NAME, sum(map(len, pieces))) as receiving:
        for piece in pieces:
            receiving.write(piece)
        if keep:
            receiving.keep()


def test_a_download_is_kept_with_the_name_it_came_by(places: Places) -> None:
    originals = Originals(places)
    _receive(originals, b"one ", b"two")
    held = originals.open("S000001")
    assert (held.path.read_bytes(), held.name) == (b"one two", NAME)
    assert "Doe" not in repr(held)
    assert originals.held() == ["S000001"]


def test_the_disk_begins_with_a_large_download_before_its_end(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(
        "ingest.archive.originals.begin_to_write", lambda file: sizes.append(os.fstat(file).st_size)
    )
    piece = bytes(3 << 20)
    _receive(Originals(places), *[piece] * 5)
    assert sizes == [2 * len(piece), 4 * len(piece)]
    sizes.clear()
    _receive(Originals(places), b"a small zip")
    assert not sizes


def test_originals_are_for_the_service_alone(places: Places) -> None:
    for folder in (places.originals, places.quarantine, places.staging, places.orphans, places.building):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_download_cut_short_leaves_nothing(places: Places) -> None:
    originals = Originals(places)
    _receive(originals, b"half", keep=False)
    with pytest.raises(ConnectionError), originals.receive("S000001", NAME, 9) as receiving:
        receiving.write(b"half")
        raise ConnectionError
    assert list(places.originals.iterdir()) == []
    with pytest.raises(BytesGone):
        originals.open("S000001")


def test_a_new_download_takes_the_place_of_the_earlier_one(places: Places) -> None:
    originals = Originals(places)
    _receive(originals, b"first")
    _receive(originals, b"second")
    assert originals.open("S000001").path.read_bytes() == b"second"
    assert len(list(places.originals.iterdir())) == 1


def test_until_a_zip_is_replaced_the_earlier_one_is_whole(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    originals = Originals(places)
    _receive(originals, b"first")
    replace, moved = Path.replace, []

    def die(path: Path, target: Path) -> Path:
        if path.name == "package.zip":
            raise OSError(errno.EIO, "the disk")
        moved.append(path.name)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", die)
    with pytest.raises(TransientError, match="keeping an original: EIO"):
        _receive(originals, b"second")
    assert moved == ["name"]
    assert originals.open("S000001").path.read_bytes() == b"first"


def test_half_a_download_is_removed_with_the_submission_s_others_alone(places: Places) -> None:
    originals = Originals(places)
    _receive(originals, b"whole")
    for owner in ("S000001", "S000011"):
        (places.originals / f".{owner}~00").mkdir()
    originals.remove_drafts("S000001")
    assert [path.name for path in originals.drafts()] == [".S000011~00"]
    assert originals.has("S000001")


def test_what_half_a_removal_left_is_not_held(places: Places) -> None:
    originals = Originals(places)
    _receive(originals, b"bytes")
    (places.originals / "S000001" / "name").unlink()
    assert not originals.has("S000001")
    assert originals.remove("S000001")


def test_what_is_removed_is_gone(places: Places) -> None:
    originals = Originals(places)
    _receive(originals, b"bytes")
    assert originals.remove("S000001")
    assert not originals.remove("S000001")
    assert not originals.has("S000001")


def test_nothing_is_begun_where_there_is_no_room(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(0, 0, RESERVE + 100))
    require_room(places.root, 100)
    with pytest.raises(NoRoom, match="room for 0 MiB, and 1 MiB are needed"):
        require_room(places.root, 101)
    with pytest.raises(NoRoom), Originals(places).receive("S000001", NAME, 101):
        raise AssertionError("begun all the same")
    assert list(places.originals.iterdir()) == []
