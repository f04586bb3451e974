"""What makes a word of a label a person's: points for and against, and the labels around it."""

from __future__ import annotations

import pytest

from ingest.checks.pseudonymisation.approvals import Approvals
from ingest.checks.pseudonymisation.context import make_context
from ingest.checks.pseudonymisation.lexicon import WordClass
from ingest.checks.pseudonymisation.rules import load_rules
from ingest.checks.pseudonymisation.text import judge_text
from ingest.model.finding import Finding
from ingest.model.route import RouteKind
from ingest.trial.load import load_default_trial
from tests.corpus.planted.bases import base, put, saved
from tests.corpus.planted.driver import judge_members

TRIAL = load_default_trial()
CONTEXT = make_context(load_rules(), TRIAL, TRIAL.site("123"), RouteKind.EXPLORER, Approvals((), b""))
LEXICON = CONTEXT.text.lexicon
PLAIN = [
    "BODY",
    "PTV_60",
    "CTV_60",
    "GTV",
    "Rectum",
    "Bladder",
    "Femur_L",
    "Femur_R",
    "PenileBulb",
    "Bowel_Bag",
    "Sigmoid",
    "Sacrum",
    "Couch",
    "Ring_2cm",
    "Skin",
]


def findings(labels: list[str]) -> dict[str, Finding]:
    """What names of structures raise, by code."""
    dataset = base("RTSTRUCT")
    for index, label in enumerate(labels):
        put(dataset, f"StructureSetROISequence[{index}].ROIName", label)
        put(dataset, f"StructureSetROISequence[{index}].ROINumber", str(index + 1))
    _, judgement = judge_members([("123-1001/a.dcm", saved(dataset))])
    return {item.code: item for item in judgement.findings if item.where.endswith("(3006,0026)")}


def held(labels: list[str]) -> set[str]:
    return findings(labels).keys() & {"PSN113", "PSN114", "PSN116"}


@pytest.mark.parametrize("label", ["Shell OL", "Mandible_SP", "Xquil PTV", "RB hilum"])
def test_among_many_plain_labels_a_small_doubt_is_told_and_not_held(label: str) -> None:
    assert held([*PLAIN, label]) == set()


@pytest.mark.parametrize("label", ["Shell OL", "Mandible_QP"])
def test_the_same_doubt_alone_is_held(label: str) -> None:
    assert held([label]) == {"PSN116"}


@pytest.mark.parametrize(
    "label",
    ["Rectum SJB 14.03.24", "PTV_JS", "Smith", "GTV JONES", "Dermot", "Bladder (KY)", "Okonkwo_PTV", "by JW"],
)
def test_a_person_is_held_among_many_plain_labels_too(label: str) -> None:
    assert held([*PLAIN, label])


def test_a_doubt_among_labels_of_which_few_are_known_is_held() -> None:
    assert "PSN116" in held(["Mandible_QP", *(f"Qzx{letter * 3}" for letter in "bcdfghjklmnp")])


def test_what_stands_with_sides_is_a_structure() -> None:
    assert "PSN114" in held(["Dorello"])
    assert held(["Dorello_L", "Dorello_R"]) == set()


def test_a_word_of_the_language_of_the_labels_around_it_is_a_word() -> None:
    dutch = ["Blaas", "Endeldarm", "Heupkop L", "Heupkop R", "Zaadblaas", "Huidplooi"]
    assert held(["Nagel"])
    assert held([*dutch, "Nagel"]) == set()


def test_a_finding_says_why_and_never_which() -> None:
    found = findings(["Bladder", "PTV Jones"])["PSN114"]
    assert found.detail["why"] == "many people have this name"
    told = findings([*PLAIN, "Mandible_QP"])["PSN158"]
    assert "nearly all labels around it are plain" in str(told.detail["why"])
    assert "qp" not in str(told.detail).lower()


def test_a_doubt_of_many_files_is_counted_once_and_in_each() -> None:
    dataset = base("RTSTRUCT")
    for index, label in enumerate((*PLAIN, "Mandible_QP")):
        put(dataset, f"StructureSetROISequence[{index}].ROIName", label)
    data = saved(dataset)
    _, judgement = judge_members([("123-1001/a.dcm", data), ("123-1001/b.dcm", data)])
    (found,) = [item for item in judgement.findings if item.code == "PSN158"]
    assert found.count == 2
    assert [ref.ordinal for ref in found.instances] == [1, 2]


@pytest.mark.parametrize("label", ["PTV_JS", "PTV 60 RB", "GTV_SJB", "CTVn_KM", "PTV_60.0Gy_JW"])
def test_capitals_where_the_name_of_a_target_ends_are_initials(label: str) -> None:
    assert "PSN116" in judge_text(label, "rt label", CONTEXT.text, frozenset()).codes


@pytest.mark.parametrize(
    "label", ["PTV_LN", "PTV_60_LT", "GTV_CT", "CTV_SV", "PTV_EV", "RB", "SPC", "TMJ L", "GEJ"]
)
def test_capitals_that_targets_and_structures_have_are_none(label: str) -> None:
    assert "PSN116" not in judge_text(label, "rt label", CONTEXT.text, frozenset()).codes


@pytest.mark.parametrize(
    "word", ["Akhigbe", "Yiannakou", "Chandrasekaran", "Olabanjo", "Szymborska", "Kristjansson", "Ngcobo"]
)
def test_a_name_that_no_list_has_is_told_by_its_spelling(word: str) -> None:
    assert LEXICON.classify(word) is WordClass.NAME


@pytest.mark.parametrize(
    "word",
    [
        "otpic",
        "submadibular",
        "shoudler",
        "mundbodenschleimhaut",
        "zaadblaaswand",
        "pushdown",
        "stroma",
        "erector",
        "macrocytic",
    ],
)
def test_slips_compounds_and_words_of_disease_are_no_names(word: str) -> None:
    assert LEXICON.classify(word) is not WordClass.NAME


def test_spelling_knows_only_letters_from_a_to_z() -> None:
    assert LEXICON.spelling.score("смит") == 0.0
    assert LEXICON.spelling.score("kowalski") > 0 > LEXICON.spelling.score("rectum")


@pytest.mark.parametrize(
    "text",
    [
        "Omnipaque for U. Featherby",
        "LA3 E.Rzepecka",
        "HOLLINGDRAKE F",
        "Etchingham special",
        "syngo MR E11 - user bquartermaine",
        "Dear Anindita, your scan was clear.",
        "VANDERHOEVEN",
    ],
)
def test_a_text_that_presents_a_person_is_held(text: str) -> None:
    assert {"PSN113", "PSN114"} & judge_text(text, "label", CONTEXT.text, frozenset()).codes.keys()


@pytest.mark.parametrize("text", ["DRPATEL_WS2", "DRSTRACHANPC", "MDUBOIS1952", "MBARGA-LAPTOP"])
def test_a_name_among_makers_words_is_held(text: str) -> None:
    assert {"PSN113", "PSN114"} & judge_text(text, "device", CONTEXT.text, frozenset()).codes.keys()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Transferred from RJ1, their number 2281940G", "PSN107"),
        ("Escorted from prison, no. A4417CK", "PSN108"),
        ("NL BSN 436660489", "PSN107"),
        ("RSSMRA85T10A562S", "PSN108"),
        ("FSTN170352", "PSN108"),
        ("Aged 72y 5m 18d at scan", "PSN102"),
        ("seen 17/02/34", "PSN122"),
        ("ID: BS48 2QT", "PSN110"),
    ],
)
def test_numbers_and_ages_that_lead_to_a_person_are_held(text: str, code: str) -> None:
    assert code in judge_text(text, "comment", CONTEXT.text, frozenset()).codes


@pytest.mark.parametrize(
    "text",
    [
        "DVH screenshot, PTV_60 blue, Rectum brown",
        "Thorax 4D MIP Ave-IP, T=50% Ex",
        "INNER RING 65 60 LT",
        "Kaplan-Meier, Karnofsky 80, Cobb angle 12, Whipple's procedure",
        "Motion corrected; Nyquist ghost reduced",
        "cmVjb24gT1NFTSAzaTIxcywgNSBtbSBHYXVzc2lhbg==",
        "SIEMENS MR SDS 01",
        "shell1mm",
    ],
)
def test_words_in_small_letters_eponyms_and_rings_are_clean(text: str) -> None:
    codes = judge_text(text, "comment", CONTEXT.text, frozenset()).codes
    assert not codes.keys() & {"PSN110", "PSN113", "PSN114", "PSN116"}


@pytest.mark.parametrize(
    "text",
    [
        "Smi\u200bth",
        "Smi\u00adth",
        "John\u00a0Smith",
        "Ｓｍｉｔｈ",
        "Smіth",
        "Jοhnsοn",
        "𝐒𝐦𝐢𝐭𝐡",
        "S*m*i*t*h",
        "S.M.I.T.H",
        "=53mith",
        "=?utf-8?B?U21pdGg=?=",
        "\\u0053mith",
        "&#x53;mith",
        "<b>Sm<i>ith</i></b>",
        "Smi-\nth",
        "Smi\\th",
        "U21pdGgsIEpvaG4=",
        "536d697468204a6f686e",
        "%53%6d%69%74%68",
        '{"patientName": "Smith"}',
        "<patient><name>Smith</name></patient>",
        "محمد",
        "王小明",
        "Σμιθ",
    ],
)
@pytest.mark.parametrize("kind", ["label", "comment"])
def test_a_name_is_found_however_it_is_hidden(text: str, kind: str) -> None:
    codes = judge_text(text, kind, CONTEXT.text, frozenset()).codes
    assert codes.keys() & {"PSN113", "PSN114", "PSN115"}
