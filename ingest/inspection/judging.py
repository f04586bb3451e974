"""Every element of an instance is put to the judge of pseudonymisation; one seen before costs a look-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

from ingest.checks.pseudonymisation.judge import MISSING, Hit, PackageJudge
from ingest.checks.pseudonymisation.notes import join
from ingest.checks.pseudonymisation.numbers import (
    has_ten_digits,
    is_number_text,
    is_plain_decimals,
    is_short_number,
)
from ingest.dicom.attributes import CHARSET
from ingest.dicom.elements import PIXEL_TAGS, Element, Item
from ingest.dicom.paths import TagPath
from ingest.dicom.picture_remarks import picture_remarks
from ingest.dicom.pixels import pixel_element
from ingest.dicom.walk import Walk, where_of

Charset = tuple[str, ...]
Memo = dict[Any, Hit | None]

#: Values beyond this are remembered by digest, beyond the second not at all.
_SHORT = 128
_LONG = 64 * 1024
#: Values remembered in all; then the memos begin anew, so that memory stays flat.
_MOST_REMEMBERED = 12_000


def charset_of(raw: bytes) -> Charset:
    """Return the terms of (0008,0005)."""
    text = raw.decode("latin-1").rstrip(" \0")
    return tuple(term.strip() for term in text.split("\\")) if text else ()


class ElementJudging:
    """Puts the elements of one package's files to its judge."""

    def __init__(self, judge: PackageJudge) -> None:
        self._judge = judge
        self._memos: dict[int, Memo] = {}

    def judge(self, found: Walk) -> int:
        """Judge every element, the preamble and trailing bytes of a walked file; return how many elements.

        Between `begin_instance` and `end_instance`. Sequences are left out (their elements are put), and
        pixel data.
        """
        judge = self._judge
        charset = charset_of(found.raw(CHARSET))
        judge.judge_preamble(found.preamble())
        memo = self._memo(charset)
        hits = self._hear(memo, found, found.outside.meta, charset)
        own = _own_charsets(found) if found.has_inner_charsets else {}
        if own:
            for terms, elements in _by_charset(found.elements, own, charset).items():
                hits += self._hear(self._memo(terms), found, elements, terms)
        else:
            hits += self._hear_in_order(memo, found, charset)
        for hit in hits:
            judge.count(hit)
        pixels = pixel_element(found)
        if pixels is not None and pixels[1] in found.found.fragments:
            for fragment in found.found.fragments[pixels[1]][1:]:
                for remark in picture_remarks(found.data, *fragment):
                    judge.judge_picture_remark(remark)
        if found.trailing is not None:
            judge.judge_trailing(found.data[found.trailing[0] : found.trailing[1]])
        return len(found.elements) + len(found.outside.meta)

    def _memo(self, charset: Charset) -> Memo:
        memo: Memo = self._judge.memo(charset)
        self._memos[id(memo)] = memo
        if sum(map(len, self._memos.values())) > _MOST_REMEMBERED:
            for known in self._memos.values():
                known.clear()
            self._memos = {id(memo): memo}
        return memo

    def _hear_in_order(self, memo: Memo, found: Walk, charset: Charset) -> list[Hit]:
        """Return what is heard of a data set; of a passage that was judged under the same memo, at once."""
        elements, place = found.elements, 0
        hits: list[Hit] = []
        for start, passage in found.found.passages:
            if start > place:
                hits += self._hear(memo, found, elements[place:start], charset)
            place = start + len(passage)
            if passage.verdict is None or passage.verdict[0] is not memo:
                passage.verdict = (memo, join(self._hear(memo, found, elements[start:place], charset)))
            hits.append(passage.verdict[1])
        return hits + self._hear(memo, found, elements[place:], charset)

    def _hear(self, memo: Memo, found: Walk, elements: list[Element], charset: Charset) -> list[Hit]:
        """Return what is heard of elements; of most nothing, of empty ones and sequences never anything."""
        data = found.data
        lookup: Callable[[Any, Any], Hit | None] = memo.get
        hits: list[Hit] = []
        for element in elements:
            path, begin, end, item = element
            if begin == end:
                continue
            if end - begin > _SHORT:
                hit = self._judge_long(memo, found, element, charset)
            else:
                value = data[begin:end]
                hit = lookup((path, value), MISSING)
                if hit is MISSING:
                    hit = self._judge_new(memo, path, value, item, charset)
            if hit is not None:
                hits.append(hit)
        return hits

    def _judge_new(
        self, memo: Memo, path: TagPath, value: bytes, item: Item | None, charset: Charset
    ) -> Hit | None:
        """A short value not met yet. Decimals are not remembered one by one.

        Of one where no dictionary knows one, as of a maker, is said what is said of its first.
        """
        key: tuple[TagPath, bytes | str] = (path, value)
        if path.vr == "DS" and is_number_text(value) and not has_ten_digits(value):
            if path.is_known:
                return None
            if item is None and value.strip(b"\0 ") and is_plain_decimals(value):
                key = (path, "decimal")
        elif path.vr == "UN" and not path.is_known and item is None and is_short_number(value):
            key = (path, "short number")
        return self._remembered(memo, key, path, value, item, charset)

    def _judge_long(self, memo: Memo, found: Walk, element: Element, charset: Charset) -> Hit | None:
        """Long values: decimals by their grammar, the rest by digest; pixel data is not text."""
        path, begin, end, item = element
        if path.tag in PIXEL_TAGS and path.is_top:
            return None
        value = found.data[begin:end]
        if path.vr == "DS" and path.is_known and is_number_text(value):
            return None
        if end - begin > _LONG:
            return self._put(path, value, item, charset)
        key = (path, blake2b(value, digest_size=16).digest(), "digest")
        return self._remembered(memo, key, path, value, item, charset)

    def _remembered(
        self, memo: Memo, key: Any, path: TagPath, value: bytes, item: Item | None, charset: Charset
    ) -> Hit | None:
        hit = memo.get(key, MISSING)
        if hit is MISSING:
            hit = memo[key] = self._put(path, value, item, charset)
        return hit  # type: ignore[return-value]

    def _put(self, path: TagPath, value: bytes, item: Item | None, charset: Charset) -> Hit | None:
        return self._judge.judge(
            path.text, path.vr, value, charset, lambda: where_of(path, item), path.creator
        )


def _own_charsets(found: Walk) -> Mapping[int, Charset]:
    """Items may have a charset of their own, which holds for all within (PS3.3 C.12.1.1.2)."""
    return {
        id(item): charset_of(found.data[begin:end])
        for path, begin, end, item in found.elements
        if item is not None and path.tag == CHARSET
    }


def _by_charset(
    elements: list[Element], own: Mapping[int, Charset], default: Charset
) -> dict[Charset, list[Element]]:
    groups: dict[Charset, list[Element]] = {}
    for element in elements:
        item = element[3]
        while item is not None and id(item) not in own:
            item = item[0]
        groups.setdefault(own[id(item)] if item is not None else default, []).append(element)
    return groups
