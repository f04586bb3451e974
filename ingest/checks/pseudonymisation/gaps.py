"""Bytes of a zip that belong to no file: text is judged as a remark is, words among bytes with more care.

Compressed data, padding and programs lie in such gaps more often than people do: a run of text between other
bytes tells of a person by a form, by a name with what goes before or beside it, or by a common name alone.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.checks.pseudonymisation.container import judge_remark
from ingest.checks.pseudonymisation.context import Context
from ingest.checks.pseudonymisation.embedded import read_text
from ingest.checks.pseudonymisation.folding import fold
from ingest.checks.pseudonymisation.raised import Raised
from ingest.checks.pseudonymisation.text import judge_text

#: What a run among other bytes tells by its form, and its least length, so that chance does not make it.
_BY_FORM: Final = {
    "PSN102": 10,
    "PSN104": 10,
    "PSN106": 6,
    "PSN107": 10,
    "PSN109": 14,
}
#: In programs makers and authors are named; what remains is no one's but a patient's.
_OF_PROGRAMS: Final = frozenset({"PSN104", "PSN106", "PSN107"})
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"#!")
_SHORTEST_NAME: Final = 5
#: A word of a name: in one case, or with a capital before small letters. Chance mixes them.
_WORD: Final = r"(?:(?:Mc|Mac|O')?[A-Z][a-z'-]+|[A-Z][A-Z'-]+|[a-z][a-z'-]+)"
_NAME: Final = re.compile(_WORD)
_LONGER: Final = rf"(?=[A-Za-z'-]{{3}}){_WORD}"
_NAMES: Final = re.compile(rf"(?<![A-Za-z]){_LONGER}(?:[ ,^_]+{_LONGER})+(?![A-Za-z])")
_WITH_CARETS: Final = re.compile(rf"(?<![A-Za-z^]){_WORD}(?:\^{_WORD})+(?![A-Za-z])")
#: Lengths from which on chance makes next to none.
_LENGTH_WITH_CARETS: Final = 8
_LENGTH_OF_NAMES: Final = 10
_LONGEST_LINE: Final = 4096
_MOST_LINES: Final = 20_000


def judge_gap_bytes(context: Context, data: bytes) -> tuple[Raised, str]:
    """Return what the bytes of a gap raise, and their text."""
    read = read_text(data)
    is_program = data.startswith(_PROGRAMS)
    raised = Raised()
    if read.whole and not is_program:
        for line in read.whole.splitlines()[:_MOST_LINES]:
            found = judge_remark(line[:_LONGEST_LINE].encode(), context)
            _take(raised, found, set(found.codes))
    else:
        for run in (read.whole, *read.runs):
            if run:
                _judge_run(run, context, raised, is_program=is_program)
    return raised, read.whole or "\n".join(read.runs)


def _judge_run(run: str, context: Context, raised: Raised, *, is_program: bool) -> None:
    found = judge_text(run[:_LONGEST_LINE], "bytes", context.text, context.allowed)
    by_form = {code for code in found.codes if len(run.strip()) >= _BY_FORM.get(code, len(run) + 1)}
    if is_program:
        by_form &= _OF_PROGRAMS
    else:
        if "PSN113" in found.codes and (_has_names(run) or _has_name_with_carets(run, context)):
            by_form.add("PSN113")
        if "PSN114" in found.codes and _are_names(run.strip(), context):
            by_form.add("PSN114")
    _take(raised, found, by_form)


def _has_names(run: str) -> bool:
    return any(len(found.group()) >= _LENGTH_OF_NAMES for found in _NAMES.finditer(run))


def _has_name_with_carets(run: str, context: Context) -> bool:
    """Say whether a name as DICOM writes it is in a run: a long one, or one with a common name in it."""
    return any(
        len(found) >= _LENGTH_WITH_CARETS or any(_is_common_name(part, context) for part in found.split("^"))
        for found in _WITH_CARETS.findall(run)
    )


def _are_names(run: str, context: Context) -> bool:
    """Say whether a run in which a name was told is several words, or that name alone and a common one."""
    return _is_common_name(run, context) or _NAMES.fullmatch(run) is not None


def _is_common_name(word: str, context: Context) -> bool:
    return (
        len(word) >= _SHORTEST_NAME
        and _NAME.fullmatch(word) is not None
        and context.text.lexicon.is_common_name(fold(word))
    )


def _take(raised: Raised, found: Raised, codes: set[str]) -> None:
    if codes:
        raised.identifiers += found.identifiers
    for code in codes:
        raised.add(code)
