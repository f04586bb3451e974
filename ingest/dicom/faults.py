"""What is wrong with the way a file is written: values, never exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a file, under a code of the DCM section of finding_codes.toml.

    where:    tag path with item indices, or a container place.
    is_fatal: the file cannot be kept: it is left out of what is filed.
    """

    code: str
    where: str = ""
    keyword: str = ""
    detail: Mapping[str, str | int] = field(default_factory=dict)
    is_fatal: bool = False


NOT_DICOM = "DCM102"
TRUNCATED = "DCM103"
MALFORMED = "DCM104"
TOO_DEEP = "DCM105"
TOO_MANY_ELEMENTS = "DCM106"
INFLATES_TOO_FAR = "DCM107"
DEFLATE_BROKEN = "DCM108"
NO_FILE_META = "DCM109"
UNKNOWN_TRANSFER_SYNTAX = "DCM110"
WRONG_TRANSFER_SYNTAX = "DCM111"
FILE_SET = "DCM112"
META_LENGTH = "DCM113"

TRAILING_BYTES = "DCM201"
TRAILING_ZEROS = "DCM202"
PREAMBLE_NOT_ZERO = "DCM203"
PREAMBLE_PROGRAM = "DCM204"
REPEATED_ELEMENT = "DCM205"
DISORDERED = "DCM206"
NO_PREAMBLE = "DCM207"
OUT_OF_PLACE = "DCM208"

META_CLASS_DIFFERS = "DCM301"
META_INSTANCE_DIFFERS = "DCM302"
MODALITY_DIFFERS = "DCM303"
ATTRIBUTE_MISSING = "DCM304"
NOT_A_UID = "DCM305"
OBJECT_INCOMPLETE = "DCM306"
UNKNOWN_CLASS = "DCM307"
OBJECT_UNUSUAL = "DCM308"

PIXELS_MISSING = "DCM401"
PIXELS_SHORT = "DCM402"
PIXELS_LONG = "DCM403"
MATRIX_MISSING = "DCM404"
FRAMES_MISSING = "DCM405"
ENCAPSULATION_DIFFERS = "DCM406"

NOT_CHECKED = "DCM901"
TOO_MUCH_MEMORY = "DCM902"
