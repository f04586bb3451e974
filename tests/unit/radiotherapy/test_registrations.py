"""Registrations bring images into the planning frame, in the forms that systems write."""

import pytest

from ingest.checks.subject import review_subject
from ingest.model.verdict import CompletenessState
from tests.builders import change, clone, of_modality
from tests.radiotherapy_mutations import golden, view_of


def name_only_the_moving_frame(ds):
    del ds.RegistrationSequence[0]


def name_no_images(ds):
    for keyword in ("ReferencedSeriesSequence", "StudiesContainingOtherReferencedInstancesSequence"):
        delattr(ds, keyword)
    for item in ds.RegistrationSequence:
        del item.ReferencedImageSequence


def refer_to_absent_mr(ds):
    item = ds.RegistrationSequence[0].ReferencedImageSequence[0]
    item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    item.ReferencedSOPInstanceUID = "2.25.4711"


@pytest.mark.parametrize("form", [name_only_the_moving_frame, name_no_images])
def test_other_forms_of_a_registration_are_ways_too(form):
    review = review_subject(view_of(change(clone(list(golden())), "REG", form)))
    assert review.findings == ()
    assert review.completeness.state is CompletenessState.COMPLETE


def test_registered_mr_that_was_not_sent_is_awaited_as_mr():
    case = clone(list(golden()))
    refer_to_absent_mr(of_modality(case, "REG")[0].dataset)
    review = review_subject(view_of(case))
    assert [finding.code for finding in review.findings] == ["REF105"]
    assert [(item.object, item.found) for item in review.completeness.missing] == [("mr", "none")]


def test_cbct_in_the_planning_frame_needs_no_registration():
    case = clone(list(golden()))
    frame = of_modality(case, "CT")[0].dataset.FrameOfReferenceUID
    change(case, "CBCT", lambda ds: setattr(ds, "FrameOfReferenceUID", frame))
    case = [instance for instance in case if "/REG/" not in instance.name]
    assert review_subject(view_of(case)).findings == ()
