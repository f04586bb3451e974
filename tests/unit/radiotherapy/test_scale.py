"""A subject of 10,000 instances is decided, whatever arrives besides; what comes to no end is stopped."""

from dataclasses import replace

import pytest

from ingest.checks.subject import SubjectView, review_subject
from ingest.model.instance import Reference, ReferenceKind, Registration
from ingest.model.verdict import CompletenessState
from tests.builders import build_case
from tests.facts import SUBJECT, facts_of_case, hamlet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

SCANS, SLICES = 40, 245
CT = "1.2.840.10008.5.1.4.1.1.2"


def large_subject():
    """Return a golden case with 40 CBCTs of 245 slices, each registered image by image."""
    facts = facts_of_case(build_case(SUBJECT, ct_slices=60, fractions=SCANS, cbct=1, cbct_slices=1))
    image = next(item for item in facts if item.is_cone_beam)
    registration = next(item for item in facts if item.registration)
    records = [item for item in facts if item.record]
    made = [item for item in facts if item is not image and item is not registration]
    planning = next(item.frame_of_reference_uid for item in facts if item.plan)
    for scan in range(SCANS):
        series, frame = f"2.25.{scan}", f"2.25.{scan}.1"
        day = records[scan].record.date
        slices = [
            replace(
                image,
                ordinal=len(made) + place,
                sop_instance_uid=f"{series}.{place}",
                series_uid=series,
                frame_of_reference_uid=frame,
                content_sha256=f"{series}.{place}",
                acquisition_date=day,
                plane=replace(image.plane, position=(0.0, 0.0, float(place))),
            )
            for place in range(SLICES)
        ]
        made += slices
        made.append(
            replace(
                registration,
                ordinal=len(made),
                sop_instance_uid=f"{series}.reg",
                series_uid=f"{series}.2",
                series_date=day,
                registration=Registration((planning, frame)),
                references=tuple(
                    Reference(ReferenceKind.REGISTRATION_IMAGE, item.sop_instance_uid, CT, series)
                    for item in slices
                ),
            )
        )
    return tuple(replace(item, ordinal=ordinal) for ordinal, item in enumerate(made, 1))


def test_ten_thousand_instances_are_decided():
    facts = large_subject()
    assert len(facts) > 9_900
    trial = hamlet()
    for filed, arriving in (((), facts), (facts[60:], facts[:60])):
        found = review_subject(SubjectView(trial, trial.site("123"), SUBJECT, filed, arriving))
        assert found.findings == ()
        assert found.completeness.state is CompletenessState.COMPLETE
