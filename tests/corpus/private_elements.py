"""Private elements as scanners and planning systems write them, and what a leak is in the very same ones.

From public knowledge: conformance statements and published headers. A row: creator, element (ggggxxee), VR in
an explicit file, value. Every row is tried as UN too, as the value is met in Implicit VR.
"""

from __future__ import annotations

import struct
from typing import Final

Row = tuple[str, str, str, bytes]


def _texts(creator: str, vr_values: str) -> list[Row]:
    """Rows of lines `ggggxxee VR value`."""
    rows = []
    for line in vr_values.strip().splitlines():
        element, vr, value = line.strip().split(" ", 2)
        rows.append((creator, element, vr, value.encode() + b" " * (len(value) % 2)))
    return rows


SIEMENS: Final = [
    *_texts(
        "SIEMENS MR HEADER",
        """
        0019xx08 CS IMAGE NUM 4
        0019xx09 LO 1.0
        0019xx0B DS 102.5
        0019xx0C IS 800
        0019xx0D CS DIRECTIONAL
        0019xx0F SH Fast
        0019xx11 SH No
        0019xx14 IS 0\\0\\-37
        0019xx18 IS 5300
        0051xx08 CS IMAGE NUM 4
        0051xx09 LO 1.0
        0051xx0A SH TA 02:14*2
        0051xx0B SH 256p*320
        0051xx0C SH FoV 200*200
        0051xx0D SH SP -37.5
        0051xx0E SH Tra
        0051xx0F LO BO1,2;SP2-4
        0051xx11 LO p2
        0051xx13 SH +LPH
        0051xx16 LO p2 M/NORM/DIS2D
        0051xx17 SH SL 3.0
        0051xx19 LO A1/IR
        """,
    ),
    ("SIEMENS MR HEADER", "0019xx0A", "US", struct.pack("<H", 42)),
    ("SIEMENS MR HEADER", "0019xx0E", "FD", struct.pack("<3d", 0.7071, -0.7071, 0.0)),
    ("SIEMENS MR HEADER", "0019xx28", "FD", struct.pack("<d", 23.148)),
    *_texts(
        "SIEMENS CSA HEADER",
        """
        0029xx08 CS IMAGE NUM 4
        0029xx09 LO 1.0
        0029xx18 CS MR
        """,
    ),
    *_texts(
        "SIEMENS CT VA0  COAD",
        """
        0019xx10 IS 475
        0019xx22 DS 1.2
        0019xx80 CS HEAD
        0019xx82 CS ADULT
        0019xxA2 CS SLIM
        0019xxAA CS STANDARD
        0019xxB0 DS 19.2
        """,
    ),
    *_texts("SIEMENS MED NM", "0033xx32 LO NaI\n0035xx01 LO Standard"),
]

GE: Final = [
    *_texts(
        "GEMS_IDEN_01",
        """
        0009xx01 LO CT_LIGHTSPEED
        0009xx02 SH RTCT1
        0009xx04 SH Optima CT580 RT
        0009xx04 SH Discovery MI
        0009xx04 SH SIGNA
        """,
    ),
    ("GEMS_IDEN_01", "0009xx27", "SL", struct.pack("<i", 1_605_171_023)),
    *_texts(
        "GEMS_ACQU_01",
        """
        0019xx03 DS 389.750000
        0019xx18 LO I
        0019xx1A LO S
        0019xx23 DS 20.625000
        0019xx9C LO EFGRE3D
        0019xx9E LO fse-xl
        0019xx1E DS 500.000000
        """,
    ),
    ("GEMS_ACQU_01", "0019xx02", "SL", struct.pack("<i", 848)),
    *_texts(
        "GEMS_PARM_01",
        """
        0043xx27 SH 0.516:1
        0043xx1E DS 2.988821
        0043xx8A CS ROW
        0043xx97 LO rb0\\rb1
        0043xx6E SH Auto mA
        """,
    ),
    ("GEMS_PARM_01", "0043xx40", "FL", struct.pack("<f", 278.67)),
    ("GEMS_PARM_01", "0043xx12", "SS", struct.pack("<3h", 99, 99, 99)),
    ("GEMS_PARM_01", "0043xx28", "OB", b"00"),
    *_texts("GEMS_HELIOS_01", "0045xx06 CS OUT OF GANTRY\n0045xx3B LO None"),
    *_texts("GEHC_CT_ADVAPP_001", "0053xx41 SH ASIR\n0053xx42 LO ASIR-V 40%\n0053xx66 LO 120kV"),
    *_texts("GEMS_PETD_01", "0009xx36 LO FDG\n0009xx3E SH 18F\n0009xx60 SH 1.00"),
]

PHILIPS: Final = [
    *_texts(
        "Philips Imaging DD 001",
        """
        2001xx06 CS N
        2001xx07 CS M
        2001xx0B CS TRANSVERSAL
        2001xx0C CS OFF
        2001xx10 CS NO
        2001xx1C CS INV
        2001xx1F CS BREATH HOLD
        2001xx20 LO TSE
        2001xx25 SH 80
        2001xx87 SH 1H
        2001xx8B SH B
        2001xxCC ST FFE M
        """,
    ),
    ("Philips Imaging DD 001", "2001xx03", "FL", struct.pack("<f", 800.0)),
    ("Philips Imaging DD 001", "2001xx0A", "IS", b"12"),
    *_texts(
        "Philips MR Imaging DD 001",
        """
        2005xx04 CS PORTRAIT
        2005xx13 CS N
        2005xx15 CS YES
        2005xx2C CS LINEAR
        2005xx36 CS PARALLEL
        2005xx6E CS TSE
        2005xx6F CS 3D
        2005xxA1 CS IMAGE
        """,
    ),
    *_texts(
        "Philips MR Imaging DD 005",
        "2005xx0B LO normalized\n2005xx19 CS NORMAL\n2005xx3A LT 4.1\n2005xx4F CS NO",
    ),
    *_texts("Philips PET Private Group", "7053xx00 DS 0.00062\n7053xx03 ST recon BLOB-OS-TF"),
    *_texts("ELSCINT1", "01F1xx01 CS HELICAL\n01F1xx02 CS STANDARD\n01F1xx4B SH 16x0.75\n01F1xx07 DS 46.7"),
]

CANON: Final = _texts(
    "TOSHIBA_MEC_CT3",
    """
    7005xx06 SH OFF
    7005xx08 DS 0.5
    7005xx0B SH ORG
    7005xx0F SH HEAD FIRST
    7005xx12 SH SUPINE
    7005xx1B SH FC18
    """,
)

VARIAN: Final = [
    (
        "Varian Medical Systems VISION 3253",
        "3253xx00",
        "OB",
        (
            b'<?xml version="1.0" encoding="utf-8"?><ExtendedVAPlanInterface Version="1"><Beams><Beam>'
            b"<ReferencedBeamNumber>1</ReferencedBeamNumber><Extensions><FieldOrder>1</FieldOrder>"
            b"<GatingAllowed>false</GatingAllowed></Extensions></Beam></Beams></ExtendedVAPlanInterface> "
        ),
    ),
    *_texts(
        "Varian Medical Systems VISION 3253",
        "3253xx01 IS 1804\n3253xx02 LO ImageProcessing\n3253xx02 LO ExtendedVAPlanInterface",
    ),
    *_texts(
        "Varian Medical Systems VISION 3267", "3267xx00 LO Target\n3267xx00 LO BODY\n3267xx00 LO PTV_6000"
    ),
]

ELEKTA: Final = [
    *_texts("IMPAC", "300Bxx03 CS ON\n300Bxx06 CS NORMAL\n300Bxx09 CS OFF\n300Bxx92 IS 1200"),
    ("IMPAC", "300Bxx02", "FL", struct.pack("<f", 112.5)),
    ("IMPAC", "300Bxx94", "FL", struct.pack("<4f", -25.0, 10.0, -20.0, 10.0)),
]

RAYSEARCH: Final = [
    *_texts(
        "RAYSEARCHLABS 2.0",
        """
        4001xx10 ST Water
        4001xx11 DS 60
        4001xx21 LO Beam 1
        4001xx33 CS CONSTANT
        4001xx44 CS ORGAN
        4001xx45 IS 255\\128\\0
        4001xx57 CS STATIC
        4001xx60 LO 1.0
        4001xx50 UI 1.2.752.243.1.1.20240312101500.1200.4471
        """,
    ),
    ("RAYSEARCHLABS 2.0", "4001xx04", "FL", struct.pack("<f", 6.35)),
]

TOMO: Final = _texts(
    "TOMO_HA_01", "300Dxx10 CS NONE\n300Dxx12 IS 3\n300Dxx14 DS 2.4\n300Dxx16 IS 100\n300Dxx17 IS 250"
)

BY_MAKER: Final = {
    "Siemens": SIEMENS,
    "GE": GE,
    "Philips": PHILIPS,
    "Canon": CANON,
    "Varian": VARIAN,
    "Elekta": ELEKTA,
    "RaySearch": RAYSEARCH,
    "Accuray": TOMO,
}
CLEAN: Final = [row for rows in BY_MAKER.values() for row in rows]

#: What may not pass in any of these elements, whatever its VR.
LEAKED_TEXTS: Final = (
    "SMITH^JOHN",
    "Smith",
    "WHITCOMBE",
    "Jane Whitcombe",
    "Dr Patel",
    "Okonkwo",
    "DIXON",
    "Long Green",
    "GREEN 1948",
    "JS",
    "JS52",
    "A.B.",
    "K Long",
    "by JS",
    "PTV_JS",
    "19480311",
    "1948-03-11",
    "03.11.1948",
    "11 Mar 1948",
    "20240312",
    "DOB 480311",
    "9434765919",
    "943 476 5919",
    "RT23/00412",
    "A1234567",
    "1234567",
    "482113",
    "MRN 4821",
    "jane@example.org",
    "07700 900123",
    "LN1 2GY",
    "Northfield Hospital",
    "patient was anxious today",
    "her husband drove her",
    "room of the tall man",
    "S M I T H",
    "Sm1th",
    "htimS",
    "U21pdGg=",
    "534d495448",
    "123-1004",
)
