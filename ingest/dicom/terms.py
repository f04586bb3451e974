"""Closed lists of code strings (PS3.3): any other value is kept as "OTHER", so that no free text stays."""

from __future__ import annotations

OTHER = "OTHER"

IMAGE_TYPES = frozenset(
    {"ORIGINAL", "DERIVED", "PRIMARY", "SECONDARY", "AXIAL", "LOCALIZER", "VOLUME", "RESAMPLED", "MPR", "MIP"}
    | {"PROJECTION IMAGE", "DRR", "PORTAL", "SIMULATOR", "RADIOGRAPH", "BLANK", "FLUENCE", "M", "P", "R", "I"}
    | {
        "M_FFE",
        "M_SE",
        "M_IR",
        "ADC",
        "DIFFUSION",
        "NORM",
        "ND",
        "DIS2D",
        "DIS3D",
        "AVERAGE",
        "CBCT",
        "REFORMATTED",
    }
    | {
        "STATIC",
        "DYNAMIC",
        "GATED",
        "WHOLE BODY",
        "RECON TOMO",
        "PJN",
        "VELOCITY MAP",
        "MIXED",
        "NONE",
        "SUB",
    }
)
MODALITIES = frozenset(
    {"CT", "MR", "PT", "NM", "US", "CR", "DX", "MG", "XA", "RF", "SC", "OT", "RTSTRUCT", "RTPLAN", "RTDOSE"}
    | {
        "RTIMAGE",
        "RTRECORD",
        "REG",
        "FID",
        "SEG",
        "PR",
        "KO",
        "SR",
        "DOC",
        "RWV",
        "RTINTENT",
        "RTSEGANN",
        "RTRAD",
    }
    | {
        "IO",
        "PX",
        "RG",
        "IVUS",
        "ECG",
        "ES",
        "GM",
        "OP",
        "SM",
        "XC",
        "AU",
        "PLAN",
        "M3D",
        "TG",
        "IVOCT",
        "OCT",
    }
)
SEXES = frozenset({"M", "F", "O"})
PLAN_INTENTS = frozenset(
    {"CURATIVE", "PALLIATIVE", "PROPHYLACTIC", "VERIFICATION", "MACHINE_QA", "RESEARCH", "SERVICE"}
)
APPROVALS = frozenset({"APPROVED", "UNAPPROVED", "REJECTED"})
DELIVERY_TYPES = frozenset(
    {"TREATMENT", "OPEN_PORTFILM", "TRMT_PORTFILM", "CONTINUATION", "SETUP", "VERIFICATION"}
)
SUMMATIONS = frozenset(
    {"PLAN", "MULTI_PLAN", "PLAN_OVERVIEW", "FRACTION", "BEAM", "BRACHY", "FRACTION_SESSION", "BEAM_SESSION"}
    | {"BRACHY_SESSION", "CONTROL_POINT", "RECORD"}
)
DOSE_UNITS = frozenset({"GY", "RELATIVE"})
DOSE_TYPES = frozenset({"PHYSICAL", "EFFECTIVE", "ERROR"})
TERMINATIONS = frozenset({"NORMAL", "OPERATOR", "MACHINE", "UNKNOWN"})
ROI_TYPES = frozenset(
    {"EXTERNAL", "PTV", "CTV", "GTV", "ITV", "TREATED_VOLUME", "IRRAD_VOLUME", "OAR", "BOLUS", "AVOIDANCE"}
    | {
        "ORGAN",
        "MARKER",
        "REGISTRATION",
        "ISOCENTER",
        "CONTRAST_AGENT",
        "CAVITY",
        "BRACHY_CHANNEL",
        "CONTROL",
    }
    | {"BRACHY_ACCESSORY", "BRACHY_SRC_APP", "BRACHY_CHNL_SHLD", "SUPPORT", "FIXATION", "DOSE_REGION"}
    | {"DOSE_MEASUREMENT"}
)
TARGET_TYPES = frozenset({"PTV", "CTV", "GTV", "ITV"})


def closed(text: str, allowed: frozenset[str]) -> str:
    """Return `text` where the list has it, "" where it is empty, else "OTHER"."""
    return text if text in allowed or not text else OTHER
