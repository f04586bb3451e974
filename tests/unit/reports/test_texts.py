"""The texts are data: complete, reviewable, each with a version and a review date."""

import re
from importlib.resources import files

import pytest

from ingest.model.review import ObjectKind
from ingest.model.route import RouteKind
from ingest.reports.report import Tone
from ingest.reports.texts import load_texts

TEXTS = load_texts()
SYSTEMS = ("eclipse", "raystation", "monaco", "pinnacle", "oncentra", "tomotherapy", "xvi")


def test_every_kind_of_object_has_words() -> None:
    assert set(TEXTS.objects) >= {kind.value for kind in ObjectKind}


def test_every_tone_has_words() -> None:
    assert set(TEXTS.statuses) == {tone.value for tone in Tone}


def test_every_route_has_words() -> None:
    assert set(TEXTS.routes) == {kind.value for kind in RouteKind}


@pytest.mark.parametrize("topic", sorted(TEXTS.topics["title"]))
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_topic_has_steps_in_every_system(topic: str, system: str) -> None:
    text = TEXTS.steps_for(topic, system)
    assert text is not None
    assert text.steps
    assert text.version >= 1


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_has_its_own_way_to_pseudonymise(system: str) -> None:
    assert ("pseudonymise", system) in TEXTS.steps


def test_every_topic_that_is_pointed_to_exists() -> None:
    tables = ("object", "code", "prefix")
    named = {topic for table in tables for topic in TEXTS.topics[table].values() if topic}
    assert named <= {topic for topic, _ in TEXTS.steps}
    assert named <= set(TEXTS.topics["title"])


def test_every_sentence_has_a_version_and_a_review_date() -> None:
    tables = (
        *(
            TEXTS.headlines,
            TEXTS.leads,
            TEXTS.acts,
            TEXTS.statuses,
            TEXTS.held,
            TEXTS.changes,
            TEXTS.coverage,
        ),
        *TEXTS.reasons.values(),
        *TEXTS.managers.values(),
    )
    for table in tables:
        for text in table.values():
            assert text.version >= 1
            assert text.review.year >= 2026


def test_no_step_is_given_twice() -> None:
    toml = (files("ingest.reports") / "texts.toml").read_text()
    pairs = re.findall(r'topic = "(.+)"\nsystem = "(.+)"', toml)
    assert len(pairs) == len(set(pairs)) == len(TEXTS.steps)


@pytest.mark.parametrize("system", [system for system in TEXTS.systems if system != "any"])
def test_every_system_has_steps_of_its_own_for_all_but_the_zip(system: str) -> None:
    topics = {topic for topic in TEXTS.topics["title"] if topic != "zip"}
    assert {topic for topic, of in TEXTS.steps if of == system} == topics
