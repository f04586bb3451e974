"""Who did something, by initials or a user's name: `approved (KP)`, `Chk: KP`, `cons. EJH`, `planner=kpx`."""

from __future__ import annotations

import re
from typing import Final

from ingest.checks.pseudonymisation.folding import fold
from ingest.checks.pseudonymisation.lexicon import Lexicon, WordClass

_DONE: Final = (
    "approved|approval|appr|appd|app'd|checked|chkd|chked|ck'd|verified|vfd|reviewed|planned|plnd|contoured|"
    "outlined|drawn|delineated|segmented|edited|exported|signed|sign(?:ed)?[ -]?off|authori[sz]ed|prescribed|"
    "scanned|ok'?d|qa'd|peer[ -]review(?:ed)?|accepted|witnessed|validated|released|gepr[uü]ft|geprueft|"
    "freigegeben|gezeichnet|akkoord|gecontroleerd|goedgekeurd|valid[ée]|v[ée]rifi[ée]|godkendt|godkjent|godk[aä]nd"
)
_PERSONS: Final = (
    "cons|consultant|physicist|dosimetrist|planner|registrar|spr|clinician|oncologist|radiographer|reviewer|"
    "author|operator|approver|checker|contourer|initials|consultant[ -]initials|arzt|physiker|planer|arts|"
    "fysicus|laborant|m[ée]decin|physicien|l[aä]ge|l[aä]kare|fysiker"
)
#: Words that may stand before other capitals too: only letters that nobody knows, and two of them.
_CHECKS: Final = (
    "chk|check|1st[ -]check|2nd[ -]check|second[ -]check|3rd[ -]check|mu[ -]check|calc|onc|phys|auth|appr"
)
_CAPITALS: Final = r"([A-Z](?:Mc|Mac)?[A-Z]{1,2})(?![A-Za-z0-9])"
_OF_DOING = re.compile(rf"(?<![A-Za-z])(?i:{_DONE})\s?(?:[:=(\[/]|--?|by\s)[\s:.(-]{{0,3}}{_CAPITALS}")
_OF_PERSON = re.compile(rf"(?<![A-Za-z])(?i:{_PERSONS})[\s.:=(\[/-]{{1,3}}{_CAPITALS}")
_OF_CHECK = re.compile(rf"(?<![A-Za-z])(?i:{_CHECKS})\.?\s?[:=(\[]\s?([A-Z]{{2}})(?![A-Za-z0-9])")
#: The user of a computer, in small letters.
_USER = re.compile(
    r"(?<![A-Za-z])(?i:planner|user(?:[ _-]?(?:name|id))?|author|operator|log[io]n|physicist|dosimetrist|"
    r"approver|reviewer|checker|contourer|owner|creator|"
    r"(?:approved|reviewed|planned|checked|created|modified|exported|saved)[ _-]?by)"
    r"\s?[=:]\s?[\"']?([a-z]{2,20})[0-9]{0,3}(?![A-Za-z0-9@.])"
)
#: A patient's initials with points, and initials around a particle: Pt. A.B.-C., F.vdW.
_PATIENT = re.compile(r"(?<![A-Za-z])(?i:pt|pat|patient)[\s.:=-]{1,3}[A-Z]\.\s?-?[A-Z]\.")
_PARTICLE = re.compile(
    r"(?<![A-Za-z.])[A-Z]\.\s?(?:v\.?d\.?|van|von|vom|zu|de|den|der|du|da|dos|la|le|ter|ten|O['’]|Mc|Mac|Fitz)\s?[A-Z]"
    r"(?:\.|(?![A-Za-z]))"
)


def has_author(text: str, lexicon: Lexicon) -> bool:
    """Say whether a text gives initials or a user's name for who did something, or for the patient."""
    if _PATIENT.search(text) or _PARTICLE.search(text):
        return True
    found = (letters for form in (_OF_DOING, _OF_PERSON, _OF_CHECK) for letters in form.findall(text))
    if any(_is_unknown(letters.lower(), lexicon) for letters in found):
        return True
    return any(
        _is_unknown(user, lexicon) and lexicon.classify(user) is not WordClass.KNOWN
        for user in map(fold, _USER.findall(text))
    )


def _is_unknown(letters: str, lexicon: Lexicon) -> bool:
    """Say whether letters mean nothing to us, neither as a word of the trade nor as a program's name."""
    return letters not in lexicon.vocabulary and letters not in lexicon.scale.letters["makers"]
