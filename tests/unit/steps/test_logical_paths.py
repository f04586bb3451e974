"""Every SOP Instance UID, however odd, becomes a path that the archive accepts, and one of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.archive.order import check_logical_path
from ingest.model.instance import InstanceFacts
from ingest.steps.logical_paths import logical_path

FACTS = InstanceFacts(1, "123-1001", 1, "", "", "", "", "1.2.3", "", "", "CT", "", series_number=2)


def path_of(uid: str, kind: str = "rtplan") -> str:
    return logical_path(replace(FACTS, sop_instance_uid=uid), kind)


def test_a_uid_is_the_files_name() -> None:
    assert path_of("1.2.826.0.1") == "rtplan/1.2.826.0.1.dcm"
    dated = replace(FACTS, acquisition_date="20240304")
    assert logical_path(dated, "planning-ct") == "planning-ct/20240304-2/1.2.3.dcm"


@pytest.mark.parametrize("uid", ["", ".", "..", ".1.2", "_1.2", "-1.2", "1.2.", "../../x", "1/2", "1" * 300])
def test_what_is_no_uid_has_a_safe_name(uid: str) -> None:
    check_logical_path(path_of(uid))
    check_logical_path(path_of(uid, "planning-ct"))


@given(st.lists(st.text(st.sampled_from("0123.-_/ \\é"), max_size=6), unique=True, min_size=2))
def test_no_two_share_a_path(uids: list[str]) -> None:
    paths = [path_of(uid) for uid in uids]
    for path in paths:
        check_logical_path(path)
    assert len(set(paths)) == len(paths)


@given(st.text(max_size=80))
def test_any_text_is_accepted_by_the_archive(uid: str) -> None:
    check_logical_path(path_of(uid))
