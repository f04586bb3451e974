"""What a file is when it is not a zip: told from its first bytes, so that the report can name it."""

from __future__ import annotations

#: How many bytes `identify` wants to see.
HEAD = 1024

LOCAL_HEADER = b"PK\x03\x04"
SPLIT_MARKER = b"PK\x07\x08"
SINGLE_SEGMENT_MARKER = b"PK00"

_MAGICS: tuple[tuple[int, bytes, str], ...] = (
    (0, SPLIT_MARKER, "PKG010"),
    (0, b"7z\xbc\xaf\x27\x1c", "PKG005"),
    (0, b"Rar!\x1a\x07", "PKG006"),
    (0, b"\x1f\x8b", "PKG007"),
    (257, b"ustar", "PKG008"),
    (0, b"BZh", "PKG009"),
    (0, b"\xfd7zXZ\x00", "PKG009"),
    (0, b"\x28\xb5\x2f\xfd", "PKG009"),
    (0, b"MSCF", "PKG009"),
    (0, b"\x1f\x9d", "PKG009"),
    (0, b"\x60\xea", "PKG009"),
    (0, b"\x5d\x00\x00", "PKG009"),
    (2, b"-lh", "PKG009"),
    (0, b"%PDF-", "PKG012"),
    (128, b"DICM", "PKG013"),
    (0, b"MZ", "PKG014"),
    (0, b"\x7fELF", "PKG014"),
    (0, b"#!", "PKG014"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "PKG015"),
)

#: A dataset without preamble: its first element, in group 0002 or 0008, little endian.
_BARE_DICOM = (b"\x02\x00\x00\x00", b"\x08\x00\x05\x00", b"\x08\x00\x08\x00", b"\x08\x00\x16\x00")

_PAGES = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<script", b"<!--")


def identify(head: bytes) -> str | None:
    """Return the finding code that names the format `head` starts, or None where it is not known."""
    for offset, magic, code in _MAGICS:
        if head.startswith(magic, offset):
            return code
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(_PAGES):
        return "PKG011"
    if _is_old_tar(head):
        return "PKG008"
    return "PKG013" if head.startswith(_BARE_DICOM) else None


def _is_old_tar(head: bytes) -> bool:
    """Tell whether the head is a tar header of before POSIX: no mark, but its own checksum."""
    try:
        told = int(head[148:156].strip(b" \0"), 8)
    except ValueError:
        return False
    return bool(told) and sum(head[:148]) + 8 * 0x20 + sum(head[156:512]) == told


def is_archive(data: bytes) -> bool:
    """Tell whether `data` starts like a zip or another archive that may hold files."""
    return data.startswith(LOCAL_HEADER) or identify(data) in {
        "PKG005",
        "PKG006",
        "PKG007",
        "PKG008",
        "PKG009",
        "PKG010",
    }
