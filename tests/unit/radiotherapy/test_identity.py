"""Who a package is about, route by route; every study ID finding of the inspection has its case."""

import pytest

from ingest.checks.codes import load_codes
from ingest.checks.identity import IdentityValues, PackageIdentity
from ingest.checks.policy import judge, outcome_of
from ingest.model.finding import InstanceRef
from ingest.model.route import RouteKind
from ingest.model.verdict import Outcome
from tests.facts import hamlet

EGRESS, EXPLORER, HTP = RouteKind.EGRESS, RouteKind.EXPLORER, RouteKind.HTP
GOOD = IdentityValues("123-1001", "123-1001")
ANON = IdentityValues("PSEUDO1", "PSEUDO1")


def identify(route, name, *values, site="123", assign=None):
    identity = PackageIdentity(hamlet(), route, site, name, assign)
    labels = [identity.see(InstanceRef(ordinal, "CT"), value) for ordinal, value in enumerate(values, 1)]
    return identity, labels


@pytest.mark.parametrize(
    ("route", "name", "values"),
    [
        (EXPLORER, "anything.zip", GOOD),
        (EXPLORER, "anything.zip", IdentityValues("123-1001", "123-1001", "123-1001", "123")),
        (EXPLORER, "anything.zip", IdentityValues("123-1001", "123-1001", "", "northfield hospital")),
        (RouteKind.SMB, "x.zip", GOOD),
        (HTP, "123-1001.zip", GOOD),
        (HTP, "batch-7.zip", GOOD),
        (EGRESS, "123-1001.zip", ANON),
        (EGRESS, "123-1001.zip", GOOD),
    ],
)
def test_sound_identity_raises_nothing(route, name, values):
    identity, labels = identify(route, name, values, values)
    assert identity.findings() == ()
    assert labels == ["123-1001", "123-1001"]
    assert identity.subjects()[0].subject_id == "123-1001"


CASES = [
    ("SID101", EXPLORER, "a.zip", [IdentityValues("1231001", "1231001")], "123"),
    ("SID102", EXPLORER, "a.zip", [IdentityValues("zz", "zz")], "123"),
    ("SID103", EXPLORER, "a.zip", [IdentityValues()], "123"),
    ("SID104", EXPLORER, "a.zip", [IdentityValues("124-1001", "124-1001")], "123"),
    ("SID105", EXPLORER, "a.zip", [IdentityValues("999-1001", "999-1001")], None),
    ("SID110", EGRESS, "123-1001 (1).zip", [ANON], "123"),
    ("SID111", EGRESS, "phantom.zip", [ANON], "123"),
    ("SID111", EGRESS, "batch-1.zip", [ANON], "123"),
    ("SID112", EGRESS, "124-1001.zip", [ANON], "123"),
    ("SID113", HTP, "123-1002.zip", [GOOD], "123"),
    ("SID114", HTP, "upload.zip", [GOOD], "123"),
    ("SID115", EGRESS, "123-1001.zip", [IdentityValues("123-1002", "123-1002")], "123"),
    ("SID116", EGRESS, "123-1001.zip", [ANON, IdentityValues("PSEUDO2", "PSEUDO2")], "123"),
    ("SID117", EGRESS, "123-1001.zip", [ANON, IdentityValues("PSEUDO1", "OTHER")], "123"),
    ("SID120", EXPLORER, "a.zip", [IdentityValues("123-1001", "ANON")], "123"),
    ("SID120", EXPLORER, "a.zip", [IdentityValues("123-1001", "")], "123"),
    ("SID121", EXPLORER, "a.zip", [IdentityValues("123-1001", "123-1002")], "123"),
    ("SID122", EXPLORER, "a.zip", [IdentityValues("123-1001", "123-1001^")], "123"),
    ("SID122", EXPLORER, "a.zip", [IdentityValues("123-1001", "123-1001^123-1001")], "123"),
    ("SID130", EXPLORER, "a.zip", [IdentityValues("123-1001", "123-1001", "123-1002")], "123"),
    ("SID130", EGRESS, "123-1001.zip", [IdentityValues("P", "P", "123-1002")], "123"),
    ("SID131", EXPLORER, "a.zip", [IdentityValues("123-1001", "123-1001", "", "124")], "123"),
]


@pytest.mark.parametrize(("code", "route", "name", "values", "site"), CASES)
def test_each_fault_has_its_code_and_no_other(code, route, name, values, site):
    identity, _ = identify(route, name, *values, site=site)
    assert [finding.code for finding in identity.findings()] == [code]
    outcome = outcome_of(judge(identity.findings(), hamlet(), None))
    assert outcome is (Outcome.ACCEPTED if code == "SID122" else Outcome.HELD)


def test_every_identity_code_has_a_case():
    assert {code for code in load_codes() if "SID100" < code < "SID140"} == {case[0] for case in CASES}


def test_patients_of_a_batch_are_told_apart():
    identity, labels = identify(
        EXPLORER,
        "a.zip",
        GOOD,
        IdentityValues("JONES", "JONES"),
        IdentityValues("123-1002", "123-1002"),
        IdentityValues("1231003", "1231003"),
        IdentityValues("JONES", "JONES"),
    )
    assert labels == ["123-1001", "unidentified-1", "123-1002", "unidentified-2", "unidentified-1"]
    by_label = {item.label: item for item in identity.subjects()}
    assert by_label["unidentified-1"].subject_id is None
    assert by_label["unidentified-1"].instances == 2
    assert by_label["unidentified-2"].near_miss == "123-1003"


def test_no_value_of_the_data_is_in_a_finding():
    values = IdentityValues("JONES^MARY", "JONES^MARY", "4711", "WARD 9")
    for route in RouteKind:
        identity, _ = identify(route, "Mary Jones.zip", values, GOOD)
        said = repr(identity.findings()) + repr(identity.subjects())
        assert not any(part in said for part in ("JONES", "MARY", "Mary", "4711", "WARD"))


def test_assigned_study_id_takes_the_place_of_what_the_data_says():
    identity, labels = identify(
        EXPLORER, "a.zip", IdentityValues("zz", "zz"), assign={"unidentified-1": "123-1009"}
    )
    assert labels == ["123-1009"]
    assert identity.findings() == ()
    assert identity.subjects()[0].subject_id == "123-1009"


def test_allowed_ids_are_the_study_id_and_on_egress_the_anonymised_one():
    identity, _ = identify(EGRESS, "123-1001.zip", ANON)
    assert identity.allowed_ids(ANON) == {"123-1001", "PSEUDO1"}
    identity, _ = identify(EXPLORER, "a.zip", IdentityValues("JONES", "JONES"))
    assert identity.allowed_ids(IdentityValues("JONES", "JONES")) == frozenset()


def test_a_name_beside_the_study_id_in_patient_name_is_allowed_nowhere():
    identity, _ = identify(EXPLORER, "a.zip", IdentityValues("123-1001", "123-1001 Thackeray"))
    assert identity.allowed_ids(IdentityValues("123-1001", "123-1001 Thackeray")) == {"123-1001"}
    assert identity.allowed_ids(IdentityValues("123-1001", "123-l001")) == {"123-1001", "123-l001"}


@pytest.mark.parametrize("route", [EGRESS, EXPLORER])
def test_allowed_ids_do_not_depend_on_the_instance_before(route):
    ids, names = ("123-1001", "123-l002", "PSEUDO1", ""), ("123-1001", "123-l002", "JONES^Ann", "")
    said = [IdentityValues(patient_id, name) for patient_id in ids for name in names]
    identity, _ = identify(route, "123-1001.zip")
    for before in said:
        for values in said:
            identity.allowed_ids(before)
            fresh, _ = identify(route, "123-1001.zip")
            assert identity.allowed_ids(values) == fresh.allowed_ids(values)
