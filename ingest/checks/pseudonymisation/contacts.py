"""Where somebody is reached, by the form of a text: e-mail, telephones, postcodes, streets, paths."""

from __future__ import annotations

import re
from typing import Final

#: What may begin with a long run begins at the start of it only: else the time is the square of its length.
#: The last part of a domain is letters: `75 ml @2.5` is a flow.
EMAIL = re.compile(
    r"(?<![A-Za-z0-9._-])[A-Za-z0-9._-]+ at [A-Za-z0-9-]+(?:\.[A-Za-z]{2,})+\b|"
    r"(?<![A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]+ ?(?:@|\(at\)|\[at\]) ?"
    r"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+){0,8}\.[A-Za-z]{2,}|(?:[0-9]{1,3}\.){3}[0-9]{1,3})"
)
#: An address for mail that is spelt out: jo AT example DOT org, jo (at) example (dot) org.
_SPELT_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{2,64}(?:\s{1,2}at\s{1,2}|\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?|\s?@\s?)"
    r"[A-Za-z0-9-]{2,40}(?:\s?[\[({<]?\s?(?<![A-Za-z])(?:dot|punkt|punt)(?![A-Za-z])\s?[\])}>]?\s?[A-Za-z]{2,20}){1,5}"
    r"(?![A-Za-z])",
    re.IGNORECASE,
)
_TELEPHONE = re.compile(
    r"(?<![0-9A-Za-z.])(?:(?:\+|00)\s?44[\s().-]*(?:\(?0\)?)?[\s.-]*|\(?0(?=[1-37-9]))(?:[\s().-]{0,2}[0-9]){8,10}(?![0-9])"
)
_FOREIGN_TELEPHONE = re.compile(r"(?<![0-9A-Za-z])\+(?:[\s().-]{0,2}[0-9]){9,14}(?![0-9])")
#: The country's code without a sign before it; the rest of a number is ten digits.
_BARE_TELEPHONE = re.compile(
    r"(?<![0-9A-Za-z.+-])44[\s.-]?(?:\(0\)[\s.-]?)?(?:7[0-9]{3}|[12][0-9]{2,3}|3[0-9]{2})(?:[\s.-]?[0-9]){6,7}(?![0-9A-Za-z.])"
)
_DIGITS_OF_BARE: Final = (12, 13)
_EXTENSION = re.compile(
    r"\b(?:(?:tel|telephone|phone|mob|mobile|cell|fax|bleep|pager|call|contact|ext|extn|extension)\b"
    # a ring is a structure too, with doses beside it
    r"[\s.:#no]*\+?[0-9][0-9 -]{3,}|"
    r"(?:bleep|pager)[\s.:#no]*[0-9]{3}|ph\s[0-9]{3}\s?[0-9]{3,}|"
    r"(?:ring|text|txt|sms|whatsapp)\s+(?:on\s+)?\+?[0-9][0-9 ]{8,20}[0-9])",
    re.IGNORECASE,
)
_AREAS: Final = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC "
    "EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS "
    "LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP "
    "SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
_POSTCODE = re.compile(
    r"(?<![A-Z0-9])(" + "|".join(sorted(_AREAS.split(), key=len, reverse=True)) + r")[0-9][0-9A-Z]?\s?"
    r"[0-9][ABD-HJLNP-UW-Z]{2}(?![A-Z0-9])",
    re.IGNORECASE,
)
_WRITTEN_POSTCODE = re.compile(
    r"(?<![A-Z0-9])(?:" + "|".join(_AREAS.split()) + r")[0-9][0-9A-Z]? [0-9][ABD-HJLNP-UW-Z]{2}(?![A-Z0-9])"
)
#: Areas of two letters by which no node, scanner or sequence is called: their codes count however written.
_TELLING_AREAS: Final = {*_AREAS.split()} - {*"BEGLMNSW", "CT", "LN", "ML", "SE", "ST", "TA", "TR"}
_ANY_POSTCODE = re.compile(
    r"(?<![A-Z0-9])(?:" + "|".join(sorted(_TELLING_AREAS)) + r")[0-9][0-9A-Z]?[ _.-]?"
    r"[0-9](?!gy|st|nd|rd|th|h[urz])[ABD-HJLNP-UW-Z]{2}(?![A-Z0-9])",
    re.IGNORECASE,
)
#: The Irish Eircode: one of the routing keys, then four characters of which some are letters.
_EIRCODE = re.compile(
    r"(?<![A-Za-z0-9])(?:A(?:4[125]|6[37]|75|8[1-6]|9[124-68])|C15|D(?:0[1-9]|1[0-8]|2[024]|6W)|"
    r"E(?:2[15]|3[24]|4[15]|53|91)|F(?:12|2[368]|31|35|4[25]|52|56|9[1-4])|H(?:1[246]|18|23|5[34]|62|65|71|91)|"
    r"K(?:3[2467]|45|56|67|78)|N(?:37|39|41|91)|P(?:1[247]|2[45]|3[126]|43|47|51|56|61|67|72|75|81|85)|"
    r"R(?:14|21|32|35|42|45|51|56|9[35])|T(?:12|23|34|45|56)|V(?:1[45]|23|31|35|42|9[2-5])|W(?:12|23|34|91)|"
    r"X(?:35|42|91)|Y(?:14|2[15]|3[45]))[ -]?"
    r"(?=[0-9A-Z]{0,3}[0-9])(?=[0-9]{0,3}[A-Z])[0-9AC-FHKNPRTV-Y]{4}(?![A-Za-z0-9])"
)
#: The second half of every British postcode; texts without one are looked at no further.
_INWARD = re.compile(r"[0-9][A-Za-z]{2}(?![A-Za-z0-9])")
_NAMED_POSTCODE = re.compile(
    r"\bpost\s?code[\s.:=is-]{0,5}[A-Z]{1,2}[0-9][0-9A-Z]?[ _.-]?[0-9][A-Z]{2}(?![A-Z0-9])", re.IGNORECASE
)
#: Addresses of the Army, of what3words, of the National Grid, and Open Location Codes.
_GRIDDED = re.compile(
    r"\bBFPO\s?[0-9]{1,4}\b|///\s?[a-z]{2,}\.[a-z]{2,}\.[a-z]{2,}|\b(?:w3w|what3words)\b.{0,3}[a-z]{2,}\.[a-z]{2,}\.[a-z]{2,}|"
    r"\bgrid\s?ref\w*[\s:.]+[A-Z]{2}\s?[0-9]{2,5}\s?[0-9]{2,5}|(?<![A-Z0-9])[2-9CFGHJMPQRVWX]{8}\+[2-9CFGHJMPQRVWX]{2,3}(?![A-Z0-9])",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"(?<![0-9])[0-9]{1,4}[a-z]?,?\s+((?:[A-Za-z']{2,}\s+){1,3})(?:street|st|road|rd|avenue|ave|drive|close|crescent|gardens|"
    r"terrace|way|grove|mews|walk|lane|court|place|cl|cres|gdns|terr)\b",
    re.IGNORECASE,
)
#: A box at a post office.
_POST_BOX = re.compile(
    r"(?<![A-Za-z])(?:P\.?\s?O\.?\s?Box|Post\s?box|Postfach|Postbus|Postboks|Postlokero|Bo[iî]te\s?postale|GPO\s?Box|"
    r"(?:Locked|Private)\s?Bag|Apartado|Casella\s?postale|Skr\.\s?poczt\.)[\s.:#no]{0,4}[0-9]{1,6}",
    re.IGNORECASE,
)
#: A street as the Continent writes it, its number behind it. What ends so is no organ: Luftweg, Hilfsring.
_STREET_ABROAD = re.compile(
    r"(?<![^\W\d_])[^\W\d_]{2,30}(?:stra(?:ss|ß)e|str\.|straat|laan|gracht|kade|plantsoen|allee|gasse|chaussee|"
    r"gatan|gata|gade|veien|vegen|vägen|vej|stræde|katu|tie)\s{1,2}[1-9][0-9]{0,3}\s?[a-z]?(?![0-9^\W\d_])|"
    r"(?-i:[A-ZÀ-Þ])[^\W\d_]{3,20}s?\s(?:gate|gata|gatan|gade|vei|v[äa]g|stra(?:ss|ß)e|straat|laan|allee|plads|torg)\s"
    r"[1-9][0-9]{0,3}[a-z]?(?![0-9^\W\d_])|"
    r"(?<![0-9.])[0-9]{1,4}(?:\s?(?:bis|ter))?,?\s(?:rue|avenue|boulevard|chemin|impasse|all[ée]e|quai|place)\s"
    r"(?:de|du|des|d['’]|la|le|l['’])|"
    r"(?<![^\W\d_])(?:rue|avenue|boulevard|bd|chemin|impasse|via|viale|corso|piazza|calle|avda|avenida|plaza|rua|"
    r"travessa|ulica|ul|aleja|utca|strada)\.?\s(?:(?:de|du|des|di|da|do|della|del|la|le)\s(?:la\s)?)?"
    r"(?-i:[A-ZÀ-Þ])[^\W\d_]{2,30}(?:\s(?-i:[A-ZÀ-Þ])[^\W\d_]{2,30})?,?\s[1-9][0-9]{0,3}(?![0-9.])",
    re.IGNORECASE,
)
#: A number, a street or another place that is lived in, a postal code of four or five digits and a town.
_TOWN_ABROAD = re.compile(
    r"[A-ZÀ-Þ][^\W\d_]{3,30}\.?\s[1-9][0-9]{0,3}\s?[a-zA-Z]?,\s{0,2}(?:(?:A|B|CH|D|DK|F|I|L|N|NL|S|SE|NO)-)?"
    r"[0-9]{4,5}\s?(?:[A-Z]{2}\s)?\s?[A-ZÀ-Þ][^\W\d_]{2,30}"
)
#: A state and a postal code, of Australia and of the United States, with a town before it.
_TOWN_AND_STATE = re.compile(
    r"(?<![A-Za-z])(?:(?:NSW|QLD|TAS)\s{1,2}[0-9]{4}|[A-Z][a-z]{3,20},?\s(?:VIC|WA|SA|NT|ACT)\s{1,2}[0-9]{4}|"
    r"[A-Z][a-z]{3,20},\s(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|"
    r"S[CD]|T[NX]|UT|V[AT]|W[AIVY])\s[0-9]{5})(?![0-9])"
)
_PATH = re.compile(r"\b[A-Za-z]:\\{1,2}\w|/(?:home|users|mnt)/\w", re.IGNORECASE)
#: Where several values may stand, a double backslash is an empty value; makers give addresses of their own.
_ADDRESS = re.compile(r"\\\\[\w.-]{2,}\\|\b(?:https?|ftp|file|smb)://", re.IGNORECASE)


def has_telephone(text: str) -> bool:
    """Say whether a text holds a telephone number, or a word for one and digits."""
    return bool(_TELEPHONE.search(text) or _FOREIGN_TELEPHONE.search(text) or _EXTENSION.search(text))


def has_bare_telephone(text: str) -> bool:
    """Say whether a text holds a British telephone number that begins with 44 alone."""
    return any(
        sum(map(str.isdigit, match.group())) in _DIGITS_OF_BARE for match in _BARE_TELEPHONE.finditer(text)
    )


def has_email(text: str) -> bool:
    """Say whether a text holds an e-mail address."""
    return bool(EMAIL.search(text) or _SPELT_EMAIL.search(text))


def has_postcode(text: str) -> bool:
    """Say whether a text holds a UK postcode of an existing area; nodal labels such as LN1 2GY fit too."""
    return bool(_INWARD.search(text) and _POSTCODE.search(text))


def has_postcode_alone(text: str) -> bool:
    """Say whether a text holds a postcode as it is written, with a space, and not before a dose in Gy."""
    return _INWARD.search(text) is not None and any(
        not match.group().endswith("GY") for match in _WRITTEN_POSTCODE.finditer(text)
    )


def has_telling_postcode(text: str) -> bool:
    """Say whether a text holds a postcode, however written, of a form that no node or series has."""
    if _INWARD.search(text) and (_ANY_POSTCODE.search(text) or _NAMED_POSTCODE.search(text)):
        return True
    return bool(_EIRCODE.search(text))


def has_gridded_address(text: str) -> bool:
    """Say whether a text holds an address by words or by a grid, such as what3words."""
    return bool(_GRIDDED.search(text))


def has_street(text: str, known: frozenset[str]) -> bool:
    """Say whether a text holds a house number with a street; `known`: words of which no street is called."""
    return any(
        not all(word.lower() in known for word in match.group(1).split()) for match in _STREET.finditer(text)
    )


def has_address_abroad(text: str) -> bool:
    """Say whether a text holds a box at a post office, or a street or town as other countries write them."""
    return any(form.search(text) for form in (_POST_BOX, _STREET_ABROAD, _TOWN_ABROAD, _TOWN_AND_STATE))


def has_path(text: str) -> bool:
    """Say whether a text holds a path on a computer."""
    return bool(_PATH.search(text))


def has_address(text: str) -> bool:
    """Say whether a text holds the address of a computer or a share."""
    return bool(_ADDRESS.search(text))
