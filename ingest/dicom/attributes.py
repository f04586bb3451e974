"""Attributes that mean something to the service itself, by tag."""

from __future__ import annotations

PATIENT_NAME, PATIENT_ID = 0x00100010, 0x00100020
SPONSOR, PROTOCOL_ID, TRIAL_SITE_ID, TRIAL_SUBJECT_ID = 0x00120010, 0x00120020, 0x00120030, 0x00120040
#: Every attribute that the service may write; the content digest leaves them out.
STAMPED = frozenset({PATIENT_NAME, PATIENT_ID, SPONSOR, PROTOCOL_ID, TRIAL_SITE_ID, TRIAL_SUBJECT_ID})
#: InstanceCreationDate, InstanceCreationTime, InstanceCreatorUID, DataSetTrailingPadding.
WHEN_WRITTEN = frozenset({0x00080012, 0x00080013, 0x00080014, 0xFFFCFFFC})
CHARSET = 0x00080005


def is_content(tag: int, is_top: bool) -> bool:
    """Does an element belong to what a file says: no group length, not stamped, not of its writing?"""
    return tag & 0xFFFF != 0 and not (is_top and tag in STAMPED | WHEN_WRITTEN)
