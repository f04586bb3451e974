"""From facts to series as a radiographer knows them."""

from typing import Any

from ingest.model.instance import InstanceFacts
from ingest.reports.arrived import arrived_series, systems_of


def facts(number: int, **changes: Any) -> InstanceFacts:
    given = {"series_uid": "1.2.1", "modality": "CT", "series_number": 2, "instance_number": number} | changes
    digests = dict.fromkeys(("sent_sha256", "filed_sha256", "content_sha256"), "00")
    uids = dict.fromkeys(("sop_class_uid", "study_uid", "transfer_syntax_uid"), "1.2")
    return InstanceFacts(
        ordinal=number,
        subject="123-1001",
        size=1,
        sop_instance_uid=f"1.9.{number}",
        **digests,
        **uids,
        **given,
    )


def test_series_are_counted_with_their_image_numbers() -> None:
    series = arrived_series([facts(n) for n in (3, 1, 2)], {"1.2.1": "planning-ct"})
    assert len(series) == 1
    assert (series[0].instances, series[0].first_image, series[0].last_image) == (3, 1, 3)


def test_a_ct_and_a_structure_set_of_one_series_stay_apart() -> None:
    both = [facts(1), facts(2, modality="RTSTRUCT")]
    series = arrived_series(both, {"1.2.1": "planning-ct"}, {"1.9.2": "rtstruct"})
    assert [item.kind for item in series] == ["planning-ct", "rtstruct"]


def test_the_system_is_the_one_of_most_files() -> None:
    made = [facts(1, system="xvi", is_cone_beam=True), facts(2, system="xvi"), facts(3, system="eclipse")]
    assert systems_of(made) == {"CT": "xvi", "IGRT": "xvi"}
