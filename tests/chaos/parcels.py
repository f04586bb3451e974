"""What sites send during a storm: small zips without end, each with its right outcome."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.model.route import RouteKind
from ingest.model.verdict import Outcome
from tests.builders import Case, Instance, build_case, zip_instances

SITE = "123"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One zip, and what must become of it."""

    route: RouteKind
    name: str
    data: bytes
    outcome: Outcome

    @property
    def sha256(self) -> str:
        """Return the digest of its bytes."""
        return hashlib.sha256(self.data).hexdigest()


def parcels(seed: int) -> Iterator[Parcel]:
    """Give parcels: of each subject a plan, fractions, the plan again, and some with a fault."""
    for number in range(10_000):
        first, second = (f"{SITE}-{1000 + (2 * number + place) % 9000:04}" for place in (0, 1))
        one, other = _case(first, seed), _case(second, seed)
        plan = zip_instances(_planning(one))
        yield _sent(RouteKind.EXPLORER, f"{first}-plan.zip", plan)
        yield _sent(RouteKind.SMB, f"{first}-one.zip", zip_instances(_fraction(one, 1)))
        yield _sent(RouteKind.EXPLORER, f"{first}-two.zip", zip_instances(_fraction(one, 2)))
        both = [*_planning(other), *_fraction(one, 3)]
        yield _sent(RouteKind.EXPLORER, f"both-{number}.zip", zip_instances(both))
        yield _sent(RouteKind.SMB, f"{first}-plan-again.zip", plan)
        yield _sent(RouteKind.SMB, f"{second}-one.zip", zip_instances(_fraction(other, 1)))
        if number % 3 == 0:
            whole = zip_instances(_case(f"{SITE}-0{number % 1000:03}", seed, patient_id="ANONPT0117"))
            yield _sent(RouteKind.EGRESS, f"{SITE}-0{number % 1000:03}.zip", whole)
        if number % 3 == 1:
            strangers = zip_instances(_fraction(_case(f"124-{number:04}", seed), 1))
            yield Parcel(RouteKind.EXPLORER, f"strange-{number}.zip", strangers, Outcome.HELD)
        if number % 3 == 2:
            yield Parcel(RouteKind.SMB, f"letter-{number}.zip", _no_dicom(number), Outcome.REJECTED)


def _sent(route: RouteKind, name: str, data: bytes) -> Parcel:
    return Parcel(route, name, data, Outcome.ACCEPTED)


def _case(subject_id: str, seed: int, patient_id: str = "") -> Case:
    own = int.from_bytes(hashlib.sha256(f"{seed}/{subject_id}".encode()).digest()[:4])
    return build_case(
        subject_id, seed=own, patient_id=patient_id, ct_slices=3, fractions=3, cbct=3, cbct_slices=2
    )


def _planning(case: Case) -> list[Instance]:
    return [item for item in case if item.name.split("/")[1] in ("CT", "RTSTRUCT", "RTPLAN", "RTDOSE")]


def _fraction(case: Case, number: int) -> list[Instance]:
    wanted = (f"CBCT/{number:02}/", f"REG/{number:04}", f"RTRECORD/{number:04}")
    return [item for item in case if item.name.partition("/")[2].startswith(wanted)]


def _no_dicom(number: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("letter.txt", f"nothing to see here, number {number}")
    return buffer.getvalue()
