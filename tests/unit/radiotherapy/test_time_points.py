"""Objects of several time points add up, and each keeps its own least and most."""

from dataclasses import replace

import pytest

from ingest.checks.subject import review_subject
from ingest.trial.definition import ExpectedObject
from tests.builders import clone
from tests.radiotherapy_mutations import golden, view_of
from tests.radiotherapy_variants import add_series

ASKED = (
    ExpectedObject("planning-ct", "planning CT", maximum=1),
    ExpectedObject("planning-ct", "CT in week 3", maximum=1, time_point="week 3"),
)


@pytest.mark.parametrize(("more", "codes"), [(0, ["CMP101"]), (1, []), (2, ["CMP112"])])
def test_each_time_point_has_its_own_series(more, codes):
    case = clone(list(golden()))
    for number in range(more):
        add_series(case, 1, lambda ds, _, end=str(number): setattr(ds, "SeriesInstanceUID", f"2.25.5{end}"))
        for place, instance in enumerate(case[-10:]):
            uid = f"2.25.6{number}.{place}"
            instance.dataset.SOPInstanceUID = instance.dataset.file_meta.MediaStorageSOPInstanceUID = uid
    view = view_of(case)
    review = review_subject(replace(view, trial=replace(view.trial, expected=ASKED)))
    assert [item.code for item in review.findings if item.code.startswith("CMP1")] == codes
