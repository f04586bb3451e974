"""finding_codes.toml is read table by table: together the tables are the whole file."""

import tomllib
from pathlib import Path

import pytest

import ingest.checks.codes as codes


def test_every_table_is_read_as_toml_reads_the_whole_file() -> None:
    whole = tomllib.loads((Path(codes.__file__).parent / "finding_codes.toml").read_text(encoding="utf-8"))
    known = codes.load_codes()
    assert list(known) == list(whole)
    assert len(known) == len(whole)
    assert [(code.name, code.message, code.action) for code in known.values()] == [
        (table["name"], table["message"], table["action"]) for table in whole.values()
    ]


def test_a_code_that_is_none_is_not_there() -> None:
    assert "XYZ999" not in codes.load_codes()
    with pytest.raises(KeyError):
        codes.load_codes()["XYZ999"]
