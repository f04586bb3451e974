"""Items to export, as hypothesis draws them: few studies, series and times, so that they collide."""

from __future__ import annotations

from hypothesis import strategies as st

from ingest.archive.layouts import ExportItem, Moment
from ingest.model.instance import InstanceFacts, Reference, ReferenceKind

_DAYS = st.sampled_from(["", "20240304", "20240305", "99999999", "2024"])
_TIMES = st.sampled_from(["", "1015", "101500", "101500.123", "noon"])
_PAIRS = st.tuples(_DAYS, _TIMES)
_MODALITIES = st.sampled_from(["CT", "MR", "RTSTRUCT", "RTPLAN", "RTDOSE", "REG"])
_REFERENCES = st.lists(
    st.builds(Reference, st.sampled_from(ReferenceKind), st.sampled_from(["1.0", "1.1", "1.2"])), max_size=2
)


@st.composite
def export_items(draw: st.DrawFn) -> list[tuple[ExportItem, Moment]]:
    """Return items with their moments; each has a path of its own in the archive."""
    items = []
    for number in range(draw(st.integers(0, 8))):
        modality = draw(_MODALITIES)
        facts = InstanceFacts(
            ordinal=number + 1,
            subject="123-1001",
            size=1,
            sent_sha256="",
            filed_sha256="",
            content_sha256="",
            sop_class_uid="",
            sop_instance_uid=f"1.{number}",
            study_uid=draw(st.sampled_from(["2.1", "2.2"])),
            series_uid=draw(st.sampled_from(["3.1", "3.2"])),
            modality=modality,
            transfer_syntax_uid="",
            instance_number=draw(st.sampled_from([None, 1, 2])),
            study_date=draw(_DAYS),
            references=tuple(draw(_REFERENCES)),
        )
        kind = draw(st.sampled_from(["planning-ct", "image-guidance", modality.lower()]))
        subject = draw(st.sampled_from(["123-1001", "123-1002"]))
        items.append(
            (ExportItem(subject, f"{kind}/1.{number}.dcm", kind, facts), Moment(draw(_PAIRS), draw(_PAIRS)))
        )
    return items
