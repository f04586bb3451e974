"""The reports' texts: data in `texts.toml`, so that a physicist can review them without reading code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

#: The system whose steps are shown where there are none for the one that made the file.
ANY_SYSTEM = "any"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence, a `str.format` template; `review` is the day by which somebody reads it again."""

    text: str
    version: int
    review: date


@dataclass(frozen=True, slots=True)
class ObjectWords:
    """How sentences and tables name one kind of object."""

    the: str
    title: str
    one: str
    many: str


@dataclass(frozen=True, slots=True)
class StepsText:
    """What to do about one topic in one system; `checked_by` is empty until somebody has checked it."""

    topic: str
    system: str
    version: int
    review: date
    checked_by: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """Everything of texts.toml."""

    objects: Mapping[str, ObjectWords]
    places: Mapping[str, str]
    headlines: Mapping[str, Text]
    leads: Mapping[str, Text]
    acts: Mapping[str, Text]
    routes: Mapping[str, str]
    members: Mapping[str, str]
    held: Mapping[str, Text]
    changes: Mapping[str, Text]
    coverage: Mapping[str, Text]
    managers: Mapping[str, Mapping[str, Text]]
    statuses: Mapping[str, Text]
    reasons: Mapping[str, Mapping[str, Text]]
    topics: Mapping[str, Mapping[str, str]]
    said: Mapping[str, Mapping[str, str]]
    systems: Mapping[str, str]
    steps: Mapping[tuple[str, str], StepsText]

    def say(self, part: str, key: str, count: int | None = None, **values: object) -> str:
        """Return a sentence for data managers; with a count, its form for one or for many."""
        if count is None:
            return self.managers[part][key].text.format(**values)
        form = "one" if count == 1 else "many"
        return self.managers[part][f"{key}-{form}"].text.format(count=f"{count:,}", **values)

    def object_words(self, kind: str) -> ObjectWords:
        """Return the words for a kind of object; a kind that is not known is `other`."""
        return self.objects.get(kind) or self.objects["other"]

    def topic_of_code(self, code: str) -> str | None:
        """Return the topic whose steps go with a finding's code, None where none do."""
        return self.topics["code"].get(code, self.topics["prefix"].get(code[:3])) or None

    def topic_of_object(self, kind: str) -> str | None:
        """Return the topic whose steps go with a missing object."""
        return self.topics["object"].get(kind)

    def steps_for(self, topic: str, system: str) -> StepsText | None:
        """Return the steps of a topic in a system, else those for any system."""
        return self.steps.get((topic, system)) or self.steps.get((topic, ANY_SYSTEM))


@cache
def load_texts() -> Texts:
    """Return the texts that ship with the program."""
    return read_texts((files("ingest.reports") / "texts.toml").read_text(encoding="utf-8"))


def read_texts(toml: str) -> Texts:
    """Return the texts of a TOML document like texts.toml. Raises KeyError, TypeError, ValueError."""
    data = tomllib.loads(toml)
    steps = [_steps(entry) for entry in data["steps"]]
    return Texts(
        objects=MappingProxyType({kind: ObjectWords(**words) for kind, words in data["object"].items()}),
        places=MappingProxyType(data["place"]),
        headlines=_sentences(data["headline"]),
        leads=_sentences(data["lead"]),
        acts=_sentences(data["act"]),
        routes=MappingProxyType(data["route"]),
        members=MappingProxyType(data["member"]),
        held=_sentences(data["held"]),
        changes=_sentences(data["change"]),
        coverage=_sentences(data["coverage"]),
        managers=MappingProxyType({kind: _sentences(table) for kind, table in data["managers"].items()}),
        statuses=_sentences(data["status"]),
        reasons=MappingProxyType({kind: _sentences(table) for kind, table in data["reason"].items()}),
        topics=MappingProxyType(data["topic"]),
        said=MappingProxyType(data["said"]),
        systems=MappingProxyType(data["system"]),
        steps=MappingProxyType({(item.topic, item.system): item for item in steps}),
    )


def _sentences(table: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Text]:
    return MappingProxyType({key: Text(**entry) for key, entry in table.items()})


def _steps(entry: Mapping[str, Any]) -> StepsText:
    return StepsText(**{**entry, "steps": tuple(entry["steps"])})
