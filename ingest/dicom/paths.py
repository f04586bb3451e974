"""Tag paths: where in a data set an element lies, without item indices; each path is made once.

A tree of paths is shared by the files of a package, so that an element costs one look-up by the bytes of its
header: a path knows its tag, its VR and the form in which its length is written.
"""

from __future__ import annotations

from typing import Any

from ingest.dicom.attributes import CHARSET, is_content
from ingest.dicom.dictionary import is_known, keyword_of, tag_text, vr_of

#: How an element's header is read, by what follows the tag.
SHORT, LONG, IMPLICIT, SEQUENCE, PRIVATE, OTHER, PASSAGE = range(7)

_LONG_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
_SHORT_VRS = frozenset(
    {"AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO"}
    | {"LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US"}
)
#: Every value representation, as it is written in a header.
VRS = frozenset(vr.encode("ascii") for vr in _LONG_VRS | _SHORT_VRS)


#: Bytes of the passages of a package; a header has some thousands.
_PASSAGES = 512 * 1024


class TooManyPathsError(Exception):
    """A package holds more different elements than any real one."""


class HeaderError(Exception):
    """The bytes are no element's header."""


class TagPath:
    """One element's place: `(300A,00B0)>(0008,0080)`, with its VR.

    creator:   of the outermost private element of the path, empty where all are public.
    form:      how the length is written (SHORT, LONG, IMPLICIT, SEQUENCE; PRIVATE, OTHER: look closer), or
               PASSAGE where a passage may begin here.
    long_form: SEQUENCE and OTHER: True where the length follows two reserved bytes, None in implicit VR.
    children:  header bytes → path of the elements of its items.
    is_content: it counts for the content digest.
    block:     of a private element, the tag of its creator's element.
    base:      of a private element under its creator, the path that the header's bytes name; else itself.
    passage:   what began here in the file before, if a passage did (see `passages`), else None.
    seen:      hash of the element's bytes in the file before, where it was walked by itself.
    place:     name under which facts are made from it, None until it was looked up.
    """

    __slots__ = (
        "_text", "base", "block", "children", "creator", "form", "index", "is_content",
        "is_known", "is_private", "is_top",
        "is_within_private", "keyword", "long_form", "parent", "passage", "place", "seen", "tag", "tree",
        "variants", "vr",
    )  # fmt: skip

    def __init__(self, tree: PathTree, parent: TagPath | None, tag: int, vr: str, creator: str = "") -> None:
        self.tree = tree
        self.parent = parent
        self.tag = tag
        self.vr = vr
        is_inside = parent is not None and parent.is_within_private
        self.creator: str = parent.creator if parent is not None and is_inside else creator
        self.form = OTHER
        self.long_form: bool | None = None
        self.is_private = bool(tag >> 16 & 1)
        self.is_within_private: bool = self.is_private or is_inside
        self.is_known = not self.is_private and is_known(tag)
        self.keyword = keyword_of(tag) if self.is_known else ""
        self.is_top = parent is not None and parent.parent is None
        self.is_content = is_content(tag, self.is_top)
        self.block = tag & 0xFFFF0000 | tag >> 8 & 0xFF
        if tag == CHARSET and not self.is_top:
            tree.has_inner_charsets = True
        self.children: dict[bytes, TagPath] = {}
        self.variants: dict[str, TagPath] = {}
        self.place: str | None = None
        self.base = self
        self.passage: Any = None
        self.seen: int | None = None
        self._text = ""
        self.index = tree.take_index()

    @property
    def text(self) -> str:
        """The path as text, `(300A,00B0)>(0008,0080)`."""
        if not self._text and self.parent is not None:
            above = self.parent.text
            self._text = f"{above}>{tag_text(self.tag)}" if above else tag_text(self.tag)
        return self._text

    @property
    def is_creator(self) -> bool:
        """Is this a private creator element, (gggg,0010)–(gggg,00FF)?"""
        return self.is_private and 0x10 <= self.tag & 0xFFFF <= 0xFF

    def with_creator(self, creator: str) -> TagPath:
        """Return the path of this private element under `creator`."""
        found = self.variants.get(creator)
        if found is None:
            found = TagPath(self.tree, self.parent, self.tag, self.vr, creator)
            found.long_form = self.long_form
            found.base = self
            self.variants[creator] = found
        return found


class PathTree:
    """The tag paths of a package: one root for each encoding, and one for file meta.

    has_inner_charsets: some item has a (0008,0005) of its own.
    room:               bytes that further passages may have.
    """

    def __init__(self, maximum: int = 200_000) -> None:
        self._left = maximum
        self._made = 0
        self.has_inner_charsets = False
        self.room = _PASSAGES
        self.meta = TagPath(self, None, 0, "")
        self.explicit_little = TagPath(self, None, 0, "")
        self.explicit_big = TagPath(self, None, 0, "")
        self.implicit_little = TagPath(self, None, 0, "")

    def __len__(self) -> int:
        return self._made

    def take_index(self) -> int:
        """Count one path more and return its number. Raises TooManyPathsError."""
        self._made += 1
        if self._made > self._left:
            raise TooManyPathsError
        return self._made


def tag_from(mark: bytes, is_big: bool) -> int:
    """Return the tag that the first four bytes of `mark` write."""
    group, number = (mark[1::-1], mark[3:1:-1]) if not is_big else (mark[:2], mark[2:4])
    return int.from_bytes(group, "big") << 16 | int.from_bytes(number, "big")


def grow(parent: TagPath, key: bytes, is_implicit: bool, is_big: bool) -> TagPath:
    """Return the new path below `parent` for an element whose header begins with `key`.

    `key` is the tag and, in explicit VR, the VR. Raises HeaderError where it is not those, TooManyPathsError.
    """
    if len(key) != (4 if is_implicit else 6):
        raise HeaderError
    tag = tag_from(key, is_big)
    if tag >> 16 == 0xFFFE:
        path = TagPath(parent.tree, parent, tag, "")
    elif is_implicit:
        path = _implicit(parent, tag)
    else:
        path = _explicit(parent, tag, key[4:6].decode("latin-1"))
    parent.children[key] = path
    return path


def _implicit(parent: TagPath, tag: int) -> TagPath:
    is_private = bool(tag >> 16 & 1)
    vr = "UN" if is_private else vr_of(tag)
    path = TagPath(parent.tree, parent, tag, "LO" if is_private and 0x10 <= tag & 0xFFFF <= 0xFF else vr)
    if vr == "SQ":
        path.form = SEQUENCE
    elif not is_private and vr != "UN":
        path.form = IMPLICIT
    return path


def _explicit(parent: TagPath, tag: int, vr: str) -> TagPath:
    if vr not in _SHORT_VRS and vr not in _LONG_VRS:
        raise HeaderError
    path = TagPath(parent.tree, parent, tag, vr)
    path.long_form = vr in _LONG_VRS
    if path.is_private:
        path.form = OTHER if path.is_creator else PRIVATE
    elif vr == "SQ":
        path.form = SEQUENCE
    elif vr != "UN":
        path.form = LONG if path.long_form else SHORT
    return path
