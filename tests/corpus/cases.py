"""What one entry of the corpus is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.trial.definition import Limits


@dataclass(frozen=True)
class Hostile:
    """An input that must raise `code`: `build` makes its bytes, under `limits` where they matter."""

    code: str
    name: str
    build: Callable[[], bytes]
    limits: Limits = field(default_factory=Limits)

    @property
    def title(self) -> str:
        """The name of the case, led by its code."""
        return f"{self.code}-{self.name}"


@dataclass(frozen=True)
class Sound:
    """An input that must be read whole; `contents` are its members' bytes, those that count as data.

    codes: what is said of it all the same.
    """

    name: str
    build: Callable[[], bytes]
    contents: tuple[bytes, ...]
    codes: frozenset[str] = frozenset()
