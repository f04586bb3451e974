"""Zips whose member names or attributes mislead."""

from __future__ import annotations

import stat
import unicodedata

from tests.corpus.cases import Hostile
from tests.corpus.zip_makers import DICOM, Build, one, two, unicode_path
from tests.corpus.zip_parts import STORED, UNIX, UTF8, Part, build


def of_mode(mode: int) -> Build:
    """Return the maker of a zip whose first member is such a file."""
    return one(attributes=(mode | 0o644) << 16, system=UNIX)


_NFC, _NFD = (unicodedata.normalize(form, "Äste.dcm").encode() for form in ("NFC", "NFD"))

HOSTILE_NAMES = [
    Hostile("PKG130", "nul", one(name=b"ct1.dcm\0.exe")),
    Hostile("PKG131", "traversal", one(name=b"../../etc/ct1.dcm")),
    Hostile("PKG131", "traversal-inside", one(name=b"CT/../../ct1.dcm")),
    Hostile("PKG131", "traversal-with-backslashes", one(name=b"..\\..\\ct1.dcm")),
    Hostile("PKG132", "absolute", one(name=b"/etc/passwd")),
    Hostile("PKG132", "server", one(name=b"\\\\server\\share\\ct1.dcm")),
    Hostile("PKG133", "drive", one(name=b"C:/Windows/ct1.dcm")),
    Hostile("PKG133", "drive-relative", one(name=b"C:ct1.dcm")),
    Hostile("PKG134", "backslash", one(name=b"CT\\ct1.dcm")),
    Hostile("PKG135", "con", one(name=b"CT/CON.dcm")),
    Hostile("PKG135", "aux-folder", one(name=b"aux/ct1.dcm")),
    Hostile("PKG135", "lpt-superscript", one(name="CT/LPT¹.dcm".encode(), flags=UTF8)),
    Hostile("PKG136", "stream", one(name=b"ct1.dcm:hidden")),
    Hostile("PKG137", "line-break", one(name=b"ct1\r\n.dcm")),
    Hostile("PKG137", "right-to-left", one(name="ct1\u202emcd.exe".encode(), flags=UTF8)),
    Hostile("PKG137", "zero-width-space", one(name="ct\u200b1.dcm".encode(), flags=UTF8)),
    Hostile("PKG137", "byte-order-mark", one(name="\ufeffct1.dcm".encode(), flags=UTF8)),
    Hostile("PKG138", "long", one(name=b"x" * 5000)),
    Hostile("PKG139", "empty", one(name=b"")),
    Hostile("PKG139", "dot", one(name=b"CT/.")),
    Hostile("PKG140", "latin-1-with-utf8-flag", one(name=b"\xe4ste.dcm", flags=UTF8)),
    Hostile("PKG140", "overlong-utf8", one(name=b"\xc0\xae\xc0\xae/ct1.dcm", flags=UTF8)),
    Hostile("PKG141", "unicode-path-of-another-name", lambda: unicode_path(b"\x84.dcm", "../x.dcm", crc=5)),
    Hostile(
        "PKG141", "unicode-path-beside-utf8", lambda: unicode_path("ä.dcm".encode(), "../x.dcm", flags=UTF8)
    ),
    Hostile("PKG142", "duplicate", two(b"ct1.dcm", b"ct1.dcm")),
    Hostile("PKG142", "duplicate-of-one-letter", two(b"a", b"a")),
    Hostile("PKG143", "case", two(b"CT1.dcm", b"ct1.DCM")),
    Hostile("PKG143", "final-dot", two(b"ct1", b"ct1.")),
    Hostile("PKG144", "nfc-nfd", two(_NFC, _NFD, flags=UTF8)),
    Hostile(
        "PKG145",
        "file-and-its-folder-entry",
        lambda: build([Part(b"CT", DICOM), Part(b"CT/", method=STORED)]),
    ),
    Hostile("PKG145", "file-and-folder", two(b"CT", b"CT/ct1.dcm")),
    Hostile("PKG150", "symlink", of_mode(stat.S_IFLNK)),
    Hostile("PKG151", "fifo", of_mode(stat.S_IFIFO)),
    Hostile("PKG151", "device", of_mode(stat.S_IFCHR)),
    Hostile("PKG152", "folder-with-content", one(name=b"CT/")),
    Hostile("PKG152", "folder-by-its-attribute", one(attributes=0x10)),
]
