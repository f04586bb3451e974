"""What three hospitals send in the demonstration: six zips on four routes, some of them with a fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.demo.synthetic import Instance, build_case, zip_instances
from ingest.model.route import RouteKind

#: Bytes that are written at a time when an upload is played.
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Parcel:
    """One zip as a site sends it. `story`: what is in it, for the demonstration's table."""

    route: RouteKind
    site: str
    name: str
    story: str
    build: Callable[[], bytes]
    is_cut_short: bool = False


def parcels() -> tuple[Parcel, ...]:
    """Return the demonstration's zips in the order in which they are sent."""
    return (
        Parcel(RouteKind.EGRESS, "123", "123-1001.zip", "one patient, complete", _egress),
        Parcel(
            RouteKind.EXPLORER, "124", "week-12.zip", "three patients, a name left in one plan", _explorer
        ),
        Parcel(RouteKind.EXPLORER, "123", "clinic-4.zip", "a study ID of another site", _other_site),
        Parcel(RouteKind.SMB, "123", "fractions-march.zip", "two patients, one without its dose", _smb),
        Parcel(RouteKind.SMB, "124", "124-2004.zip", "a copy that was cut short", _cut, is_cut_short=True),
        Parcel(RouteKind.HTP, "125", "125-3001.zip", "one patient by the trial's uploader", _htp),
    )


def _case(subject_id: str, seed: int, patient_id: str = "") -> list[Instance]:
    return build_case(
        subject_id, seed=seed, patient_id=patient_id, ct_slices=24, fractions=5, cbct=5, cbct_slices=6
    )


def _egress() -> bytes:
    return zip_instances(_case("123-1001", 11, patient_id="ANONPT0117"))


def _explorer() -> bytes:
    leaking = _case("124-2002", 22)
    for instance in leaking:
        if instance.dataset.Modality == "RTPLAN":
            instance.dataset.ReviewerName = "Hallworth^Imogen"
            instance.dataset.RTPlanDescription = "as discussed with Dr Hallworth"
    return zip_instances([*_case("124-2001", 21), *leaking, *_case("124-2003", 23)])


def _other_site() -> bytes:
    return zip_instances(_case("124-2009", 31))


def _smb() -> bytes:
    without_dose = [item for item in _case("123-1002", 41) if item.dataset.Modality != "RTDOSE"]
    return zip_instances([*without_dose, *_case("123-1003", 42)])


def _cut() -> bytes:
    whole = zip_instances(_case("124-2004", 51))
    return whole[: len(whole) * 3 // 5]


def _htp() -> bytes:
    return zip_instances(_case("125-3001", 61))


def drop(parcel: Parcel, data: bytes, folder: Path) -> Path:
    """Put a zip into a share's folder as its route would; return where it lies then.

    HTP writes `NAME.zip.part` and renames; the others write under the final name, piece by piece.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / parcel.name
    writing = target.with_name(f"{target.name}.part") if parcel.route is RouteKind.HTP else target
    with writing.open("wb") as upload:
        for start in range(0, len(data), _PIECE):
            upload.write(data[start : start + _PIECE])
    if writing != target:
        writing.rename(target)
    return target
