"""RTPLAN: what treats, with which beams and fractions; verification plans are set aside (PS3.3 C.8.8.9)."""

from __future__ import annotations

from ingest.checks.index import SubjectIndex
from ingest.checks.links import Links
from ingest.checks.notes import Notes, say_count
from ingest.model.instance import InstanceFacts, Plan
from ingest.model.review import ObjectKind

#: Beams for setting up and verifying; any other treats, also one that does not say.
_NOT_TREATING = frozenset({"SETUP", "VERIFICATION", "OPEN_PORTFILM", "TRMT_PORTFILM"})


def check_plans(index: SubjectIndex, links: Links, notes: Notes) -> None:
    """Check the plans that treat; say which were set aside."""
    aside = [facts for facts in index.set_aside.values() if facts.plan]
    if aside and not index.of_kind(ObjectKind.RTPLAN):
        _say_only_verification(index, aside, links, notes)
    elif aside:
        notes.find(
            "DOS201",
            list(index.set_aside.values()),
            where="(300A,000A)",
            keyword="PlanIntent",
            plans=len(aside),
        )
    for facts in index.of_kind(ObjectKind.RTPLAN):
        if facts.plan:
            _check_plan(facts, facts.plan, notes)


def treated_plans(index: SubjectIndex) -> list[InstanceFacts]:
    """Return the plans that could have treated: they have beams or sources, and nobody rejected them."""
    return [
        facts
        for facts in index.of_kind(ObjectKind.RTPLAN)
        if facts.plan and has_delivery(facts.plan) and facts.plan.approval != "REJECTED"
    ]


def has_delivery(plan: Plan) -> bool:
    """Return whether a plan has anything that treats."""
    return plan.has_brachy or any(beam.delivery_type not in _NOT_TREATING for beam in plan.beams)


def treating_beams(plan: Plan) -> set[int]:
    """Return the numbers of the beams that treat."""
    return {beam.number for beam in plan.beams if beam.delivery_type not in _NOT_TREATING}


def _say_only_verification(
    index: SubjectIndex, aside: list[InstanceFacts], links: Links, notes: Notes
) -> None:
    """No plan of the treatment is there; its dose is not there either, where a dose came with the other."""
    everything = list(index.set_aside.values())
    notes.find(
        "DOS206",
        everything,
        where="(300A,000A)",
        keyword="PlanIntent",
        plans=say_count(len(aside), "plan"),
    )
    notes.miss(ObjectKind.RTPLAN.value, "a plan of the treatment", "none that treats")
    links.named_kinds.add(ObjectKind.RTPLAN)
    if not index.of_kind(ObjectKind.RTDOSE) and any(facts.dose for facts in everything):
        notes.miss(ObjectKind.RTDOSE.value, "a dose of the treatment", "none that can be used")
        links.named_kinds.add(ObjectKind.RTDOSE)


def _check_plan(facts: InstanceFacts, plan: Plan, notes: Notes) -> None:
    if not has_delivery(plan):
        notes.find("DOS202", [facts], where="(300A,00B0)", keyword="BeamSequence", beams=len(plan.beams))
    elif not plan.fractions or plan.silent_groups:
        notes.find("DOS203", [facts], where="(300A,0070)[0]>(300A,0078)", keyword="NumberOfFractionsPlanned")
        notes.doubt()
    strays = set(plan.referenced_beams) - {beam.number for beam in plan.beams}
    if strays and plan.beams:
        notes.find(
            "DOS204",
            [facts],
            where="(300A,0070)[0]>(300C,0004)[0]>(300C,0006)",
            keyword="ReferencedBeamNumber",
            beams=len(strays),
        )
    if plan.approval == "REJECTED":
        notes.find("DOS205", [facts], where="(300E,0002)", keyword="ApprovalStatus")
