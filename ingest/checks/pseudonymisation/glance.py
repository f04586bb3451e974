"""Values that are clean for sure, told from their bytes alone: most of what is new in each file of a series.

Whatever is not told here is put to the judge of its kind.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from ingest.checks.pseudonymisation.context import Context
from ingest.checks.pseudonymisation.numbers import is_number_text
from ingest.checks.pseudonymisation.places import Place
from ingest.checks.pseudonymisation.uids import NEUTRAL_ROOTS

_UID = re.compile(rb"[0-9]{1,3}(?:\.[0-9]+)*[\0 ]?", re.ASCII)
#: A UUID's number (PS3.5 B.2) hides nothing.
_FROM_UUID = re.compile(rb"2\.25\.(?!(?:6[5-9]|[78][0-9]|90)+[\0 ]?$)[0-9]{30,39}[\0 ]?", re.ASCII)
#: Components behind the first that the judge must see: of ten digits, ten over several, a last that may be
#: a date, and those that may be letters. All begin with the point, which the search leaps to.
_TELLING = re.compile(
    rb"\.(?:[0-9]{10}(?![0-9])|[0-9]{8}[\0 ]?$|[0-9]{3}\.[0-9]{3}\.[0-9]{4}(?![0-9])"
    rb"|[0-9]{6}\.[0-9]{4}(?![0-9])|[0-9]{2,3}(?:\.[0-9]{2,3}){4}|(?:6[5-9]|[78][0-9]|90){5})"
)
#: An integer of so many bytes is no national number, and IS can hold it.
_SHORT_INTEGER: Final = 9


def is_clean_at_a_glance(context: Context, place: Place, value: bytes) -> bool:
    """Say whether a value is a short integer, or one UID of a neutral root without a component of ten digits.

    Only of public places that a rule covers; of others each value is counted.
    """
    if place.is_original or place.is_uncovered or place.private_tag:
        return False
    if place.kind == "uid":
        if _FROM_UUID.fullmatch(value):
            return not context.known_numbers
        return (
            not context.known_numbers
            and _UID.fullmatch(value) is not None
            and _TELLING.search(value) is None
            and value.startswith(_roots(context.uid_roots))
        )
    return (
        place.kind == "number" and place.vr == "IS" and len(value) <= _SHORT_INTEGER and is_number_text(value)
    )


@lru_cache(maxsize=64)
def _roots(declared: tuple[str, ...]) -> tuple[bytes, ...]:
    texts = (*NEUTRAL_ROOTS, *(root.rstrip(".") + "." for root in declared))
    return tuple(text.encode() for text in texts)
