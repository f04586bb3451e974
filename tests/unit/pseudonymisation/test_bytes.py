"""Bytes that are no text by their VR, character sets, and what stands outside the data set."""

from __future__ import annotations

import pytest

from ingest.checks.pseudonymisation.charset import UndecodableText, decode
from ingest.checks.pseudonymisation.embedded import read_text
from ingest.checks.pseudonymisation.numbers import fits_grammar, has_overlong_integer, is_number_text


@pytest.mark.parametrize(
    ("value", "charset", "text"),
    [
        (b"plain", (), "plain"),
        ("Müller".encode("latin-1"), ("ISO_IR 100",), "Müller"),
        ("Müller".encode(), ("ISO_IR 192",), "Müller"),
        ("Иванов".encode("iso8859-5"), ("ISO_IR 144",), "Иванов"),
        ("Иванов".encode("iso8859-5"), ("iso-ir-144",), "Иванов"),
        (b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", ("", "ISO 2022 IR 87"), "Yamada^Tarou=山田^太郎"),
        (b"Hong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7", ("", "ISO 2022 IR 149"), "Hong=洪^吉洞"),
        ("王".encode("gb18030"), ("GB18030",), "王"),
    ],
)
def test_text_is_decoded_by_its_character_set(value: bytes, charset: tuple[str, ...], text: str) -> None:
    assert decode(value, charset) == text


@pytest.mark.parametrize(
    ("value", "charset"),
    [
        (b"M\xfcller", ()),
        (b"M\xfcller", ("ISO_IR 6",)),
        (b"M\xfcller", ("ISO_IR 192",)),
        (b"M\xfcller", ("NO SUCH SET",)),
        (b"M\x81ller", ("ISO_IR 100",)),
        (b"\x1b$Q\x21\x21", ("", "ISO 2022 IR 87")),
    ],
)
def test_text_that_its_character_set_does_not_hold_is_refused(value: bytes, charset: tuple[str, ...]) -> None:
    with pytest.raises(UndecodableText):
        decode(value, charset)


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "utf-16-le", "utf-16-be", "utf-16"])
def test_text_inside_bytes_is_read(encoding: str) -> None:
    data = b"\x01\x02\x03" * 40 + b"\0" * 2 + "Smith John".encode(encoding) + b"\0\0\xff\xfe\x05" * 40
    assert any("Smith John" in run for run in read_text(data).runs)


def test_bytes_that_are_text_throughout_are_read_as_a_whole() -> None:
    assert read_text(b"<Name>Smith</Name>\r\n").whole == "<Name>Smith</Name>"
    assert read_text("<Name>Müller</Name>".encode("latin-1")).whole == "<Name>Müller</Name>"
    assert read_text(bytes(64)).whole == ""


def test_long_bytes_are_read_at_both_ends_and_said_to_be_cut() -> None:
    data = b"\x01\x02" * 3_000_000 + b"Smith John"
    read = read_text(data)
    assert any("Smith John" in run for run in read.runs)
    assert not read.is_complete


@pytest.mark.parametrize(
    ("vr", "value", "fits"),
    [
        ("DA", b"20240312", True),
        ("DA", b"2024.03.12", True),
        ("DA", b"12/03/1954", False),
        ("DA", b"SMITH", False),
        ("TM", b"101500.123", True),
        ("TM", b"1015", True),
        ("TM", b"JOHN", False),
        ("DT", b"20240312101500.1+0100", True),
        ("DT", b"born", False),
        ("AS", b"067Y", True),
        ("AS", b"67", False),
    ],
)
def test_dates_times_and_ages_have_their_form(vr: str, value: bytes, fits: bool) -> None:
    assert fits_grammar(vr, value) is fits


def test_numbers_are_told_by_their_bytes() -> None:
    assert is_number_text(b"1.5\\-2E+3 \\0")
    assert not is_number_text(b"1.5\\SMITH")
    assert has_overlong_integer(b"9434765919")
    assert not has_overlong_integer(b"12\\2147483647 ")
