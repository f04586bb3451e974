"""Planted zips on all four routes, and everything that the service puts out, searched."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.canary.canaries import Canaries, search_database, search_files
from tests.canary.planting import clean_zip, hostile_zips, leaky_uids, planted_files, planted_zip

SITES = {"egress": "123", "explorer": "124", "smb": "123", "htp": "125"}
#: (route, with code strings) of the packages that have every attribute of the dictionary.
_FULL = {("egress", False), ("htp", True)}


@dataclass
class Planted:
    """What was dropped: the canaries, and where zips lie under names that are the sender's."""

    canaries: Canaries
    dropped: list[Path] = field(default_factory=list)


def drop_planted(shares: Path, seed: int, *, is_small: bool = False) -> Planted:
    """Drop planted zips on every route, under names with canaries and under study IDs.

    is_small: one zip with everything planted a route, in place of two, and one under a study ID.
    """
    planted = Planted(Canaries(seed))
    canaries = planted.canaries

    def drop(route: str, name: str | bytes, data: bytes) -> None:
        target = Path(os.fsdecode(os.fsencode(shares / route / SITES[route]) + b"/" + os.fsencode(name)))
        target.write_bytes(data)
        planted.dropped.append(target)

    known: list[bytes] = []
    for number, (route, site) in enumerate(SITES.items(), 1):
        own = f"{site}-100{number}"
        for with_codes in (number % 2 == 0,) if is_small else (False, True):
            is_full = (route, with_codes) in _FULL
            identified = planted_files(
                canaries, own, has_study_id=False, with_codes=with_codes, is_full=is_full
            )
            drop(route, f"{canaries.text('zip name')}.zip", planted_zip(canaries, identified))
        if not (known and is_small):
            known = planted_files(canaries, own, has_study_id=True, with_codes=False, is_full=False)
            drop(route, f"{own}.zip", planted_zip(canaries, known))
    for name, data in hostile_zips(canaries, known).items():
        drop("htp", f"{name}-{canaries.text('name of a hostile zip')}.zip", data)
    drop("smb", f"{canaries.number('zip name of digits')}.zip", clean_zip("123-1009"))
    drop("explorer", "uids.zip", leaky_uids(canaries, "124-1008"))
    no_text = b"\xff\xfe" + canaries.text("a name that is no text").encode() + b".zip"
    drop("explorer", no_text, clean_zip("124-1007"))
    drop("explorer", f"\u202e{canaries.text('bidirectional name')}\n.zip", clean_zip("124-1006"))
    drop("smb", f"{canaries.text('stray file')}.dcm", bytes(132))
    folder = shares / "smb" / SITES["smb"] / canaries.text("loose folder")
    folder.mkdir()
    planted.dropped.append(folder)
    return planted


def search_everything(planted: Planted, root: Path, outputs: Sequence[bytes] = ()) -> list[str]:
    """Return every canary that came out: in files and their names below `root`, in the database, in outputs.

    Aside are the contents of originals/ and quarantine/, and on the shares what lies where the sender put it
    or where it was set aside.
    """
    data = root / "data"
    found = search_database(planted.canaries, data / "ledger.sqlite")
    found += search_files(planted.canaries, data, (data / "originals", data / "quarantine"))
    for path in root.iterdir():
        if path.is_dir() and path.name not in ("data", "shares", "planted"):
            found += search_files(planted.canaries, path)
    found += _search_shares(planted, root / "shares")
    for number, output in enumerate(outputs):
        found += [f"output {number}: {hit}" for hit in planted.canaries.found_in(output)]
    return found


def _search_shares(planted: Planted, shares: Path) -> list[str]:
    found = []
    for path in shares.rglob("*"):
        if path in planted.dropped:
            continue
        found += planted.canaries.found_in(os.fsencode(path.relative_to(shares)))
        if path.is_file() and path.parent.name != "received":
            found += [f"{path.name}: {hit}" for hit in planted.canaries.found_in(path.read_bytes())]
    return found
