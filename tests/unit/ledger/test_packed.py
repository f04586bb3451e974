"""Facts packed as one text are opened as they were, and a broken text is never facts."""

from __future__ import annotations

import pytest

from ingest.model.packed import open_facts, pack
from tests.ledger_rows import facts


def test_what_was_packed_is_opened_as_it_was_each_time() -> None:
    text = pack(facts(1)).text
    assert open_facts(text) == facts(1)
    assert open_facts(text) == pack(facts(1)).unpack()
    assert open_facts(pack(facts(2)).text) == facts(2)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"ordinal": 1}', '{"colour": "red"}'])
def test_a_text_that_is_no_facts_is_refused_each_time(text: str) -> None:
    for _ in range(2):
        with pytest.raises(ValueError):
            open_facts(text)
