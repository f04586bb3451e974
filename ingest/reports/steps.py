"""The steps a report shows: each once, whatever number of problems points to it."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.reports.plain_text import day_in_words
from ingest.reports.report import Steps
from ingest.reports.texts import ANY_SYSTEM, Texts

# Whose files say best in which system the set was made.
_PLANNING = ("RTPLAN", "RTIONPLAN", "RTSTRUCT", "RTDOSE", "CT")


class StepsShelf:
    """Gathers the steps of one part of a report, in the order in which they are asked for."""

    def __init__(self, texts: Texts, site_system: str, prefix: str = "") -> None:
        self._texts = texts
        self._site_system = site_system
        self._prefix = prefix
        self._taken: dict[str, Steps] = {}

    @property
    def taken(self) -> tuple[Steps, ...]:
        """Return every steps text that something points to."""
        return tuple(self._taken.values())

    def for_code(self, code: str, modality: str, systems: Mapping[str, str]) -> str:
        """Return the key of the steps for a finding in a file of that modality; empty: none."""
        return self._take(self._texts.topic_of_code(code), systems.get(modality) or self._planning(systems))

    def for_object(self, kind: str, systems: Mapping[str, str]) -> str:
        """Return the key of the steps for a missing object; empty where there are none."""
        topic = self._texts.topic_of_object(kind)
        system = systems.get("IGRT", "") if topic == "image-guidance" else ""
        return self._take(topic, system or self._planning(systems))

    def _planning(self, systems: Mapping[str, str]) -> str:
        made_by = (
            systems[modality] for modality in _PLANNING if systems.get(modality) in self._texts.systems
        )
        return next(made_by, self._site_system or ANY_SYSTEM)

    def _take(self, topic: str | None, system: str) -> str:
        text = self._texts.steps_for(topic, system) if topic else None
        if text is None:
            return ""
        key = f"{self._prefix}{text.topic}-{text.system}"
        self._taken[key] = Steps(
            key=key,
            title=self._texts.topics["title"].get(text.topic, text.topic),
            system=text.system,
            system_title=self._texts.systems.get(text.system, text.system),
            steps=text.steps,
            version=text.version,
            review=day_in_words(text.review),
            is_checked=bool(text.checked_by),
        )
        return key
