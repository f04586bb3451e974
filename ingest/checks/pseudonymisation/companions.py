"""Files that come along with the data and are not DICOM: their text is read, and judged line by line.

What identifies by its form blocks. At a name, or a file that cannot be read, a person looks.
"""

from __future__ import annotations

from typing import Final

from ingest.checks.pseudonymisation.container import judge_container_name
from ingest.checks.pseudonymisation.context import Context
from ingest.checks.pseudonymisation.embedded import read_text
from ingest.checks.pseudonymisation.patterns import has_coded_number
from ingest.checks.pseudonymisation.raised import Raised
from ingest.checks.pseudonymisation.text import judge_text

#: What a finding on such a file gives as its place.
COMPANION: Final = "member that is not DICOM"
#: Kinds of members (of the container's room) that people write, in which names count.
WRITTEN: Final = "document"

_BY_FORM: Final = frozenset({"PSN102", "PSN104", "PSN106", "PSN107", "PSN151"})
_BY_WORDS: Final = frozenset({"PSN109", "PSN110", "PSN113", "PSN114", "PSN122"})
_LONGEST_LINE: Final = 4096
_MOST_LINES: Final = 20_000


def _without(line: str, context: Context) -> str:
    """Return a line without the subjects' study IDs."""
    for study_id in context.allowed:
        line = line.replace(study_id, " ")
    return line


def _tells_of_person(line: str, found: Raised, context: Context) -> bool:
    """Say whether a line of a document has a name, an address or a number of a hospital."""
    return bool(found.codes.keys() & _BY_WORDS) or has_coded_number(_without(line, context))


def judge_companion(
    data: bytes, *, is_written: bool | None, is_index: bool = False, context: Context
) -> tuple[Raised, str]:
    """Judge a file's bytes; return what it raises and its text.

    is_written: a document: names in it count, and bytes that are no text must be looked at. None: it is one
                if all of it is text.
    is_index:   what an operating system keeps of a folder: names of files, judged as those of members are.
    """
    read = read_text(data)
    if is_written is None:
        is_written = bool(read.whole)
    raised = Raised()
    text = read.whole or "\n".join(read.runs)
    lines = text.splitlines()
    for line in lines[:_MOST_LINES]:
        found = judge_text(line[:_LONGEST_LINE], "comment", context.text, context.allowed)
        raised.identifiers += found.identifiers
        if found.codes.keys() & _BY_FORM:
            raised.add("PSN607")
        elif (is_written and _tells_of_person(line, found, context)) or (
            is_index and judge_container_name(line[:_LONGEST_LINE], context).codes
        ):
            raised.add("PSN608")
    is_unread = not read.whole or not read.is_complete or len(lines) > _MOST_LINES
    if is_written and is_unread and data.strip(b"\0 \r\n\t"):
        raised.add("PSN608")
    return raised, text
