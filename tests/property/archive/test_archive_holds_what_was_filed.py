"""Whatever is filed in whatever order, every version reads back as a plain model says, and is valid OCFL."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.archive.inventory import read_inventory
from ingest.archive.layouts import ExportItem, Layout, Moment, arrange
from ingest.archive.order import ArchiveDamaged
from ingest.archive.store import Archive
from ingest.archive.verify import verify_subject
from ingest.archive.verify_archive import ObjectVerifier
from tests.export_items import export_items
from tests.filing import SUBJECT, content, file_two_versions, order, stage
from tests.ocfl_validity import ocfl_faults

PATHS = st.sampled_from(
    [f"{kind}/{n}.dcm" for kind in ("planning-ct", "rtstruct", "mr/day-1") for n in range(3)]
)
CHANGES = st.tuples(
    st.dictionaries(PATHS, st.sampled_from([b"a", b"b", b"c"]), max_size=4), st.sets(PATHS, max_size=2)
)
slow = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@slow
@given(st.lists(CHANGES, min_size=1, max_size=5))
def test_every_version_reads_back_as_the_model_says(changes: list[tuple[dict[str, bytes], set[str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder))
        models: list[dict[str, bytes]] = [{}]
        for head, (files, unwanted) in enumerate(changes):
            gone = tuple(sorted(unwanted & models[-1].keys() - files.keys()))
            new = [stage(archive, logical, data) for logical, data in files.items()]
            filed = archive.file(order(new, head=head, submission=f"S{head}", remove=gone))
            assert filed.version == head + 1
            models.append({k: v for k, v in {**models[-1], **files}.items() if k not in gone})
        for version, model in enumerate(models[1:], 1):
            assert content(archive, version=version) == model
        assert verify_subject(archive, SUBJECT).problems == ()
        assert ocfl_faults(archive.places.subjects) == ""
        stored = [path.read_bytes() for path in archive.places.object_of(SUBJECT).rglob("*.dcm")]
        assert len(stored) == len(set(stored))


@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["id", "type", "head", "versions", "manifest", "v1", "state"]), inner
            )
        ),
    ).map(lambda value: json.dumps(value).encode())
)
def test_what_is_no_inventory_is_damage_and_never_a_crash(data: bytes) -> None:
    try:
        read_inventory(data)
    except ArchiveDamaged:
        return
    raise AssertionError("an inventory that this archive did not write was read")


@slow
@given(st.data())
def test_any_change_of_any_byte_of_an_object_is_found(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder))
        file_two_versions(archive)
        root = archive.places.object_of(SUBJECT)
        path = data.draw(st.sampled_from(sorted(path for path in root.rglob("*") if path.is_file())))
        held = path.read_bytes()
        place = data.draw(st.integers(0, len(held) - 1))
        bit = data.draw(st.integers(0, 7))
        path.chmod(0o644)
        changed = bytearray(held)
        changed[place] ^= 1 << bit
        path.write_bytes(changed)
        assert list(ObjectVerifier(root).problems()) != []


@given(export_items(), st.sampled_from(Layout))
def test_no_two_exported_files_share_a_path(items: list[tuple[ExportItem, Moment]], layout: Layout) -> None:
    moments = {id(item): moment for item, moment in items}
    wanted = [item for item, _ in items]
    paths = arrange(wanted, layout, lambda item: moments[id(item)])
    assert {id(item) for item in paths.values()} == moments.keys()
    assert not any(".." in path.split("/") or path.startswith("/") for path in paths)
    assert paths == arrange(reversed(wanted), layout, lambda item: moments[id(item)])
