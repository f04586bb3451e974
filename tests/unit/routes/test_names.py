from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.model.route import Entry
from ingest.routes.names import parts_of, sort_entries

WHEN = datetime(2025, 1, 6, tzinfo=UTC)


def entry(name: str, size: int = 1, is_directory: bool = False) -> Entry:
    return Entry(name, size, "1", "e", WHEN, is_directory)


@pytest.mark.parametrize("name", ["a.zip", "A.ZIP", "123-1001 (1).zip", "a.part.zip", "x.tmp.zip", "ünï.Zip"])
def test_zips_are_known_by_their_ending(name: str) -> None:
    assert [each.name for each in sort_entries([entry(name)]).zips] == [name]


@pytest.mark.parametrize(
    "name", ["a.zip.part", "A.ZIP.PART", "a.crdownload", ".a.zip.Xy12Zq", "~$a.zip", "a.zip.tmp"]
)
def test_uploads_under_a_temporary_name_are_only_counted(name: str) -> None:
    listing = sort_entries([entry(name)])
    assert (listing.zips, listing.others, listing.partial) == ((), (), 1)


@pytest.mark.parametrize(
    "name",
    ["received", "Reports", "._a.zip", ".DS_Store", "Thumbs.db", "desktop.ini", "System Volume Information"],
)
def test_the_services_own_and_the_systems_files_are_left_out(name: str) -> None:
    listing = sort_entries([entry(name, is_directory=True), entry(name)])
    assert (listing.zips, listing.others, listing.partial) == ((), (), 0)


def test_folders_and_strays_are_told_apart() -> None:
    listing = sort_entries(
        [entry("CT", is_directory=True), entry("x.zip", is_directory=True), entry("IM1.dcm")]
    )
    assert (listing.folders, listing.stray_files) == (2, 1)


def test_what_is_no_ordinary_file_is_a_stray_whatever_its_name() -> None:
    listing = sort_entries([entry("pipe.zip", size=-1)])
    assert (listing.zips, listing.stray_files) == ((), 1)


@pytest.mark.parametrize("path", ["", "/", "a/", "/a", "a//b", ".", "..", "a/../b", "a/./b", "a\0b"])
def test_a_path_that_is_not_plain_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="relative"):
        parts_of(path)


def test_an_entry_does_not_show_its_name_in_a_traceback() -> None:
    assert "SMITH" not in repr(entry("SMITH.zip"))
