"""Members that come along and are not data: counted by kind, never filed, never dropped silently."""

from __future__ import annotations

import re
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
    "app", "bat", "cab", "cfg", "class", "cmd", "com", "css", "dll", "dylib", "exe", "ico", "inf", "ini",
    "jar", "jnlp", "js", "lnk", "mf", "msi", "ocx", "pak", "plist", "sh", "so", "swf", "sys",
))
_DOCUMENT = frozenset((
    "avi", "bmp", "csv", "doc", "docx", "eml", "gif", "htm", "html", "jpeg", "jpg", "json", "log", "md",
    "md5", "mov", "mp4", "msg", "odt", "pdf", "png", "ppt", "pptx", "rtf", "tif", "tiff", "tsv", "txt", "url",
    "wmv", "xls", "xlsx", "xml", "yaml",
))
# fmt: on
_BY_ENDING = dict.fromkeys(_VIEWER, VIEWER) | dict.fromkeys(_DOCUMENT, DOCUMENT)
_BY_NAME = {
    ".ds_store": "ds-store",
    "thumbs.db": "thumbs-db",
    "ehthumbs.db": "thumbs-db",
    "desktop.ini": "desktop-ini",
    "dicomdir": DICOMDIR,
}
#: What operating systems keep of a folder: names of the files that were in it.
INDICES = frozenset({"ds-store", "thumbs-db", "desktop-ini"})
#: Pages are a viewer's own wherever a viewer is.
PAGES = (".htm", ".html")
_SHADOW = re.compile(r"(^|[/\\])__MACOSX[/\\]")

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
    base = name.replace("\\", "/").rpartition("/")[2].casefold()
    if base.startswith("._") or ("__MACOSX" in name and _SHADOW.search(name)):
        return "macosx"
    if base in _BY_NAME:
        return _BY_NAME[base]
    ending = base.rpartition(".")[2] if "." in base else ""
    return _BY_ENDING.get(ending, DATA)


def count_kinds(kinds: Mapping[str, int]) -> list[Finding]:
    """Return one finding for each kind that was left alone."""
    return [Finding(_CODES[kind], count=count) for kind, count in sorted(kinds.items()) if kind in _CODES]


def tally(members: Iterable[Member]) -> dict[str, int]:
    """Count the members that are not data, by kind."""
    counted = Counter(member.kind for member in members)
    return {kind: count for kind, count in sorted(counted.items()) if kind != DATA}
