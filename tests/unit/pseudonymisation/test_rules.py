"""The rules as data: every text attribute has one, the table is whole, every code is written."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from pydicom.datadict import DicomDictionary, RepeatersDictionary

from ingest.checks.codes import load_codes
from ingest.checks.pseudonymisation import rules as rules_module
from ingest.checks.pseudonymisation.elements import JUDGES
from ingest.checks.pseudonymisation.places import Places
from ingest.checks.pseudonymisation.rules import load_rules

TEXT = {"PN", "LO", "LT", "SH", "ST", "UC", "UT", "AE", "AS", "DA", "DT", "TM", "UR", "CS", "UI", "DS", "IS"}
BYTES = {"OB", "OW", "UN"}
ROOM = Path(rules_module.__file__).parent
BYTE_KINDS = {"bytes", "binary", "pixels", "document", "overlay", "padding", "meta_private", "number"}


def test_every_text_attribute_of_the_dictionary_has_a_rule() -> None:
    rules = load_rules()
    missing = [
        f"{tag:08X} {entry[4]}"
        for tag, entry in DicomDictionary.items()
        if entry[0] in TEXT | BYTES and entry[4] and rules.attribute(f"{tag:08X}") is None
    ]
    assert missing == []


def test_every_text_attribute_of_overlays_and_curves_has_a_rule() -> None:
    rules = load_rules()
    tags = [tag.upper().replace("X", "0") for tag, entry in RepeatersDictionary.items() if entry[0] in TEXT]
    assert [tag for tag in tags if tag[:2] in ("50", "60") and rules.attribute(tag) is None] == []


def test_an_attribute_that_no_rule_names_is_counted_and_judged_by_its_vr() -> None:
    place = Places(load_rules()).get("(0010,F001)", "LO")
    assert place.is_uncovered
    assert place.kind == "label"


def test_every_kind_has_a_judge() -> None:
    kinds = {attribute.kind for attribute in load_rules().attributes.values()} | {
        *load_rules().by_vr.values()
    }
    assert kinds - set(JUDGES) - BYTE_KINDS == set()


def test_table_e_1_1_is_whole_and_names_its_edition() -> None:
    rules = load_rules()
    assert rules.edition == "2026d"
    assert rules.attribute("00100010").action == "Z"
    assert rules.attribute("00080090").action
    acted = sum(1 for attribute in rules.attributes.values() if attribute.action)
    assert acted > 400


def test_what_the_table_forbids_by_name_is_not_judged_as_a_plain_label() -> None:
    rules = load_rules()
    for tag in ("00101040", "00102180", "00080050", "00080080", "00101000", "00102154", "001021B0"):
        assert rules.attribute(tag).kind not in ("label", "comment")


def test_every_code_that_the_room_raises_is_in_the_codes_file_and_the_other_way_round() -> None:
    raised = set()
    for file in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                raised |= set(re.findall(r"\bPSN\d{3}\b", node.value))
    known = {code for code in load_codes() if code.startswith("PSN")}
    assert raised - known == set()
    assert known - raised == set()


def test_vocabulary_knows_the_labels_of_every_day() -> None:
    lexicon = load_rules().lexicon
    for word in ("ptv", "bowel", "bag", "arc", "vmat", "thorax", "syngo", "truebeam", "spinalcord"):
        assert word in lexicon.vocabulary or lexicon.classify(word).value == "known"
