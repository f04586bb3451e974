"""Planted sets as lines of text: leaks and clean files that were written down before the rules were read.

A line is `KIND | PLACE=VALUE | …`, below a heading `## class`; `~ ` before it: known as not held; `! ` before
a clean one: held whatever it says, by a rule (private elements, reports, what describes the person).

KIND   the object that is changed: CT, MR, CBCT, PT, RTSTRUCT, RTPLAN, RTDOSE, REG, RTRECORD, RTIMAGE, SR,
       PDF, SC.
PLACE  keywords, `BeamSequence[0].BeamName`; `(ggggeeee:VR)`; `private(gggg,eeee,VR,CREATOR)`;
       `meta(gggg,eeee)`; `preamble`, `trailing`; `roi0`; `rois` and `beams`: names with `;` between them.
VALUE  text; after `hex:`, `raw:` bytes in hexadecimal; after `utf16:`, `b64:` text to be written so.
!KEY   zip, route, member, dir, comment, membercomment, extra, other (NAME:TEXT), gap, prefix, and
       expect: the place.
"""

from __future__ import annotations

import base64
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pydicom
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag, Tag

from ingest.demo.synthetic.subject import Shape, SyntheticSubject, begin_object, set_series
from ingest.model.finding import ZIP_GAP
from ingest.model.route import RouteKind
from ingest.reports.verdict_json import describe_verdict
from tests.builders import build_case
from tests.inspections import inspect_here, request_for

_HERE = Path(__file__).parent
_SUBJECT = SyntheticSubject("123-1001", shape=Shape(2, 1, 1, 2, 1, 2))
#: SOP class and modality of the objects that the synthetic case does not have.
_OTHERS = {
    "RTIMAGE": ("1.2.840.10008.5.1.4.1.1.481.1", "RTIMAGE"),
    "SR": ("1.2.840.10008.5.1.4.1.1.88.11", "SR"),
    "PDF": ("1.2.840.10008.5.1.4.1.1.104.1", "DOC"),
    "SC": ("1.2.840.10008.5.1.4.1.1.7", "OT"),
}
_PART = re.compile(
    r"(?:private\((?P<pg>[0-9A-F]{4}),(?P<pe>[0-9A-F]{4}),(?P<pvr>\w\w),(?P<creator>[^)]*)\)"
    r"|\((?P<g>[0-9A-F]{4})(?P<e>[0-9A-F]{4}):(?P<vr>\w\w)\)"
    r"|(?P<keyword>[A-Za-z]+)(?P<group>[56]0\d\d)?)(?:\[(?P<index>\d+)\])?\.?"
)
#: Attributes of repeating groups: their element and VR.
_REPEATING = {
    "CurveDescription": (0x22, "LO"),
    "OverlayDescription": (0x22, "LO"),
    "OverlayLabel": (0x1500, "LO"),
    "OverlayComments": (0x4000, "LT"),
}
_BYTES = ("OB", "OW", "OF", "OD", "OL", "UN")
_ONE_OF = {"OB or OW": "OW", "US or SS": "US", "US or OW": "US"}


@dataclass
class Line:
    """One line of a set: the object, what is changed, options.

    is_told:  known as not held.
    is_ruled: clean, and held by a rule.
    """

    text: str
    group: str
    is_told: bool
    kind: str
    is_ruled: bool = False
    edits: list[tuple[str, str]] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)


def read_set(name: str) -> list[Line]:
    """Return the lines of `NAME.txt` beside this file."""
    return list(_lines((_HERE / f"{name}.txt").read_text(encoding="utf-8")))


def _lines(text: str) -> Iterator[Line]:
    group = ""
    for row in text.split("\n"):
        if row.startswith("## "):
            group = row[3:]
        elif row and not row.startswith("#"):
            kind, *parts = row.removeprefix("~ ").removeprefix("! ").split(" | ")
            line = Line(row, group, row.startswith("~ "), kind.strip(), row.startswith("! "))
            for part in parts:
                key, _, value = part.partition("=")
                if key.startswith("!"):
                    line.options[key[1:]] = value
                else:
                    line.edits.append((key, value))
            yield line


@cache
def _case() -> dict[str, Dataset]:
    """One data set of each kind, as the synthetic case has it, and those made here."""
    case = build_case("123-1001", ct_slices=2, fractions=1, cbct=1, cbct_slices=2, mr_slices=2)
    found = {instance.name.split("/")[1]: instance.dataset for instance in reversed(case)}
    found["PT"] = deepcopy(found["CT"])
    found["PT"].Modality, found["PT"].SOPClassUID = "PT", "1.2.840.10008.5.1.4.1.1.128"
    found["PT"].file_meta.MediaStorageSOPClassUID = found["PT"].SOPClassUID
    for kind, (sop_class, modality) in _OTHERS.items():
        found[kind] = ds = begin_object(_SUBJECT, kind, sop_class, modality, day=_SUBJECT.planning_date)
        set_series(ds, _SUBJECT, kind, 77)
        if kind in ("RTIMAGE", "SC"):
            ds.Rows = ds.Columns = 32
            ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
            ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
            ds.PixelData = bytes(2048)
            ds["PixelData"].VR = "OW"
    return found


def base_of(kind: str) -> Dataset:
    """Return a data set of that kind, to be changed."""
    return deepcopy(_case()[kind])


@dataclass
class Built:
    """A line's package, and the place at which something must be found."""

    package: bytes
    where: str


class _Builder:
    """Builds one line's file."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.ds = base_of(line.kind)
        self.where = ""
        self._raw: list[tuple[bytes, bytes]] = []
        self._preamble = self._trailing = b""

    def build(self) -> bytes:
        """Return the file's bytes."""
        for place, value in self.line.edits:
            self._edit(place, value)
        self.ds.file_meta.MediaStorageSOPInstanceUID = self.ds.SOPInstanceUID
        if self._preamble:
            self.ds.preamble = self._preamble.ljust(128, b"\0")[:128]
        buffer = io.BytesIO()
        pydicom.dcmwrite(buffer, self.ds, enforce_file_format=True)
        data = buffer.getvalue()
        for mark, wanted in self._raw:
            assert mark in data
            data = data.replace(mark, wanted)
        return data + self._trailing

    def _edit(self, place: str, value: str) -> None:
        if place in ("preamble", "trailing"):
            data = self._value(value, "OB")
            self._preamble, self._trailing = (data, b"") if place == "preamble" else (b"", data.rstrip(b"\0"))
            self.where = "preamble" if place == "preamble" else "trailing bytes"
        elif place in ("rois", "beams"):
            sequence, name, number = {
                "rois": ("StructureSetROISequence", "ROIName", "ROINumber"),
                "beams": ("BeamSequence", "BeamName", "BeamNumber"),
            }[place]
            for index, text in enumerate(value.split(";")):
                self._put(f"{sequence}[{index}].{name}", text)
                self._put(f"{sequence}[{index}].{number}", str(index + 1))
        elif place.startswith("meta("):
            tag = Tag(int(place[5:9], 16), int(place[10:14], 16))
            if tag.element == 0x0102:
                self.ds.file_meta.PrivateInformationCreatorUID = "1.2.3.4"
            self.ds.file_meta.add_new(tag, dictionary_VR(tag), self._value(value, dictionary_VR(tag)))
        else:
            where = self._put(place.replace("roi0", "StructureSetROISequence[0].ROIName"), value)
            if place != "SpecificCharacterSet":
                self.where = where

    def _put(self, place: str, value: str) -> str:
        """Set a value, making items on the way; return the tag path."""
        here, path, position = self.ds, [], 0
        while position < len(place):
            match = _PART.match(place, position)
            if match is None:
                raise ValueError(place)
            position = match.end()
            tag, vr = _tag_of(match, here)
            step = f"({tag.group:04X},{tag.element:04X})"
            if match["index"] is None or vr != "SQ":
                here.add_new(tag, vr, self._value(value, vr))
                path.append(step)
                continue
            if tag not in here:
                here.add_new(tag, "SQ", Sequence([]))
            items = here[tag].value
            while len(items) <= int(match["index"]):
                items.append(Dataset())
            here = items[int(match["index"])]
            path.append(f"{step}[{match['index']}]")
        return ">".join(path)

    def _value(self, text: str, vr: str) -> Any:
        form, _, rest = text.partition(":")
        if form == "hex":
            return bytes.fromhex(rest)
        if form == "utf16":
            return rest.encode("utf-16-le")
        if form == "b64":
            return base64.b64encode(rest.encode())
        if form == "raw":
            wanted = bytes.fromhex(rest)
            mark = f"@{len(self._raw):02}".ljust(len(wanted), "@")
            self._raw.append((mark.encode(), wanted))
            return mark
        if vr in _BYTES:
            data = text.encode()
            return data + b"\0" * (len(data) % 2)
        if vr in ("US", "UL", "SS", "SL"):
            return int(text)
        return text.split("\\") if "\\" in text and vr not in ("LT", "ST", "UT", "UR") else text


def _tag_of(match: re.Match[str], here: Dataset) -> tuple[BaseTag, str]:
    if match["pg"]:
        tag = Tag(int(match["pg"], 16), int(match["pe"], 16))
        here.add_new(Tag(tag.group, tag.element >> 8), "LO", match["creator"])
        return tag, match["pvr"]
    if match["g"]:
        return Tag(int(match["g"], 16), int(match["e"], 16)), match["vr"]
    keyword = match["keyword"]
    if match["group"]:
        element, vr = _REPEATING[keyword]
        return Tag(int(match["group"], 16), element), vr
    number = tag_for_keyword(keyword)
    if number is None:
        raise ValueError(keyword)
    vr = dictionary_VR(number)
    return Tag(number), _ONE_OF.get(vr, vr)


def build_line(line: Line) -> Built:
    """Return a line's package and its place."""
    builder = _Builder(line)
    data = builder.build()
    options = line.options
    name = options.get("member", f"123-1001/{line.kind}/0001.dcm")
    member = zipfile.ZipInfo(name.replace("{SOP}", str(builder.ds.SOPInstanceUID)), (2024, 6, 1, 12, 0, 0))
    member.comment = options.get("membercomment", "").encode()
    if "extra" in options:
        extra = options["extra"].encode()
        member.extra = b"\xfe\xca" + len(extra).to_bytes(2, "little") + extra
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        if "dir" in options:
            package.writestr(options["dir"] + "/", b"")
        package.writestr(member, data, zipfile.ZIP_DEFLATED)
        if "other" in options:
            other, _, text = options["other"].partition(":")
            package.writestr(other, text.replace("\\n", "\n"))
        package.comment = options.get("comment", "").encode()
    where = ZIP_GAP if options.keys() & {"gap", "prefix"} else options.get("expect", builder.where)
    return Built(_with_bytes(out.getvalue(), options), where)


def _with_bytes(package: bytes, options: dict[str, str]) -> bytes:
    """Put bytes before the zip, or between its members and its directory."""
    if "gap" in options:
        end = package.rindex(b"PK\5\6")
        start = int.from_bytes(package[end + 16 : end + 20], "little")
        gap = options["gap"].encode()
        moved = (start + len(gap)).to_bytes(4, "little")
        package = package[:start] + gap + package[start : end + 16] + moved + package[end + 20 :]
    return options.get("prefix", "").encode() + package


def stops(line: Line) -> tuple[str, list[tuple[str, str]]]:
    """Inspect a line's package; return its place, and (code, where) of every block and review."""
    built = build_line(line)
    with tempfile.TemporaryDirectory() as folder:
        request = request_for(
            built.package,
            Path(folder),
            name=line.options.get("zip", "batch-1.zip"),
            route=RouteKind(line.options.get("route", "explorer")),
        )
        found = inspect_here(request)
        said = describe_verdict(found.inspection.package, found.verdict, found.inspection.coverage)
    every = [*said["findings"], *(item for subject in said["subjects"] for item in subject["findings"])]
    return built.where, [
        (item["code"], item["where"]) for item in every if item["severity"] in ("block", "review")
    ]


#: Codes by which an identifier is found; others stop a file for what else is wrong with it.
_OF_IDENTIFIERS = ("PSN", "SID")


def is_found(line: Line) -> bool:
    """Say whether pseudonymisation or identity stops a leak at its place: its tag path, or the same tag."""
    where, found = stops(line)
    return any(code.startswith(_OF_IDENTIFIERS) and _is_at(where, at) for code, at in found)


def stopped_by(line: Line) -> list[str]:
    """Return code and place of all that stops a file, to tell what else stops a leak that is not found."""
    return [f"{code} {at}" for code, at in stops(line)[1]]


def _is_at(where: str, at: str) -> bool:
    last = where.rpartition(">")[2]
    return where in at or (last.endswith(")") and last in at)


def alarms(line: Line) -> list[str]:
    """Return the codes of pseudonymisation and identity that stop a clean file."""
    return [f"{code} {where}" for code, where in stops(line)[1] if code.startswith(_OF_IDENTIFIERS)]
