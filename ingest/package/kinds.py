"""Members that come along with data and are not data: counted by kind, never read, never silently dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ingest.model.finding import Finding
from ingest.package.contents import DATA, Member

DIRECTORY = "directory"
DICOMDIR = "dicomdir"
VIEWER = "viewer"
DOCUMENT = "document"

# fmt: off
_VIEWER = frozenset((
    "app", "bat", "cab", "cfg", "class", "cmd", "com", "css", "dll", "dylib", "exe", "htm", "html",
    "ico", "inf", "ini", "jar", "jnlp", "js", "lnk", "msi", "ocx", "pak", "sh", "so", "swf", "sys",
))
_DOCUMENT = frozenset((
    "avi", "bmp", "csv", "doc", "docx", "eml", "gif", "jpeg", "jpg", "json", "log", "md", "mov",
    "mp4", "msg", "odt", "pdf", "png", "ppt", "pptx", "rtf", "tif", "tiff", "tsv", "txt", "url",
    "wmv", "xls", "xlsx", "xml", "yaml",
))
# fmt: on
_LEFTOVERS = {
    ".ds_store": "ds-store",
    "thumbs.db": "thumbs-db",
    "ehthumbs.db": "thumbs-db",
    "desktop.ini": "desktop-ini",
}

#: The finding code that counts each kind. Directories are counted and not spoken of.
_CODES = {
    "macosx": "PKG301",
    "ds-store": "PKG302",
    "thumbs-db": "PKG303",
    "desktop-ini": "PKG304",
    DICOMDIR: "PKG305",
    VIEWER: "PKG306",
    DOCUMENT: "PKG307",
}


def kind_of(name: str) -> str:
    """Return the kind of a member by its name: `data`, `directory`, or what it is instead."""
    if name.endswith("/"):
        return DIRECTORY
    folder, _, base = name.replace("\\", "/").rpartition("/")
    if (
        base.startswith("._")
        or folder == "__MACOSX"
        or folder.startswith("__MACOSX/")
        or "/__MACOSX" in folder
    ):
        return "macosx"
    base = base.casefold()
    if base in _LEFTOVERS:
        return _LEFTOVERS[base]
    if base in ("dicomdir", "dicomdir."):
        return DICOMDIR
    ending = base.rpartition(".")[2] if "." in base else ""
    if ending in _VIEWER:
        return VIEWER
    return DOCUMENT if ending in _DOCUMENT else DATA


def count_kinds(kinds: Mapping[str, int]) -> list[Finding]:
    """Return one finding for each kind that was left alone."""
    return [Finding(_CODES[kind], count=count) for kind, count in sorted(kinds.items()) if kind in _CODES]


def tally(members: Iterable[Member]) -> dict[str, int]:
    """Count the members that are not data, by kind."""
    counted = Counter(member.kind for member in members)
    return {kind: count for kind, count in sorted(counted.items()) if kind != DATA}
