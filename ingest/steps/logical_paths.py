"""Where an instance lies within its subject's object: `planning-ct/20240304-2/1.2.3.dcm`."""

from __future__ import annotations

import hashlib
import re

from ingest.model.instance import InstanceFacts
from ingest.model.review import ObjectKind

#: Kinds that come as series of many images: a folder each.
_SERIES_KINDS = frozenset(
    {ObjectKind.PLANNING_CT, ObjectKind.IMAGE_GUIDANCE, ObjectKind.MR, ObjectKind.PET, ObjectKind.LOCALISER}
)
_UNSAFE = re.compile(r"[^0-9A-Za-z.-]")
#: What can stand as a file name as it is: every UID of the standard (PS3.5, section 9.1).
_NAME = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.-]{0,98}[0-9A-Za-z])?", re.ASCII)


def logical_path(facts: InstanceFacts, kind: str) -> str:
    """Return the path of an instance in the archive; it never changes once something is filed under it.

    Image series lie in a folder named by the day of acquisition and the series number; the rest lies
    in its kind's folder. File names are SOP Instance UIDs, which are unique within a subject.
    """
    name = f"{_file_name(facts.sop_instance_uid)}.dcm"
    if kind not in {item.value for item in _SERIES_KINDS}:
        return f"{kind}/{name}"
    day = facts.acquisition_date or facts.series_date or facts.study_date or "undated"
    number = "" if facts.series_number is None or facts.series_number < 0 else f"-{facts.series_number}"
    return f"{kind}/{_UNSAFE.sub('_', day)}{number}/{name}"


def _file_name(uid: str) -> str:
    """Return the UID, or for what is none a name that is portable and as much its own.

    A UID that is empty, too long, or begins or ends with a dot or a dash would be no name of a file, or a
    hidden one; two that differ in such characters only would share one.
    """
    if _NAME.fullmatch(uid):
        return uid
    digest = hashlib.sha256(uid.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    readable = _UNSAFE.sub("_", uid)[:64].strip("._-")
    return f"{readable}-{digest}" if readable else f"no-uid-{digest}"
