"""What the benchmark works on: the corpus, further sets made of it, and a trial file that accepts them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from ingest.trial.load import default_trial_text

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("HAMLET_SHARED", ROOT.parent / "shared"))
OUT = ROOT / "bench-out"
SITE = "123"

#: What `make-bench-corpus` puts into every set on purpose: private blocks, UIDs of its own, another trial.
_APPROVED = {
    "uid_roots = []": 'uid_roots = ["1.2.826.0.1.3680043.10.9999"]',
    "private_creators = []": "private_creators = ["
    '"SIEMENS CT VA0  COAD", "SIEMENS MED", "SIEMENS CSA HEADER", "SIEMENS MEDCOM HEADER"]\n'
    'vocabulary = ["Proto", "Dosimetry", "Phantom", "Synth", "SynthMed", "SynthScan"]',
    "polls = 3": "polls = 1",
    'minimum_age = "2 minutes"': 'minimum_age = "0 seconds"',
}
_OVERRULED = ("PSN501", "SID130", "SID131", "PSN114")


def trial_text() -> str:
    """Return the shipped trial file with what the corpus has approved, and entries settled at once."""
    text = default_trial_text()
    for old, new in _APPROVED.items():
        if text.count(old) != 1:
            raise SystemExit(f"the shipped trial file has no single line {old}")
        text = text.replace(old, new)
    table = '\n[[severity]]\ncode = "{}"\nseverity = "warn"\neffect = "none"\nreason = "the corpus says so"\n'
    return text + "".join(table.format(code) for code in _OVERRULED)


def make_ground(name: str) -> Path:
    """Return a folder to work in; with BENCH_APART its subfolders lie apart on ext4 (chattr +T).

    Without a journal, ext4 looks for each new file at every inode freed nearby within a minute: what earlier
    rounds deleted costs time, unless it lies elsewhere.
    """
    folder = OUT / ("apart" if os.environ.get("BENCH_APART") else "plain") / name
    folder.mkdir(parents=True, exist_ok=True)
    if os.environ.get("BENCH_APART"):
        with contextlib.suppress(OSError):
            subprocess.run(["chattr", "+T", folder], check=False, stderr=subprocess.DEVNULL)
    return folder


def many_sites_text() -> str:
    """Return the shipped trial file with eight sites more, of four routes each: 40 shares in all."""
    place = "[route.egress]"
    site = (
        '[[site]]\nnumber = "{0}"\nname = "Site {0}"\nroutes = ["egress", "explorer", "smb", "htp"]\n'
        'planning_system = "eclipse"\ncontacts = [{{ name = "Site", email = "site@{0}.example.org" }}]\n\n'
    )
    sites = "".join(site.format(number) for number in range(201, 209))
    return default_trial_text().replace(place, sites + place, 1)


def make_corpus() -> dict[str, Path]:
    """Return the zips A and B, made once."""
    folder = OUT / "corpus"
    zips = {"A": folder / "caseA.zip", "B": folder / "caseB.zip"}
    done = folder / ".made"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, SHARED / "tools" / "make-bench-corpus", folder, "--zip"], check=True)
        done.touch()
    return zips


def make_backlog(count: int) -> list[Path]:
    """Return case A as `count` zips of as many subjects, each with UIDs and pixels of its own."""
    source = make_corpus()["A"]
    made = [OUT / "corpus" / f"backlog-{number}.zip" for number in range(1, count + 1)]
    for number, target in enumerate(made, 1):
        if not target.exists():
            _vary(source, target.with_suffix(".part"), number)
            target.with_suffix(".part").rename(target)
    return made


def _vary(source: Path, target: Path, number: int) -> None:
    """Copy a zip for another subject: the study ID and the UIDs' root are replaced by others as long."""
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for entry in old.infolist():
            data = old.read(entry).replace(b"123-1001", b"123-2%03d" % number)
            data = data.replace(b"10.9999.1.", b"10.9999.%d." % (number + 1))
            new.writestr(zipfile.ZipInfo(entry.filename), _own_pixels(data, number), zipfile.ZIP_DEFLATED)


def _own_pixels(data: bytes, number: int) -> bytes:
    """Return a file with other pixels, so that no two sets share a picture; one without any as it is."""
    return data[:-2] + number.to_bytes(2, "little") if b"\xe0\x7f\x10\x00" in data[:65536] else data


def make_large(source: Path, gigabytes: float) -> Path:
    """Return a zip of `gigabytes` of stored case B sets, members of their own in each, all of one subject."""
    target = OUT / "corpus" / f"large-{gigabytes:g}.zip"
    if target.exists():
        return target
    part = target.with_suffix(".part")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as new:
        number = 0
        while part.stat().st_size < gigabytes * 1e9:
            number += 1
            for entry in old.infolist():
                if number > 1 and not entry.filename.startswith("CBCT"):
                    continue
                data = old.read(entry).replace(b"10.9999.1.", b"10.9999.%d." % number)
                name = f"{number}/{entry.filename}"
                new.writestr(zipfile.ZipInfo(name), _own_pixels(data, number))
    part.rename(target)
    return target
