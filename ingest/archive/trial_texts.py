"""The texts of trial files beside the storage root: what a verdict names by digest can be read again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.archive.disk import digest_bytes, replace_file, worldly_faults
from ingest.archive.order import ArchiveDamaged
from ingest.archive.store import Archive


@dataclass(frozen=True, slots=True)
class TrialText:
    """The text of a trial file, and since when the archive has it."""

    sha256: str
    text: str
    kept: datetime


def keep_trial_text(archive: Archive, sha256: str, text: str) -> None:
    """Write a trial file's text as `trials/SHA256.toml`; one that is there stays. Raises TransientError."""
    target = archive.places.trials / f"{sha256}.toml"
    with worldly_faults("keeping a trial file"):
        if not target.exists():
            replace_file(target, text.encode("utf-8"), archive.places.building)


def read_trial_texts(archive: Archive) -> tuple[TrialText, ...]:
    """Return the texts, the oldest first. Raises ArchiveDamaged, TransientError."""
    found = []
    with worldly_faults("reading the trial files"):
        for path in archive.places.trials.glob("*.toml"):
            data = path.read_bytes()
            if digest_bytes(data) != path.stem:
                raise ArchiveDamaged("a trial file's text is not the one that its name says")
            kept = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            found.append(TrialText(path.stem, data.decode("utf-8"), kept))
    return tuple(sorted(found, key=lambda item: (item.kept, item.sha256)))
