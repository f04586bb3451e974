"""Whole zips are read byte for byte, however they were made."""

import zipfile
from pathlib import Path

import pytest

from ingest.package.gate import is_unfinished, open_package
from ingest.package.read import MemberBytes, MemberReader
from ingest.trial.definition import Limits
from tests.real_data import REAL_DATA

LIMITS = Limits()


@pytest.mark.parametrize("name", ["eclipse-partial.zip", "rt-utils-references.zip"])
def test_real_zip_is_read_byte_for_byte(name: str, tmp_path: Path) -> None:
    package = open_package(REAL_DATA / name, LIMITS)
    assert package.findings == ()
    with zipfile.ZipFile(REAL_DATA / name) as peer, MemberReader(package, LIMITS, tmp_path) as reader:
        for member in package.data_members:
            found = reader.read(member)
            assert isinstance(found, MemberBytes)
            assert found.data == peer.read(member.name)
    assert not is_unfinished(package, reader.is_broken_off)
