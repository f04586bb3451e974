"""Which of several structure sets, plans and doses is current, as their files and their arrival tell."""

from __future__ import annotations

from collections.abc import Callable

from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from ingest.checks.currency import states_of
from ingest.model.currency import Because, State
from tests.builders import Instance, build_case, clone, of_modality
from tests.facts import facts_of_case

CASE = build_case("123-1001", seed=1, ct_slices=3, fractions=2, cbct=0)
Edit = Callable[[Dataset], None]


def another(modality: str, edit: Edit = lambda _: None) -> Instance:
    """Return one more object of the case, under a UID of its own."""
    (instance,) = clone(of_modality(CASE, modality))
    instance.dataset.SOPInstanceUID = generate_uid(prefix="2.25.")
    instance.dataset.file_meta.MediaStorageSOPInstanceUID = instance.dataset.SOPInstanceUID
    edit(instance.dataset)
    return instance


def uid(instance: Instance) -> str:
    return str(instance.dataset.SOPInstanceUID)


def states(*versions: list[Instance]) -> dict[str, tuple[State, Because, tuple[str, ...]]]:
    """Return UID → state, of versions filed one after the other."""
    number = {uid(instance): count for count, group in enumerate(versions, 1) for instance in group}
    filed = facts_of_case([instance for group in versions for instance in group])
    return {
        item.sop_instance_uid: (item.state, item.because, item.successors)
        for item in states_of(filed, number)
    }


def related(other: Instance, relationship: str) -> Edit:
    def edit(dataset: Dataset) -> None:
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = other.dataset.SOPClassUID, uid(other)
        item.RTPlanRelationship = relationship
        dataset.ReferencedRTPlanSequence = [item]

    return edit


def dated(keyword: str, date: str) -> Edit:
    return lambda dataset: setattr(dataset, keyword, date)


(STRUCTURES,), (PLAN,), (DOSE,) = (of_modality(CASE, name) for name in ("RTSTRUCT", "RTPLAN", "RTDOSE"))


def test_the_only_one_of_its_kind_is_current() -> None:
    only = (State.CURRENT, Because.ONLY, ())
    assert states([STRUCTURES, PLAN, DOSE]) == {uid(item): only for item in (STRUCTURES, PLAN, DOSE)}


def test_a_corrected_structure_set_takes_the_place_of_the_one_before() -> None:
    corrected = another("RTSTRUCT")
    assert states([STRUCTURES], [corrected]) == {
        uid(STRUCTURES): (State.EARLIER, Because.LATER, (uid(corrected),)),
        uid(corrected): (State.CURRENT, Because.LATER, ()),
    }


def test_a_structure_set_on_another_scan_takes_nobodys_place() -> None:
    def on_another_scan(dataset: Dataset) -> None:
        dataset.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID = "2.25.99"
        for roi in dataset.StructureSetROISequence:
            roi.ReferencedFrameOfReferenceUID = "2.25.99"

    fraction = another("RTSTRUCT", on_another_scan)
    found = states([STRUCTURES], [fraction])
    assert {state for state, _, _ in found.values()} == {State.CURRENT}


def test_a_replan_leaves_the_dose_with_the_plan_that_it_is_of() -> None:
    replan = another("RTPLAN")
    assert states([PLAN, DOSE], [replan]) == {
        uid(PLAN): (State.EARLIER, Because.LATER, (uid(replan),)),
        uid(replan): (State.CURRENT, Because.LATER, ()),
        uid(DOSE): (State.EARLIER, Because.PLAN, ()),
    }


def test_the_dose_of_the_replan_is_current_whenever_it_comes() -> None:
    replan = another("RTPLAN")

    def of_the_replan(dataset: Dataset) -> None:
        dataset.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID = uid(replan)

    dose = another("RTDOSE", of_the_replan)
    found = states([PLAN, DOSE], [replan], [dose])
    assert (found[uid(DOSE)][0], found[uid(dose)][0]) == (State.EARLIER, State.CURRENT)


def test_an_older_plan_that_comes_late_takes_nobodys_place() -> None:
    new, old = (another("RTPLAN", dated("RTPlanDate", day)) for day in ("20240401", "20240301"))
    found = states([new], [old])
    assert found[uid(old)] == (State.EARLIER, Because.OLDER, (uid(new),))
    assert found[uid(new)][0] is State.CURRENT


def test_plans_that_came_together_stand_together_unless_one_names_the_other() -> None:
    boost = another("RTPLAN", dated("RTPlanDate", "20240401"))
    both = (State.CURRENT, Because.TOGETHER, ())
    assert states([PLAN, boost]) == {uid(PLAN): both, uid(boost): both}
    revision = another("RTPLAN", related(PLAN, "PREDECESSOR"))
    assert states([PLAN, revision]) == {
        uid(PLAN): (State.EARLIER, Because.NAMED, (uid(revision),)),
        uid(revision): (State.CURRENT, Because.LATER, ()),
    }


def test_a_revision_takes_the_place_of_the_plan_that_it_names_alone_in_any_order() -> None:
    boost = another("RTPLAN")
    revision = another("RTPLAN", related(PLAN, "PRIOR"))
    for order in ([PLAN, boost], [revision]), ([revision, boost], [PLAN]):
        found = states(*order)
        assert found[uid(PLAN)] == (State.EARLIER, Because.NAMED, (uid(revision),))
        assert (found[uid(boost)][0], found[uid(revision)][0]) == (State.CURRENT, State.CURRENT)


def test_a_plan_delivered_beside_the_current_one_leaves_it_current() -> None:
    boost = another("RTPLAN", related(PLAN, "CONCURRENT"))
    assert {state for state, _, _ in states([PLAN], [boost]).values()} == {State.CURRENT}


def test_plans_for_verification_and_rejected_ones_are_set_aside() -> None:
    check = another("RTPLAN", dated("PlanIntent", "VERIFICATION"))
    rejected = another("RTPLAN", dated("ApprovalStatus", "REJECTED"))
    found = states([PLAN], [check], [rejected])
    assert found[uid(PLAN)][0] is State.CURRENT
    assert found[uid(check)] == (State.ASIDE, Because.NOT_TREATING, ())
    assert found[uid(rejected)] == (State.ASIDE, Because.REJECTED, ())


def test_a_structure_set_names_what_it_follows() -> None:
    def after(dataset: Dataset) -> None:
        item = Dataset()
        item.ReferencedSOPClassUID = STRUCTURES.dataset.SOPClassUID
        item.ReferencedSOPInstanceUID = uid(STRUCTURES)
        dataset.PredecessorStructureSetSequence = [item]

    found = states([another("RTSTRUCT", after), STRUCTURES])
    assert found[uid(STRUCTURES)][:2] == (State.EARLIER, Because.NAMED)


def test_plans_that_name_each_other_in_a_circle_are_told_by_their_arrival() -> None:
    first = another("RTPLAN")
    second = another("RTPLAN", related(first, "PRIOR"))
    related(second, "PRIOR")(first.dataset)
    found = states([first], [second])
    assert (found[uid(first)][0], found[uid(second)][0]) == (State.EARLIER, State.CURRENT)
