"""The fast path against a plain pydicom path: the same facts, faults and findings, of every file there is.

What the fast path leaves out (a fault that is fatal) is not compared: nothing is made of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pydicom
import pytest

from ingest.checks.pseudonymisation.judge import Hit
from ingest.demo.synthetic.case import encode
from ingest.dicom import faults
from ingest.dicom.content import digest_content, digest_pixels
from ingest.dicom.elements import PIXEL_TAGS, Element
from ingest.dicom.facts import Digests, instance_ref, read_facts
from ingest.dicom.paths import PathTree
from ingest.dicom.soundness import SOP_CLASS, check_soundness
from ingest.dicom.walk import Walk, walk
from ingest.inspection.judging import Charset, ElementJudging, Memo
from ingest.model.instance import InstanceFacts
from ingest.trial.definition import Limits
from tests.builders import build_case
from tests.corpus.dicoms import HOSTILE_DICOMS, SOUND_DICOMS
from tests.corpus.planted.clean import clean_files
from tests.corpus.planted.leaks import leaks
from tests.corpus.planted.second import second_clean, second_leaks
from tests.judges import make_judge
from tests.pydicom_walk import mended, walk_with_pydicom
from tests.unit.dicom.test_against_pydicom import clinical_files

pytestmark = pytest.mark.slow

_ID = "123-1001"
#: Written in another way than declared: the mended file declares another transfer syntax than the one sent.
_MISDECLARED = {"DCM109", "DCM111"}
#: pydicom sorts elements and keeps the last of those that are repeated; the file is told of as out of order.
_DISORDERED = {faults.REPEATED_ELEMENT, faults.OUT_OF_PLACE, faults.DISORDERED}


@dataclass(frozen=True)
class Case:
    """One file of a corpus."""

    name: str
    data: bytes
    limits: Limits = field(default_factory=Limits)


def hostile() -> Iterator[Case]:
    for case in HOSTILE_DICOMS:
        yield Case(case.title, case.build(), case.limits)


def sound() -> Iterator[Case]:
    for case in SOUND_DICOMS:
        yield Case(case.name, case.build())


def bundled() -> Iterator[Case]:
    for path in sorted((Path(pydicom.__file__).parent / "data" / "test_files").glob("*.dcm")):
        yield Case(path.name, path.read_bytes())


def clinical() -> Iterator[Case]:
    for name, data in clinical_files().items():
        yield Case(name, data)


def planted() -> Iterator[Case]:
    for leak in (*leaks(), *second_leaks(), *second_clean()):
        for name, data in leak.files:
            yield Case(f"{leak.name}/{name}", data)
    for name, data in clean_files():
        yield Case(name, data)


def synthetic() -> Iterator[Case]:
    case = build_case(_ID, seed=7, ct_slices=6, fractions=2, cbct=1, cbct_slices=3)
    for number, instance in enumerate(case):
        yield Case(f"{number}-{instance.dataset.Modality}", encode(instance.dataset))


@pytest.mark.parametrize("corpus", [hostile, sound, bundled, clinical, planted, synthetic])
def test_both_paths_say_the_same(corpus: Callable[[], Iterator[Case]]) -> None:
    differing: dict[str, str] = {}
    compared = 0
    for case in corpus():
        fast = _walk_as_third(case)
        if any(fault.is_fatal for fault in (*fast.faults, *check_soundness(fast))):
            continue
        compared += 1
        plain = walk_with_pydicom(mended(case.data, fast), PathTree())
        if what := _difference(fast, plain, {fault.code for fault in fast.faults}):
            differing[case.name] = what
    assert differing == {}
    assert compared >= 10


def _walk_as_third(case: Case) -> Walk:
    """Return the walk of a file that two of the same bytes came before, so that passages are recognised."""
    tree = PathTree()
    walks = [walk(case.data, tree, case.limits) for _ in range(3)]
    return walks[-1]


def _difference(fast: Walk, plain: Walk, codes: set[str]) -> str:
    """codes: what the fast path says of how the file is written, which pydicom does not say."""
    ours, theirs = _facts(fast), _facts(plain)
    is_declared = not codes & _MISDECLARED
    if not is_declared or fast.outside.is_deflated:
        theirs = replace(theirs, transfer_syntax_uid=ours.transfer_syntax_uid)
    if codes & _DISORDERED:
        theirs = replace(theirs, content_sha256=ours.content_sha256)
    if ours != theirs:
        names = [name for name in ours.__dataclass_fields__ if getattr(ours, name) != getattr(theirs, name)]
        return f"facts: {names}"
    if is_declared and faults.REPEATED_ELEMENT not in codes and _faults(fast) != _faults(plain):
        return f"faults: {_faults(fast)} and {_faults(plain)}"
    quick, slow = _findings(fast, ElementJudging), _findings(plain, _EachAnew)
    return f"findings: {quick - slow} and {slow - quick}" if quick != slow else ""


class _EachAnew(ElementJudging):
    """Puts each element to the judge, as if it had never been seen, and numbers too."""

    def _hear(self, memo: Memo, found: Walk, elements: list[Element], charset: Charset) -> list[Hit]:
        hits = (
            self._put(path, found.data[begin:end], item, charset)
            for path, begin, end, item in elements
            if path.vr != "SQ" and not (path.tag in PIXEL_TAGS and path.is_top)
        )
        return [hit for hit in hits if hit is not None]


def _facts(found: Walk) -> InstanceFacts:
    pixels = digest_pixels(found)
    digests = Digests("", "", digest_content(found, pixels), pixels)
    return read_facts(found, 1, _ID, 1, digests, lambda _: True)


def _faults(found: Walk) -> list[tuple[str, str]]:
    return [(fault.code, fault.where) for fault in check_soundness(found)]


def _findings(found: Walk, kind: type[ElementJudging]) -> Counter[tuple[str, str]]:
    """Return how often each code was raised at each place; items apart are one place."""
    judge = make_judge()
    patient_id = found.text(0x00100020)
    judge.begin_instance(instance_ref(found, 1), _ID, patient_id, found.text(SOP_CLASS), frozenset({_ID}))
    found.trailing = None
    kind(judge).judge(found)
    judge.end_instance()
    counts: Counter[tuple[str, str]] = Counter()
    for item in judge.finish().findings:
        counts[item.code, re.sub(r"\[\d+\]", "", item.where)] += item.count
    return counts
