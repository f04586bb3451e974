"""Bytes outside the data set: the preamble and what follows after the end (PS3.10 7.1)."""

from __future__ import annotations

import re
from typing import Final

from ingest.checks.pseudonymisation.context import Context
from ingest.checks.pseudonymisation.embedded import read_text
from ingest.checks.pseudonymisation.raised import Raised
from ingest.checks.pseudonymisation.text import judge_text

_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_WORD = re.compile(rb"[A-Za-z]{4,}|[0-9]{6,}|(?:[A-Za-z0-9]\x00){4,}")
_LONGEST: Final = 64 * 1024


def judge_preamble_bytes(context: Context, preamble: bytes) -> Raised:
    """128 zeros, or a TIFF header without words; anything else is looked at, and text blocks."""
    raised = Raised()
    if not any(preamble):
        return raised
    if _WORD.search(preamble):
        raised.add("PSN306")
    else:
        raised.add("PSN304" if preamble.startswith(_TIFF) else "PSN305")
    _collect(context, preamble, raised)
    return raised


def judge_trailing_bytes(context: Context, data: bytes) -> Raised:
    """Nothing may follow after the data set; zeros are told."""
    raised = Raised()
    if data:
        raised.add("PSN307" if any(data) else "PSN308")
        _collect(context, data[:_LONGEST], raised)
    return raised


def _collect(context: Context, data: bytes, raised: Raised) -> None:
    read = read_text(data)
    for text in (read.whole, *read.runs):
        if text:
            found = judge_text(text, "bytes", context.text, context.allowed)
            raised.identifiers += found.identifiers
            for code in found.codes.keys() & {"PSN102", "PSN104", "PSN106", "PSN107", "PSN109"}:
                raised.add(code, **found.codes[code])
