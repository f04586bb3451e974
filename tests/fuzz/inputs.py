"""Input number N of the fuzz: the same zip for the same number, whenever and wherever it is made."""

from __future__ import annotations

import io
import random
import zipfile
from dataclasses import dataclass
from functools import cache

from ingest.demo.synthetic import build_case, encode
from tests.corpus.dicom_parts import (
    BIG,
    BIG_ENDIAN,
    DEFLATED,
    IMPLICIT,
    PLAIN,
    RLE,
    ct,
    encapsulated,
    outside,
)
from tests.corpus.mutation import mutate
from tests.corpus.sound_zips import SOUND_ZIPS
from tests.corpus.zip_parts import DEFLATED64, STORED, Lies, Part, build, pack

#: Larger seeds are left out: a mutation in their middle says nothing more.
_LARGEST_SEED = 40_000


Seed = tuple[bytes, frozenset[bytes]]


@dataclass(frozen=True, slots=True)
class FuzzInput:
    """One mutated zip. `sound`: the members' contents before; `is_file`: a member was mutated, no header."""

    number: int
    data: bytes
    sound: frozenset[bytes]
    is_file: bool


def make_input(number: int) -> FuzzInput:
    """Return input `number`: even, the zip is mutated; odd, a DICOM file in a sound zip."""
    rng = random.Random(number)
    if number % 2:
        good = rng.choice(good_files())
        return FuzzInput(number, _zip_of(mutate(good, rng)), frozenset({good}), True)
    data, sound = rng.choice(own_zips() if rng.random() < 0.7 else good_zips())
    return FuzzInput(number, mutate(data, rng), sound, False)


@cache
def good_files() -> tuple[bytes, ...]:
    """Return sound DICOM files: small ones in every encoding, and one of each kind of a synthetic set."""
    small = (
        ct(),
        ct(writing=PLAIN, syntax=IMPLICIT),
        ct(writing=BIG_ENDIAN, syntax=BIG),
        ct(syntax=DEFLATED),
        ct(pixels=None, syntax=RLE, tail=encapsulated(b"\0\1"), before=outside(RLE)),
    )
    return (*small, *_set_of_one_each())


@cache
def good_zips() -> tuple[Seed, ...]:
    """Return the sound zips of the corpus, with their members' contents."""
    seeds = ((case.build(), frozenset(case.contents)) for case in SOUND_ZIPS)
    return tuple(seed for seed in seeds if len(seed[0]) < _LARGEST_SEED)


@cache
def own_zips() -> tuple[Seed, ...]:
    """Return zips of a synthetic set, which are accepted as they are, in every form that a zip may have."""
    files = _set_of_one_each()[:3]
    parts = [Part(b"123-1001/%d.dcm" % place, data) for place, data in enumerate(files, start=1)]
    forms = (
        build(parts),
        build([Part(part.name, part.data, STORED) for part in parts]),
        build([Part(part.name, part.data, DEFLATED64, pack(part.data, DEFLATED64)) for part in parts]),
        build([Part(part.name, part.data, descriptor="marked32") for part in parts]),
        build([Part(part.name, part.data, zip64=True) for part in parts], Lies(zip64=True)),
        _zip_of(build(parts)),
    )
    return tuple((data, frozenset(files)) for data in forms)


@cache
def _set_of_one_each() -> tuple[bytes, ...]:
    instances = build_case("123-1001", ct_slices=1, fractions=1, cbct=1, cbct_slices=1)
    encoded = (encode(instance.dataset) for instance in instances)
    return tuple(data for data in encoded if len(data) < _LARGEST_SEED)


def _zip_of(member: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr(zipfile.ZipInfo("123-1001/1.dcm"), member, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
