"""Zips with canaries in every place that can hold text."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pydicom import config
from pydicom.datadict import DicomDictionary
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from tests.builders import build_case, zip_instances
from tests.canary.canaries import Canaries
from tests.corpus.dicom_parts import LITTLE, ct
from tests.corpus.zip_parts import UTF8, Lies, Part, build, extra_field

TEXTS = frozenset({"PN", "LO", "SH", "LT", "ST", "UT", "UC", "AE"})
CODES = frozenset({"CS", "DA", "TM", "DT", "AS", "IS", "DS", "UR", "UI"})
BYTES = frozenset({"OB", "UN"})
#: Without these the file is not recognised as what it is; they are planted in files of their own.
_NEEDED = frozenset({0x00080005, 0x00080016, 0x00080060})
_IDENTITY = frozenset({0x00100010, 0x00100020})
_UIDS = frozenset({0x00080018, 0x0020000D, 0x0020000E, 0x00200052})


@contextmanager
def _without_validation() -> Iterator[None]:
    """What is planted is longer than the VR allows and not what it asks for, on purpose."""
    reading, writing = config.settings.reading_validation_mode, config.settings.writing_validation_mode
    config.settings.reading_validation_mode = config.settings.writing_validation_mode = config.IGNORE
    try:
        yield
    finally:
        config.settings.reading_validation_mode, config.settings.writing_validation_mode = reading, writing


def _value(canaries: Canaries, place: str, vr: str) -> bytes:
    if vr == "PN":
        text = canaries.person(place)
    elif vr == "UI":
        # Of two references one is a name: as the file's own UID that would only make it unreadable.
        is_name = "(0008,0018)" not in place and len(canaries.places) % 2
        text = (
            canaries.person(place)
            if is_name
            else f"1.2.826.0.1.{canaries.number(place)}.{len(canaries.places)}"
        )
        canaries.places.append(place)
    elif vr in ("IS", "DS"):
        text = canaries.number(place)
    else:
        text = canaries.text(place)
    value = text.encode()
    return value + (b"\0" if vr in ("UI", "OB", "UN") else b" ") * (len(value) & 1)


def _raw(tag: int, vr: str, value: bytes) -> RawDataElement:
    return RawDataElement(Tag(tag), vr, len(value), value, 0, False, True)


def plant(dataset: Dataset, canaries: Canaries, keeps: Callable[[int], bool], vrs: frozenset[str]) -> None:
    """Put a canary into every element of these VRs, at any depth, but where `keeps` says otherwise."""
    for tag in list(dataset.keys()):
        element = dataset[tag]
        if element.VR == "SQ":
            for item in element.value:
                plant(item, canaries, keeps, vrs)
        elif element.VR in vrs and not keeps(int(tag)):
            dataset[tag] = _raw(int(tag), element.VR, _value(canaries, str(tag), element.VR))


def plant_dictionary(dataset: Dataset, canaries: Canaries, vrs: frozenset[str]) -> None:
    """Add every attribute of the DICOM dictionary that may hold text and is not there, with a canary."""
    for number, (vr, _, _, retired, _) in DicomDictionary.items():
        tag = BaseTag(number)
        if vr in vrs and tag.group > 0x0008 and tag not in dataset and not retired and tag.group < 0x7FE0:
            dataset[tag] = _raw(number, vr, _value(canaries, str(tag), vr))


def plant_private(dataset: Dataset, canaries: Canaries) -> None:
    """Add private elements: a creator that is a name, texts, bytes, a sequence, one without a creator."""
    dataset[0x00290010] = _raw(0x00290010, "LO", b"SIEMENS CSA HEADER")
    dataset[0x00291008] = _raw(0x00291008, "UN", _value(canaries, "private UN", "UN"))
    dataset[0x00291010] = _raw(0x00291010, "OB", bytes(64) + _value(canaries, "private OB", "OB") + bytes(64))
    dataset[0x00330010] = _raw(0x00330010, "LO", _value(canaries, "private creator", "LO"))
    dataset[0x00331001] = _raw(0x00331001, "LO", _value(canaries, "private LO", "LO"))
    dataset[0x00351001] = _raw(0x00351001, "ST", _value(canaries, "private without a creator", "ST"))
    wide = canaries.text("private in 16 bits").encode("utf-16-le")
    dataset[0x00331002] = _raw(0x00331002, "OB", wide)
    inner = LITTLE.item(LITTLE.text(0x00100010, "PN", canaries.person("private sequence")))
    dataset[0x00331003] = _raw(0x00331003, "UN", inner)


def written(dataset: Dataset, canaries: Canaries) -> bytes:
    """Return the file with canaries in file meta, in the preamble and behind its end."""
    meta = dataset.file_meta
    meta[0x00020013] = _raw(0x00020013, "SH", _value(canaries, "implementation version", "SH"))
    meta[0x00020016] = _raw(0x00020016, "AE", _value(canaries, "source AE title", "AE"))
    meta[0x00020100] = _raw(0x00020100, "UI", b"1.2.3.4\0")
    meta[0x00020102] = _raw(0x00020102, "OB", _value(canaries, "private file meta", "OB"))
    dataset.preamble = canaries.text("preamble").encode()[:60].ljust(128, b"\0")
    return _saved(dataset) + canaries.text("trailing bytes").encode()


def _case(subject_id: str, seed: int) -> list[Dataset]:
    case = build_case(subject_id, seed=seed, ct_slices=2, fractions=1, cbct=1, cbct_slices=2)
    return [instance.dataset for instance in case]


def planted_files(
    canaries: Canaries, subject_id: str, *, has_study_id: bool, with_codes: bool, is_full: bool
) -> list[bytes]:
    """Return a case's files with canaries in every text.

    has_study_id: PatientID and PatientName stay the study ID. with_codes: code strings, dates, numbers in
    text and UIDs are planted too, the last with NHS numbers alone. is_full: the first file has every
    attribute of the dictionary.
    """
    vrs = TEXTS | BYTES | (CODES if with_codes else frozenset())
    kept = _NEEDED | (_IDENTITY if has_study_id else frozenset())

    def keeps(tag: int) -> bool:
        return tag in kept or tag >> 16 == 0x7FE0 or (not with_codes and tag in _UIDS)

    files = []
    with _without_validation():
        for number, dataset in enumerate(_case(subject_id, len(subject_id))):
            plant(dataset, canaries, keeps, vrs)
            if is_full and number == 0:
                plant_dictionary(dataset, canaries, vrs)
            plant_private(dataset, canaries)
            files.append(written(dataset, canaries))
    return files


def leaky_uids(canaries: Canaries, subject_id: str) -> bytes:
    """Return a zip whose only fault is an NHS number in every UID of the case's own."""
    out = []
    for dataset in _case(subject_id, 5):
        plant(dataset, canaries, lambda tag: tag not in _UIDS, frozenset({"UI"}))
        dataset.file_meta.MediaStorageSOPInstanceUID = (
            dataset.get_item(0x00080018).value.decode().rstrip("\0")
        )
        out.append(Part(b"IM%d.dcm" % len(out), _saved(dataset)))
    return build(out)


def planted_zip(canaries: Canaries, files: list[bytes], **lies: object) -> bytes:
    """Return a zip of the files with canaries in names, folders, comments, extra fields and other members."""
    parts = [
        Part(
            f"{canaries.text('directory')}/{canaries.person('member name')}-{number}.dcm".encode(),
            data,
            flags=UTF8,
            extra=extra_field(0x6375, canaries.text("extra field").encode()),
            comment=canaries.text("member comment").encode(),
        )
        for number, data in enumerate(files)
    ]
    parts.append(Part(f"{canaries.text('a note')}.txt".encode(), canaries.text("note").encode(), flags=UTF8))
    parts.append(Part(f"__MACOSX/._{canaries.text('mac')}".encode(), b"\0", flags=UTF8))
    return build(parts, Lies(comment=canaries.text("zip comment").encode(), **lies))


def hostile_zips(canaries: Canaries, files: list[bytes]) -> dict[str, bytes]:
    """Return zips whose structure lies, with canaries where the lie is."""
    whole = planted_zip(canaries, files[:2])

    def named(name: str, **fields: object) -> bytes:
        return build([Part(name.encode(), files[0], flags=UTF8, **fields), Part(b"a.dcm", files[1])])

    def text() -> str:
        return canaries.text("hostile")

    return {
        "cut": whole[: len(whole) * 2 // 3],
        "climbing": named(f"../{text()}.dcm"),
        "absolute": named(f"/{text()}.dcm"),
        "bidirectional": named(f"\u202e{text()}.dcm"),
        "damaged": named(f"{text()}.dcm", packed=b"\xff" * 40),
        "lying": named(f"{text()}.dcm", local={"name": text().encode()}),
        "encrypted": build([Part(text().encode(), files[0], flags=1)]),
        "nested": build([Part(f"{text()}.zip".encode(), whole)]),
        "doubled": build([Part(text().encode(), files[0])] * 2),
        "gap": build([Part(b"a.dcm", files[0], before=text().encode()), Part(b"b.dcm", files[1])]),
        "tail": whole + text().encode(),
        "not-a-zip": text().encode() * 20,
        "not-dicom": build([Part(f"{text()}.csv".encode(), text().encode() * 5)]),
        "truncated-dicom": build([Part(b"a.dcm", files[0][: len(files[0]) // 2])]),
        "bad-charset": build([Part(b"a.dcm", ct(extra={0x00080005: LITTLE.text(0x00080005, "CS", text())}))]),
    }


def _saved(dataset: Dataset) -> bytes:
    out = io.BytesIO()
    with _without_validation():
        dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def clean_zip(subject_id: str) -> bytes:
    """Return a zip without a canary."""
    return zip_instances(build_case(subject_id, seed=9, ct_slices=2, fractions=1, cbct=1, cbct_slices=2))
