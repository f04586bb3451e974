"""The finding codes: data, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from ingest.model.finding import Effect, FindingCode, Scope, Severity


@cache
def load_codes() -> Mapping[str, FindingCode]:
    """Return every code of finding_codes.toml, by code."""
    text = (files("ingest.checks") / "finding_codes.toml").read_text(encoding="utf-8")
    return MappingProxyType({code: _read(code, entry) for code, entry in tomllib.loads(text).items()})


def _read(code: str, entry: Mapping[str, str]) -> FindingCode:
    return FindingCode(
        code=code,
        name=entry["name"],
        severity=Severity(entry["severity"]),
        scope=Scope(entry["scope"]),
        effect=Effect(entry["effect"]),
        message=entry["message"],
        action=entry["action"],
    )
