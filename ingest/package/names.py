"""Member names: decoding, and what in them is hostile.

A name never becomes a path here. It is refused all the same: others will open the same zip with programs
that do make paths of names.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from zlib import crc32

from ingest.model.finding import MEMBER_NAME
from ingest.package.directory import UNICODE_NAME, Entry
from ingest.package.faults import FaultList
from ingest.package.layout import UTF8

LONGEST_NAME = 512
DEEPEST_NAME = 32

#: A name that matches has none of the faults below but, perhaps, a reserved component.
_PLAIN = re.compile(r"(?!/)(?!.*\.\.)[A-Za-z0-9_\-+=,;!#%&@()\[\]{}'~^$ ./]+")
#: Joiners (U+200C, U+200D) are letters' parts in some scripts; all else that does not show is refused.
_CONTROL = re.compile(
    r"[\x01-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_DRIVE = re.compile(r"[A-Za-z]:")
_RESERVED = re.compile(
    r"(?:^|[/\\])(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:[./\\:]|$)", re.I
)
_SEPARATOR = re.compile(r"[/\\]")

_DOS_DIRECTORY = 0x10
#: What Info-ZIP calls the file that it reads from a pipe (`… | zip out.zip -`), with the pipe's own mode.
_STANDARD_INPUT = "-"


def decode_name(entry: Entry) -> tuple[str, str]:
    """Return the name and the code of what is wrong with its encoding, or an empty code.

    UTF-8 where the flag says so, else the Unicode path field (0x7075), else code page 437.
    """
    raw = entry.raw_name
    if raw.isascii() and UNICODE_NAME not in entry.extras:
        return raw.decode("ascii"), ""
    try:
        field = entry.extras.get(UNICODE_NAME)
        if entry.flags & UTF8:
            return raw.decode("utf-8"), "" if field is None or field[5:] == raw else "PKG141"
        if field is None:
            return raw.decode("cp437"), ""
        if field[:1] != b"\x01" or field[1:5] != crc32(raw).to_bytes(4, "little"):
            return raw.decode("cp437"), "PKG141"
        return field[5:].decode("utf-8"), ""
    except UnicodeDecodeError:
        return raw.decode("cp437"), "PKG140"


def name_faults(name: str) -> Iterator[str]:
    """Yield the code of each thing that is hostile in a name."""
    if _is_too_long(name):
        yield "PKG138"
    elif _RESERVED.search(name):
        yield "PKG135"
    if not _PLAIN.fullmatch(name) or name in (".", "..") or name.endswith("/."):
        yield from _odd_name_faults(name)


def _is_too_long(name: str) -> bool:
    is_long = len(name) > LONGEST_NAME or (len(name) > LONGEST_NAME // 2 and not name.isascii())
    return is_long or name.count("/") > DEEPEST_NAME


def _odd_name_faults(name: str) -> Iterator[str]:
    if not name or _SEPARATOR.split(name)[-1] == ".":
        yield "PKG139"
    if "\0" in name:
        yield "PKG130"
    if ".." in _SEPARATOR.split(name):
        yield "PKG131"
    if name.startswith(("/", "\\")):
        yield "PKG132"
    if _DRIVE.match(name):
        yield "PKG133"
    elif ":" in name:
        yield "PKG136"
    if "\\" in name:
        yield "PKG134"
    if _CONTROL.search(name):
        yield "PKG137"


def attribute_fault(entry: Entry, name: str) -> str:
    """Return the code for a member that is not a plain file or an empty directory, else an empty string."""
    if not entry.attributes and not name.endswith("/"):
        return ""
    kind = stat.S_IFMT(entry.attributes >> 16)
    if kind == stat.S_IFLNK:
        return "PKG150"
    if kind == stat.S_IFIFO and name == _STANDARD_INPUT and entry.size:
        return ""
    if kind in (stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK):
        return "PKG151"
    is_directory = name.endswith("/") or kind == stat.S_IFDIR or bool(entry.attributes & _DOS_DIRECTORY)
    return "PKG152" if is_directory and entry.size else ""


def find_collisions(names: list[str], faults: FaultList) -> None:
    """Note names that would be one file, on this system or on another. Ordinals count from 1."""
    seen: dict[str, str] = {}
    folded = [_fold(name) for name in names]
    for ordinal, (name, key) in enumerate(zip(names, folded, strict=True), start=1):
        if key in seen:
            faults.add(_collision(seen[key], name), ordinal, MEMBER_NAME)
        else:
            seen[key] = name
    in_order = sorted(seen)
    for ordinal, (name, key) in enumerate(zip(names, folded, strict=True), start=1):
        if not name.endswith("/") and _is_folder(key + "/", in_order):
            faults.add("PKG145", ordinal, MEMBER_NAME)


def _is_folder(prefix: str, in_order: list[str]) -> bool:
    place = bisect_left(in_order, prefix)
    return place < len(in_order) and in_order[place].startswith(prefix)


def _collision(one: str, other: str) -> str:
    if one == other:
        return "PKG142"
    if one.endswith("/") != other.endswith("/"):
        return "PKG145"
    is_one_text = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    return "PKG144" if is_one_text else "PKG143"


def _fold(name: str) -> str:
    """Return the name as a careless file system compares it: no case, one normal form, no dots at the end."""
    if _is_too_long(name):
        return name  # refused for its length; putting it in normal form would take too long
    folded = name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()
    folded = folded.rstrip("/")
    return folded.rstrip(". ") if folded.endswith((".", " ")) else folded
