"""pydicom's word on a mutated file that was accepted: is it sound DICOM in its own right?"""

from __future__ import annotations

import io
import warnings
import zlib

from pydicom import dcmread, dcmwrite
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from tests.corpus.dicom_parts import UNDEFINED
from tests.dicom_readings import values_by_pydicom, values_of, walked

#: Bytes that end a value of undefined length.
_DELIMITER = 8


def is_sound_dicom(data: bytes) -> bool:
    """Does pydicom write again the bytes that it read, or read the same values, the last one ending the file?

    What was cut, lies of a length or has more behind its end does neither.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _comes_back(data) or _reads_alike(data)


def _comes_back(data: bytes) -> bool:
    try:
        dataset = dcmread(io.BytesIO(data), force=True)
        buffer = io.BytesIO()
        dcmwrite(buffer, dataset)
    except Exception:  # pydicom raises whatever the bytes make it raise
        return False
    told, again = _data_set(data, dataset), _data_set(buffer.getvalue(), dataset)
    return bool(told) and told == again


def _reads_alike(data: bytes) -> bool:
    try:
        dataset = dcmread(io.BytesIO(data), force=True)
        theirs = values_by_pydicom(dcmread(io.BytesIO(data), force=True))
        # pydicom counts from where the inflated data set begins.
        is_to_the_end = _last_end(dataset) == len(_data_set(data, dataset) if _is_deflated(dataset) else data)
    except Exception:
        return False
    ours = values_of(walked(data))
    return is_to_the_end and all(
        value is None or ours.get(place, b"").startswith(value) for place, value in theirs.items()
    )


def _last_end(dataset: FileDataset) -> int:
    """Return where the value that stands last in the file ends; 0 where pydicom does not say."""
    raw = [item for item in dataset.values() if isinstance(item, RawDataElement)]
    last = max(raw, key=lambda item: item.value_tell)
    end: int = last.value_tell + len(last.value or b"")
    return end + _DELIMITER if last.length == UNDEFINED else end


def _begin(data: bytes) -> int:
    """Return where the data set begins: behind the last element of group 0002."""
    place = 132 if data[128:132] == b"DICM" else 4 if data[:4] == b"DICM" else 0
    while data[place : place + 2] == b"\2\0":
        is_long = data[place + 4 : place + 6] in (b"OB", b"OW", b"UN", b"UT", b"SQ", b"UC", b"UR")
        start = place + (12 if is_long else 8)
        place = start + int.from_bytes(data[start - (4 if is_long else 2) : start], "little")
    return place


def _is_deflated(dataset: FileDataset) -> bool:
    return bool(dataset.file_meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian)


def _data_set(data: bytes, dataset: FileDataset) -> bytes:
    """Return the bytes of a file's data set, inflated."""
    told = data[_begin(data) :]
    return _inflated(told) if _is_deflated(dataset) else told


def _inflated(data: bytes) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = stream.decompress(data)
    return inflated if stream.unused_data in (b"", b"\0") else b""
