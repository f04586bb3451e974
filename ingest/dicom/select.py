"""Elements picked out of a walk by their tag path, in one pass over it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ingest.dicom.elements import Element, Item
from ingest.dicom.walk import Walk

#: What facts are made from, below the first level of RT objects.
PLACES = {
    "(3006,0010)>(0020,0052)": "frame",
    "(3006,0010)>(3006,0012)>(0008,1155)": "images-study",
    "(3006,0010)>(3006,0012)>(3006,0014)>(0020,000E)": "series-uid",
    "(3006,0010)>(3006,0012)>(3006,0014)>(3006,0016)>(0008,1150)": "series-image-class",
    "(3006,0010)>(3006,0012)>(3006,0014)>(3006,0016)>(0008,1155)": "series-image",
    "(3006,0018)>(0008,1155)": "structures-before",
    "(3006,0020)>(3006,0022)": "roi-number",
    "(3006,0020)>(3006,0024)": "roi-frame",
    "(3006,0020)>(3006,0026)": "roi-name",
    "(3006,0039)>(3006,0084)": "contour-roi",
    "(3006,0039)>(3006,0040)>(3006,0050)": "contour",
    "(3006,0039)>(3006,0040)>(3006,0016)>(0008,1150)": "contour-image-class",
    "(3006,0039)>(3006,0040)>(3006,0016)>(0008,1155)": "contour-image",
    "(3006,0080)>(3006,0084)": "observed-roi",
    "(3006,0080)>(3006,00A4)": "observed-type",
    "(300A,0070)>(300A,0071)": "fraction-group",
    "(300A,0070)>(300A,0078)": "fractions",
    "(300A,0070)>(300C,0004)>(300C,0006)": "plan-beam-reference",
    "(300A,00B0)>(300A,00C0)": "beam-number",
    "(300A,00B0)>(300A,00CE)": "beam-delivery",
    "(300A,00B0)>(300A,0110)": "beam-control-points",
    "(300A,03A2)>(300A,00C0)": "beam-number",
    "(300A,03A2)>(300A,00CE)": "beam-delivery",
    "(300A,03A2)>(300A,0110)": "beam-control-points",
    "(300A,0230)>(300A,0234)": "brachy",
    "(300C,0002)>(0008,1150)": "plan-class",
    "(300C,0002)>(0008,1155)": "plan",
    "(300C,0002)>(300A,0055)": "plan-relationship",
    "(300C,0002)>(300C,0020)>(300C,0022)": "dose-fraction-group",
    "(300C,0002)>(300C,0020)>(300C,0004)>(300C,0006)": "dose-beam",
    "(300C,0060)>(0008,1150)": "structures-class",
    "(300C,0060)>(0008,1155)": "structures",
    "(300C,0080)>(0008,1150)": "dose-class",
    "(300C,0080)>(0008,1155)": "dose",
    "(0070,0308)>(0020,0052)": "frame",
    "(0070,0308)>(0008,1140)>(0008,1150)": "registered-image-class",
    "(0070,0308)>(0008,1140)>(0008,1155)": "registered-image",
    "(0064,0002)>(0064,0003)": "frame",
    "(0064,0002)>(0008,1140)>(0008,1150)": "registered-image-class",
    "(0064,0002)>(0008,1140)>(0008,1155)": "registered-image",
    "(0008,1115)>(0020,000E)": "series-uid",
    "(0008,1115)>(0008,114A)>(0008,1150)": "listed-image-class",
    "(0008,1115)>(0008,114A)>(0008,1155)": "listed-image",
    "(0008,1200)>(0008,1115)>(0020,000E)": "series-uid",
    "(0008,1200)>(0008,1115)>(0008,114A)>(0008,1150)": "listed-image-class",
    "(0008,1200)>(0008,1115)>(0008,114A)>(0008,1155)": "listed-image",
    "(3008,0020)>(3008,0022)": "record-fraction",
    "(3008,0020)>(300C,0006)": "record-beam",
    "(3008,0020)>(3008,002A)": "record-termination",
    "(3008,0021)>(3008,0022)": "record-fraction",
    "(3008,0021)>(300C,0006)": "record-beam",
    "(3008,0021)>(3008,002A)": "record-termination",
}


class Selection:
    """The elements of a walk at `PLACES`, by the place's name, in file order."""

    def __init__(self, found: Walk) -> None:
        self._data = found.data
        self._by_name: dict[str, list[Element]] = defaultdict(list)
        by_name = self._by_name
        for element in found.elements:
            name = element[0].place
            if name is None:
                path = element[0]
                name = path.place = PLACES.get(path.text, "")
            if name:
                by_name[name].append(element)

    def elements(self, name: str) -> list[Element]:
        """Return the elements at a place."""
        return self._by_name.get(name, [])

    def values(self, name: str) -> Iterator[bytes]:
        """Yield the value bytes at a place."""
        for _, begin, end, _ in self.elements(name):
            yield self._data[begin:end]

    def by_item(self, name: str) -> dict[int, bytes]:
        """Return value bytes by the identity of the item that holds them."""
        return {id(item): self._data[begin:end] for _, begin, end, item in self.elements(name)}


def index_of(item: Item | None) -> int:
    """Return an item's index in its sequence, from 0."""
    return item[2] if item is not None else 0
