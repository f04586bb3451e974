"""Trials: of a file, of the one that is shipped, of a text.

A text is checked once in a process; the one that is shipped was checked when it was made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ingest.model.errors import ConfigurationError
from ingest.model.wire import WireError, from_wire, to_wire
from ingest.trial.definition import Trial

_SHIPPED = "shipped.json"
#: Trials by the digest of their text; True: its codes were looked up.
_known: dict[str, tuple[Trial, bool]] = {}
_MOST_KNOWN = 16


def load_trial(path: Path, known_codes: Collection[str] = ()) -> Trial:
    """Return the trial of the file at `path`.

    known_codes: finding codes that an override may name; empty: not checked.
    Raises ConfigurationError.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"The trial file {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"The trial file {path} is not UTF-8 text.") from None
    return parse_trial(text, known_codes, name=str(path))


def load_default_trial(known_codes: Collection[str] = ()) -> Trial:
    """Return the trial that is shipped with the program: Hamlet.rt's."""
    return parse_trial(default_trial_text(), known_codes, name="hamlet-rt.toml")


def default_trial_text() -> str:
    """Return the text of the trial file that is shipped, from the wheel or from the source tree."""
    shipped = Path(__file__).parent / "data" / "hamlet-rt.toml"
    if shipped.is_file():
        return shipped.read_text(encoding="utf-8")
    source = Path(__file__).resolve().parents[2] / "deploy" / "trials" / "hamlet-rt.toml"
    return source.read_text(encoding="utf-8")


def parse_trial(text: str, known_codes: Collection[str] = (), *, name: str = "the trial file") -> Trial:
    """Return the trial of a trial file's text. Raises ConfigurationError."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    if sha256 not in _known:
        shipped = _shipped(sha256, text)
        if shipped is not None:
            _known[sha256] = (shipped, True)
    trial, has_known_codes = _known.get(sha256, (None, False))
    if trial is None or (known_codes and not has_known_codes):
        from ingest.trial.check import check_trial

        trial = check_trial(text, known_codes, name)
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[sha256] = (trial, bool(known_codes))
    return trial


def describe_trial(trial: Trial) -> dict[str, Any]:
    """Return a trial as JSON-ready data without the file's text: what `recall_trial` takes."""
    described: dict[str, Any] = to_wire(trial)
    del described["text"]
    return described


def recall_trial(described: object, text: str = "") -> Trial:
    """Return the trial that `describe_trial` described, not checked again. Raises WireError."""
    if not isinstance(described, dict):
        raise WireError("not a Trial")
    return from_wire(Trial, {**described, "text": text})


def _shipped(sha256: str, text: str) -> Trial | None:
    """Return the shipped trial where the text is its very text (`make docs` writes it), else None."""
    described = json.loads((Path(__file__).parent / _SHIPPED).read_text(encoding="utf-8"))
    return recall_trial(described, text) if described["sha256"] == sha256 else None
