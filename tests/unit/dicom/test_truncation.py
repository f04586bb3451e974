"""A file cut off at any place is never taken as whole.

One cut leaves an object that the standard calls whole: a structure set without its approval, an optional
module (PS3.3 Table A.19.3-1). It is said (DCM308) and not held, for programs that write no approval.
"""

import pytest

from ingest.checks.codes import load_codes
from ingest.model.finding import Effect
from tests.builders import build_case, encode
from tests.dicom_readings import faults_of

pytestmark = pytest.mark.slow

#: Of a larger file the cuts are this far apart, but every one of the first and last so many is made.
_STEP = 97
#: (300E,0002), as it begins in Implicit and in Explicit VR Little Endian.
_APPROVAL_STATUS = bytes.fromhex("0e300200")
_DENSE = 3000


def cuts(size: int) -> list[int]:
    if size < 4 * _DENSE:
        return list(range(size))
    return [*range(_DENSE), *range(_DENSE, size - _DENSE, _STEP), *range(size - _DENSE, size)]


@pytest.mark.parametrize("modality", ["CT", "RTDOSE", "RTSTRUCT"])
def test_no_cut_is_taken_as_whole(modality: str) -> None:
    case = build_case("123-1001", ct_slices=2, fractions=1, cbct=0)
    data = encode(next(item.dataset for item in case if item.dataset.Modality == modality))
    assert faults_of(data) == []
    codes = load_codes()
    before_approval = data.find(_APPROVAL_STATUS) if modality == "RTSTRUCT" else None
    for cut in cuts(len(data)):
        found = faults_of(data[:cut])
        is_held = any(codes[fault.code].effect is Effect.HOLD for fault in found)
        assert is_held or (cut == before_approval and [fault.code for fault in found] == ["DCM308"]), cut
