"""Check a trial file's tables and define the trial: TOML → checked tables → frozen definitions.

A wrong file is answered with the line, the key and what was expected. Pydantic is imported here and nowhere
else on the way of `ingest check`: it costs as much as the rest of a cold start together.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Iterable
from typing import Any

from pydantic import ValidationError

from ingest.model.errors import ConfigurationError
from ingest.model.route import RouteKind, ShareAddress
from ingest.trial import definition, schema
from ingest.trial.locate import find_line


def check_trial(text: str, known_codes: Collection[str], name: str) -> definition.Trial:
    """Return the trial of a trial file's text; see `load.parse_trial`. Raises ConfigurationError."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name} is not TOML: {error}.") from None
    try:
        checked = schema.TrialFile.model_validate(tables)
    except ValidationError as error:
        raise ConfigurationError(_explain(name, text, error)) from None
    trial = _define(checked, text)
    _check_whole(name, text, trial, checked, known_codes)
    return trial


def _explain(name: str, text: str, error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False, include_context=False):
        line = find_line(text, problem["loc"])
        place = f"{name}, line {line}" if line else name
        key = ".".join(str(part) for part in problem["loc"])
        lines.append(f"{place}: {key}: expected: {_expectation(problem['type'], problem['msg'])}")
    return "\n".join(lines)


def _expectation(kind: str, message: str) -> str:
    """Return pydantic's words for the reader of a trial file: "a valid string", not "Input should be …"."""
    if kind == "extra_forbidden":
        return "one of the keys of docs/trial-file.md; this is none of them"
    if kind == "missing":
        return "a value; the key is missing"
    return message.removeprefix("Value error, ").removeprefix("Input should be ")


def _define(checked: schema.TrialFile, text: str) -> definition.Trial:
    trial = checked.trial
    return definition.Trial(
        name=trial.name,
        title=trial.title or trial.name,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        study_id=definition.StudyIdGrammar(**checked.study_id.model_dump()),
        sites=tuple(_site(site) for site in checked.site),
        routes={kind: _route(kind, route, checked.settle) for kind, route in checked.route.items()},
        expected=_all(definition.ExpectedObject, checked.expected),
        shares=tuple(ShareAddress(share.route, share.site, share.address) for share in checked.share),
        overrides=_all(definition.SeverityOverride, checked.severity),
        limits=definition.Limits(**checked.limits.model_dump()),
        pseudonymisation=definition.Pseudonymisation(**checked.pseudonymisation.model_dump()),
        stamp=definition.Stamp(**checked.stamp.model_dump()),
        retention=definition.Retention(**checked.retention.model_dump()),
        chasing=definition.Chasing(**checked.chasing.model_dump()),
        rois=_all(definition.RoiRule, checked.roi),
        team=definition.TeamContacts(**trial.team.model_dump()),
        allowed_modalities=trial.allowed_modalities,
    )


def _all(kind: Any, tables: Iterable[schema.Table]) -> tuple[Any, ...]:
    return tuple(kind(**table.model_dump()) for table in tables)


def _site(table: schema.SiteTable) -> definition.Site:
    plain = table.model_dump(exclude={"contacts", "severity", "waiver"})
    return definition.Site(
        **plain,
        contacts=_all(definition.Contact, table.contacts),
        overrides=_all(definition.SeverityOverride, table.severity),
        waivers=_all(definition.Waiver, table.waiver),
    )


def _route(kind: RouteKind, table: schema.RouteTable, settle: schema.SettleTable) -> definition.RouteRule:
    return definition.RouteRule(
        kind=kind,
        address=table.address,
        settle=definition.Settle(**(table.settle or settle).model_dump()),
        poll_every=table.poll_every,
        report=table.report,
        queue=table.queue,
        maximum_size=table.maximum_size,
    )


def _check_whole(
    name: str,
    text: str,
    trial: definition.Trial,
    checked: schema.TrialFile,
    known_codes: Collection[str],
) -> None:
    """Check what no single table can know: sites named twice, routes that are not there, unknown codes."""

    def refuse(path: tuple[str | int, ...], expected: str) -> None:
        line = find_line(text, path)
        key = ".".join(str(part) for part in path)
        raise ConfigurationError(f"{name}, line {line}: {key}: expected: {expected}")

    numbers = [site.number for site in trial.sites]
    for at, site in enumerate(checked.site):
        if numbers.index(site.number) != at:
            refuse(("site", at, "number"), "a number that no other site has")
        for kind in site.routes:
            if kind not in trial.routes:
                refuse(("site", at, "routes"), f"routes that are defined; there is no [route.{kind}]")
        _check_codes(site.severity, ("site", at, "severity"), known_codes, refuse)
    for at, share in enumerate(checked.share):
        if share.site not in numbers:
            refuse(("share", at, "site"), "the number of a site")
    _check_codes(checked.severity, ("severity",), known_codes, refuse)


def _check_codes(
    overrides: tuple[schema.OverrideTable, ...],
    path: tuple[str | int, ...],
    known_codes: Collection[str],
    refuse: Any,
) -> None:
    for at, override in enumerate(overrides):
        if known_codes and override.code not in known_codes:
            refuse((*path, at, "code"), "a code of docs/finding-codes.md")
        if override.severity is None and override.effect is None:
            refuse((*path, at), "severity or effect")
