"""What a trial file says, as frozen definitions. Durations are seconds, sizes bytes, distances mm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ingest.model.finding import Effect, Severity
from ingest.model.route import RouteKind, ShareAddress


@dataclass(frozen=True, slots=True)
class StudyIdGrammar:
    """The study ID: `pattern` has the groups `site` and `number`; `example` matches it."""

    pattern: str
    example: str

    def match(self, text: str) -> re.Match[str] | None:
        """Return the match of the whole of `text`, or None."""
        return re.fullmatch(self.pattern, text, re.ASCII)

    def site_of(self, study_id: str) -> str | None:
        """Return the site part of a study ID, None where it is not one."""
        found = self.match(study_id)
        return found.group("site") if found else None


@dataclass(frozen=True, slots=True)
class SeverityOverride:
    """A severity and effect for a code, in place of finding_codes.toml's, with its reason."""

    code: str
    severity: Severity | None
    effect: Effect | None
    reason: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Who hears of a site's submissions. `gets_email`: besides what the route delivers."""

    name: str
    email: str
    gets_email: bool = False


@dataclass(frozen=True, slots=True)
class Waiver:
    """An object that a site (or one subject of it) need not send, by whom and why."""

    object: str
    reason: str
    by: str
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A delivering hospital.

    number:                    the site part of its study IDs.
    hospital_number_patterns:  regular expressions of its own patient numbers, to be found and held.
    zip_name_pattern:          zip names that may be shown back to this site; None: study IDs only.
    planning_system:           key of the texts shown when the data does not say which system made it.
    """

    number: str
    name: str
    routes: tuple[RouteKind, ...]
    contacts: tuple[Contact, ...] = ()
    hospital_number_patterns: tuple[str, ...] = ()
    zip_name_pattern: str | None = None
    planning_system: str = ""
    overrides: tuple[SeverityOverride, ...] = ()
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True)
class Settle:
    """When an upload counts as finished. `unfinished_after`: when a broken one is reported."""

    polls: int = 3
    minimum_age: float = 120.0
    unfinished_after: float = 86_400.0


@dataclass(frozen=True, slots=True)
class RouteRule:
    """One route: its address template (`{shares}`, `{site}`), its own settle values, how reports go back.

    report: `share`, `email`, `queue`.
    """

    kind: RouteKind
    address: str
    settle: Settle
    poll_every: float = 60.0
    report: tuple[str, ...] = ("share",)
    queue: str = ""
    maximum_size: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on one package (reference: hostile zips); the defaults admit a real 20 GB, 10,000-member zip."""

    zip_bytes: int = 64 * 1024**3
    members: int = 200_000
    inflated_bytes: int = 256 * 1024**3
    member_bytes: int = 4 * 1024**3
    ratio: int = 200
    depth: int = 1
    seconds: float = 4 * 3600.0
    element_depth: int = 64
    elements: int = 1_000_000


@dataclass(frozen=True, slots=True)
class ExpectedObject:
    """One object that a subject must have.

    object: `planning-ct`, `rtstruct`, `rtplan`, `rtdose`, `image-guidance`, `reg`, `rtrecord`, `mr`, `pet`.
    minimum, maximum: series or instances; for image guidance fractions, `per_fraction` of those planned.
    required: False: allowed and counted, never missed.
    """

    object: str
    title: str
    minimum: int = 1
    maximum: int | None = None
    required: bool = True
    per_fraction: float | None = None
    tolerance: int = 0
    modalities: tuple[str, ...] = ()
    arm: str | None = None
    tumour_site: str | None = None
    time_point: str | None = None


@dataclass(frozen=True, slots=True)
class RoiRule:
    """A required or permitted structure name: wildcards, case ignored, with aliases."""

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pseudonymisation:
    """What the trial adds to the rules of pseudonymisation (PS3.15 Table E.1-1 and the RT layer)."""

    placeholder_names: tuple[str, ...] = ("ANON", "ANONYMOUS", "ANONYMISED", "ANONYMIZED", "PSEUDO")
    placeholder_birth_dates: tuple[str, ...] = ("19000101",)
    uid_roots: tuple[str, ...] = ()
    private_creators: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] = ()
    allowed_sop_classes: tuple[str, ...] = ()
    ocr: bool = True


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is written into the data when it is filed, route by route."""

    routes: tuple[RouteKind, ...] = (RouteKind.EGRESS,)
    protocol_id: str = ""
    sponsor: str = ""


@dataclass(frozen=True, slots=True)
class Retention:
    """Days that originals are kept, by outcome; None: until a person resolves it.

    delete_share_snapshots: purge and withdrawal delete each snapshot of a share that holds the zip, and with
    it that day's copy of everything else on the share.
    """

    accepted: int | None = 30
    held: int | None = None
    rejected: int | None = 30
    reports: int | None = None
    delete_share_snapshots: bool = False


@dataclass(frozen=True, slots=True)
class Chasing:
    """Days after which something awaited is overdue, and a site from which nothing came is silent."""

    overdue_after: int = 28
    silent_after: int = 60


@dataclass(frozen=True, slots=True)
class TeamContacts:
    """The study team's addresses: operations, information governance, data management, sender."""

    operations: str = ""
    information_governance: str = ""
    data_management: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """The whole trial file. `sha256` is of the file's bytes."""

    name: str
    title: str
    sha256: str
    text: str
    study_id: StudyIdGrammar
    sites: tuple[Site, ...]
    routes: Mapping[RouteKind, RouteRule]
    expected: tuple[ExpectedObject, ...]
    shares: tuple[ShareAddress, ...] = ()
    overrides: tuple[SeverityOverride, ...] = ()
    limits: Limits = field(default_factory=Limits)
    pseudonymisation: Pseudonymisation = field(default_factory=Pseudonymisation)
    stamp: Stamp = field(default_factory=Stamp)
    retention: Retention = field(default_factory=Retention)
    rois: tuple[RoiRule, ...] = ()
    chasing: Chasing = field(default_factory=Chasing)
    team: TeamContacts = field(default_factory=TeamContacts)
    allowed_modalities: tuple[str, ...] = ()

    def site(self, number: str | None) -> Site | None:
        """Return the site of that number, or None."""
        return next((site for site in self.sites if site.number == number), None)

    def limits_for(self, route: RouteKind) -> Limits:
        """Return the caps on a package that comes by a route, which may admit less than the trial does."""
        rule = self.routes.get(route)
        if rule is None or rule.maximum_size is None:
            return self.limits
        return replace(self.limits, zip_bytes=min(rule.maximum_size, self.limits.zip_bytes))

    def share_addresses(self, shares: str) -> tuple[ShareAddress, ...]:
        """Return every place to poll; `shares` is what `{shares}` in an address stands for.

        A `[[share]]` entry takes the place of the route's address template for its site.
        """
        declared = {(share.route, share.site): share for share in self.shares}
        return tuple(
            _fill(declared.get((kind, site.number), self._templated(kind, site)), shares)
            for site in self.sites
            for kind in site.routes
        )

    def _templated(self, kind: RouteKind, site: Site) -> ShareAddress:
        return ShareAddress(kind, site.number, self.routes[kind].address.replace("{site}", site.number))


def _fill(share: ShareAddress, shares: str) -> ShareAddress:
    return ShareAddress(share.route, share.site, share.address.replace("{shares}", shares))
