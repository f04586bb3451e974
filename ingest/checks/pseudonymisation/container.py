"""The container: the zip's own name, comments, extra fields, names of members and their folders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ingest.checks.pseudonymisation import patterns
from ingest.checks.pseudonymisation.context import Context
from ingest.checks.pseudonymisation.dates import find_dates
from ingest.checks.pseudonymisation.embedded import read_text
from ingest.checks.pseudonymisation.raised import Raised
from ingest.checks.pseudonymisation.text import judge_text

#: Codes that a name or comment of a container may raise and that make it identifying.
IDENTIFYING: Final = frozenset(
    {
        "PSN101",
        "PSN102",
        "PSN104",
        "PSN105",
        "PSN106",
        "PSN107",
        "PSN108",
        "PSN109",
        "PSN110",
        "PSN113",
        "PSN114",
        "PSN115",
        "PSN122",
        "PSN151",
    }
)
_UID = re.compile(r"(?<![0-9])(?<![0-9]\.)[0-2](?:\.(?:0|[1-9][0-9]*)){5,}(?![0-9])")
#: Names that writers of media count up: PA000001/ST000001/SE000001/IM000001, PAT00001, IM-0001-0002.
_COUNTED = re.compile(
    r"(?<![A-Za-z0-9])(?:PAT?|STD?|STU|SER?|SRS|IMG?|IMA|DCM|DICOM|PS|XX|FX|SL|FILE)[_-]?[0-9]{1,8}(?:-[0-9]{1,6})*(?![A-Za-z0-9])"
)
#: The folder that macOS adds beside the data, of which the names in it tell.
_SHADOW = re.compile(r"(?:^|(?<=[/\\]))__MACOSX(?:[/\\]|$)")
#: Capitals before a date that is written with points, slashes or hyphens: EJT 14-2-51.
_INITIALS_BESIDE = re.compile(
    r"(?<![A-Za-z0-9])(?!CT|MR|PT|RT|RS|RP|RD|SE|ST|IM)[A-Z]{2,3}[ _(]{1,2}"
    r"[0-9]{1,2}([-./])[0-9]{1,2}\1[0-9]{2}(?![0-9])"
)
_EXTENSION = re.compile(r"\.(?:dcm|dic|dicom|ima|img|zip|part)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ContainerMember:
    """One member as the central directory names it.

    extra:        texts of its extra fields (APPNOTE 4.5).
    instance_uid: its SOP Instance UID where it was read as DICOM; related_uids: its study, series and frame.
    """

    ordinal: int
    name: str
    comment: bytes = b""
    extra: bytes = b""
    instance_uid: str = ""
    related_uids: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"ContainerMember({self.ordinal})"


def judge_container_name(name: str, context: Context) -> Raised:
    """Judge a zip's or member's name, folders included: identifiers, people's names, birth dates."""
    plain = re.sub(r"[\\/]+", " / ", _COUNTED.sub(" ", _UID.sub(" ", _bare(name))))
    found = judge_text(plain, "name of a file", context.text, context.allowed)
    raised = Raised(identifiers=found.identifiers)
    for code in found.codes.keys() & IDENTIFYING:
        raised.add(code)
    if _is_birth_date_told(plain, found):
        raised.add("PSN122")
    known = context.text.lexicon.vocabulary
    if any(
        letters.lower() not in known or (len(letters) == 1 and not _is_counted(letters, digits))
        for letters, digits in patterns.find_hospital_numbers(plain)
    ):
        raised.add("PSN108")
    return raised


def _is_birth_date_told(name: str, found: Raised) -> bool:
    """Say whether a name holds a date long before any treatment, with its century or beside initials.

    `3-5-50` alone may be numbers of a series.
    """
    return any(
        date.is_old and (date.has_century or "PSN116" in found.codes or _INITIALS_BESIDE.search(name))
        for date in find_dates(name)
    )


def _is_counted(letter: str, digits: str) -> bool:
    """Say whether a letter and digits are a file's number, as writers of media count: I1000001, E0000012."""
    return letter in "IESZPDF" or "000" in digits


def _bare(name: str) -> str:
    return _EXTENSION.sub("", _SHADOW.sub("", name))


def judge_remark(data: bytes, context: Context) -> Raised:
    """Judge a comment or the text of an extra field."""
    read = read_text(data)
    raised = Raised()
    for text in (read.whole, *read.runs):
        found = judge_text(text, "name of a file", context.text, context.allowed) if text else Raised()
        raised.identifiers += found.identifiers
        for code in found.codes.keys() & (IDENTIFYING | {"PSN116"}):
            raised.add(code)
    return raised


def other_uids(member: ContainerMember) -> bool:
    """Say whether a member's name or folder holds a UID that is none of the member's own."""
    own = {member.instance_uid, *member.related_uids} - {""}
    if not own:
        return False
    found = [
        uid for part in re.split(r"[\\/]", member.name) for uid in _UID.findall(_EXTENSION.sub("", part))
    ]
    return any(not _is_own(uid, own) for uid in found)


def _is_own(uid: str, own: set[str]) -> bool:
    """Say whether a UID is one of these, or one of them cut short or with a number after it."""
    return any(uid == mine or mine.startswith(uid) or uid.startswith(mine + ".") for mine in own)
