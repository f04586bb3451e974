"""A file as plain pydicom reads it, in the form of a walk: what is made of a walk can be made of it too."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterable
from io import BytesIO

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_sequence
from pydicom.filewriter import write_data_element

from ingest.dicom.elements import Element, Item
from ingest.dicom.encodings import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE
from ingest.dicom.nesting import holds_items
from ingest.dicom.part10 import BIG_ENDIAN_UID, EXPLICIT_UID, IMPLICIT_UID, Outside
from ingest.dicom.paths import PathTree, TagPath, grow
from ingest.dicom.walk import Walk
from tests.dicom_readings import read_with_pydicom

_END_OF_SEQUENCE = b"\xfe\xff\xdd\xe0\0\0\0\0"
#: Is it implicit VR, is it big endian?
Form = tuple[bool, bool]
_SHORTEST_ITEM, _UNDEFINED = 8, 0xFFFFFFFF


def mended(data: bytes, found: Walk) -> bytes:
    """Return a file that pydicom can read: as its walk found it to be, where it is not as it says it is.

    A preamble is put before it, its true transfer syntax into it, and what follows the data set is cut off.
    """
    codes = {fault.code for fault in found.outside.faults}
    if found.trailing is None and not codes & {"DCM109", "DCM111", "DCM207"}:
        return data
    encoding = found.outside.encoding
    syntax = IMPLICIT_UID if encoding.width == 4 else BIG_ENDIAN_UID if encoding.is_big else EXPLICIT_UID
    if "DCM111" not in codes and found.outside.syntax_uid and not found.outside.is_deflated:
        syntax = found.outside.syntax_uid
    elements = b""
    for path, begin, end, _ in found.outside.meta:
        if path.tag not in (0x00020000, 0x00020010):
            elements += _meta_element(path.tag, path.vr, found.data[begin:end])
    elements += _meta_element(0x00020010, "UI", syntax.encode("ascii") + b"\0" * (len(syntax) % 2))
    head = _meta_element(0x00020000, "UL", struct.pack("<I", len(elements)))
    end = found.trailing[0] if found.trailing else len(found.data)
    before = found.preamble() or bytes(128)
    return before + b"DICM" + head + elements + bytes(found.data[found.outside.begin : end])


def _meta_element(tag: int, vr: str, value: bytes) -> bytes:
    length = struct.pack("<HI", 0, len(value)) if vr in ("OB", "UN") else struct.pack("<H", len(value))
    return struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode("ascii")) + length + value


def walk_with_pydicom(data: bytes, tree: PathTree) -> Walk:
    """Return pydicom's elements as a walk over their values. Raises whatever pydicom raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _Reading(read_with_pydicom(data), data, tree).walk


class _Reading:
    def __init__(self, dataset: Dataset, data: bytes, tree: PathTree) -> None:
        implicit, little = dataset.original_encoding
        self._is_implicit, self._is_big = bool(implicit), not little
        self._buffer = bytearray(data[:128] if data[128:132] == b"DICM" else b"")
        self._tree = tree
        self._fragments: dict[int, list[tuple[int, int]]] = {}
        self._items = 0
        preamble = len(self._buffer)
        meta: list[Element] = []
        self._read(dataset.file_meta, tree.meta, None, meta, (False, False))
        elements: list[Element] = []
        root = tree.implicit_little if self._is_implicit else tree.explicit_little
        root = tree.explicit_big if self._is_big else root
        self._read(dataset, root, None, elements, (self._is_implicit, self._is_big))
        encoding = IMPLICIT_LITTLE if self._is_implicit else EXPLICIT_LITTLE
        outside = Outside(
            bytes(self._buffer),
            preamble,
            meta,
            end=len(self._buffer),
            syntax_uid=dataset.file_meta.get("TransferSyntaxUID", ""),
        )
        outside.encoding = EXPLICIT_BIG if self._is_big else encoding
        self.walk = Walk(outside)
        self.walk.elements.extend(elements)
        self.walk.found.items = self._items
        self.walk.found.fragments.update(self._fragments)
        self.walk.top = {element[0].tag: element for element in elements if element[3] is None}
        self.walk.has_inner_charsets = True

    def _read(
        self,
        dataset: Dataset,
        parent: TagPath,
        item: Item | None,
        out: list[Element],
        form: tuple[bool, bool],
    ) -> None:
        creators: dict[int, str] = {}
        for tag in sorted(dataset.keys()):
            raw = dataset.get_item(tag)
            value = _bytes_of(raw, is_big=form[1])
            path = _path(parent, int(tag), raw.VR or "", form)
            if path.is_creator:
                creators[path.tag] = (value or b"").decode("latin-1").strip(" \0")
            elif path.is_private:
                path = path.with_creator(creators.get(path.block, ""))
            begin = len(self._buffer)
            if value is None or path.vr == "SQ":
                inner = (True, False) if path.vr == "UN" else form
                self._read_items(dataset[tag].value or (), path, item, out, inner)
            elif path.vr == "UN" and len(value) >= _SHORTEST_ITEM and holds_items(value, 0, len(value)):
                items = read_sequence(BytesIO(value), True, True, len(value), "iso8859")
                self._read_items(items, path, item, out, (True, False))
            else:
                self._buffer += value
                if isinstance(raw, RawDataElement) and raw.length == _UNDEFINED:
                    self._note_fragments(begin, value)
                out.append((path, begin, len(self._buffer), item))

    def _read_items(
        self,
        items: Iterable[Dataset],
        path: TagPath,
        item: Item | None,
        out: list[Element],
        form: tuple[bool, bool],
    ) -> None:
        begin = len(self._buffer)
        out.append((path, begin, begin, item))
        depth = (item[3] if item else 0) + 1
        for index, inner in enumerate(items):
            self._items += 1
            self._read(inner, path, (item, path, index, depth), out, form)

    def _note_fragments(self, begin: int, value: bytes) -> None:
        self._buffer += _END_OF_SEQUENCE
        found, place = [], 0
        while place + 8 <= len(value):
            (length,) = struct.unpack_from("<I", value, place + 4)
            found.append((begin + place + 8, begin + place + 8 + length))
            place += 8 + length
        self._fragments[begin] = found


def _path(parent: TagPath, tag: int, vr: str, form: Form) -> TagPath:
    is_implicit, is_big = form
    order = ">" if is_big else "<"
    key = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)
    if not is_implicit:
        key += vr.encode("ascii")
    return parent.children.get(key) or grow(parent, key, is_implicit, is_big)


def _bytes_of(raw: RawDataElement | DataElement, *, is_big: bool) -> bytes | None:
    """Return the value's bytes, None of a sequence; of what pydicom has converted, written anew."""
    if raw.VR == "SQ":
        return None
    if isinstance(raw, RawDataElement):
        return raw.value or b""
    if raw.VR == "UN" and not isinstance(raw.value, bytes):
        return None
    file = DicomBytesIO()
    file.is_implicit_VR, file.is_little_endian = True, not is_big
    write_data_element(file, raw)
    return file.getvalue()[8:]
