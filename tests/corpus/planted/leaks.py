"""Files with one leak each: one place and one form. `where` is the tag path that a finding must name."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.model.route import RouteKind
from tests.corpus.planted.bases import base, put, saved, where_of

NHS = "9434765919"


@dataclass(frozen=True)
class Leak:
    """One planted package. `files`: name and bytes; the container's own leaks have a clean file."""

    name: str
    where: str
    files: tuple[tuple[str, bytes], ...]
    package_name: str = "upload.zip"
    comment: bytes = b""
    extra: bytes = b""
    route: RouteKind = RouteKind.EXPLORER
    allowed: frozenset[str] = field(default=frozenset({"123-1001"}))


#: Attributes that identify by being filled: (modality, path, value).
FILLED: tuple[tuple[str, str, str], ...] = (
    ("CT", "PatientName", "SMITH^JOHN"),
    ("CT", "PatientName", "smith^john^^mr"),
    ("CT", "PatientName", "John Smith"),
    ("CT", "PatientName", "123-1001^Smith"),
    ("CT", "PatientName", "Zbigniew"),
    ("CT", "PatientBirthDate", "19540312"),
    ("CT", "PatientBirthDate", "19540101"),
    ("CT", "PatientBirthTime", "12th March"),
    ("CT", "OtherPatientIDs", "RXH123456"),
    ("CT", "OtherPatientNames", "SMYTHE^JON"),
    ("CT", "OtherPatientIDsSequence[0].PatientID", "RXH1234567"),
    ("CT", "PatientBirthName", "COOPER^ANN"),
    ("CT", "PatientMotherBirthName", "HARRIS"),
    ("CT", "PatientAddress", "12 Mill Lane"),
    ("CT", "PatientTelephoneNumbers", "223344"),
    ("CT", "PatientTelecomInformation", "j@x"),
    ("CT", "MilitaryRank", "Corporal"),
    ("CT", "BranchOfService", "Royal Navy"),
    ("CT", "EthnicGroup", "White British"),
    ("CT", "Occupation", "miner"),
    ("CT", "PatientReligiousPreference", "Methodist"),
    ("CT", "AdditionalPatientHistory", "Retired teacher, lives alone"),
    ("CT", "PatientComments", "very anxious, hard of hearing"),
    ("CT", "MedicalAlerts", "MRSA, known to ward"),
    ("CT", "Allergies", "penicillin (severe)"),
    ("CT", "CountryOfResidence", "Wales"),
    ("CT", "RegionOfResidence", "Cambridgeshire"),
    ("CT", "SpecialNeeds", "interpreter"),
    ("CT", "PatientState", "drowsy"),
    ("CT", "CurrentPatientLocation", "D9 bed 4"),
    ("CT", "InsurancePlanIdentification", "BUPA 44821"),
    ("CT", "MedicalRecordLocator", "shelf 44"),
    ("CT", "AdmissionID", "A44821"),
    ("CT", "ServiceEpisodeID", "E-10442"),
    ("CT", "ReferringPhysicianName", "Jones^Emma^^Dr"),
    ("CT", "PerformingPhysicianName", "PATEL"),
    ("CT", "NameOfPhysiciansReadingStudy", "Khan^A"),
    ("CT", "PhysiciansOfRecord", "Okonkwo^Ada"),
    ("CT", "OperatorsName", "kate"),
    ("CT", "OperatorsName", "KP"),
    ("CT", "RequestingPhysician", "Fotheringay"),
    ("CT", "ReferringPhysicianTelephoneNumbers", "3345"),
    ("CT", "ReferringPhysicianAddress", "The Surgery"),
    ("CT", "ScheduledPerformingPhysicianName", "Li^Wei"),
    ("CT", "ResponsiblePerson", "SMITH^MARY"),
    ("CT", "PatientBirthDateInAlternativeCalendar", "5714-07-07"),
    ("CT", "AccessionNumber", "RJ5012345678"),
    ("CT", "AccessionNumber", "4418823"),
    ("CT", "RequestedProcedureID", "RP558812"),
    ("CT", "PlacerOrderNumberImagingServiceRequest", "ORD5588123"),
    ("CT", "FillerOrderNumberImagingServiceRequest", "FIL5588123"),
    ("CT", "InstitutionName", "Addenbrooke's Hospital"),
    ("CT", "InstitutionName", "Northfield"),
    ("CT", "InstitutionAddress", "Hills Road, Cambridge CB2 0QQ"),
    ("CT", "InstitutionalDepartmentName", "Ward D9 Smith Unit"),
    ("CT", "RequestingService", "Dr Foster clinic"),
    ("CT", "RequestAttributesSequence[0].ScheduledProcedureStepID", "SPS558812"),
    ("CT", "ReferencedPatientPhotoSequence[0].PatientID", "RXH1234567"),
    ("CT", "PersonIdentificationCodeSequence[0].CodeMeaning", "Smith, Janet (radiographer)"),
    ("CT", "ClinicalTrialSubjectID", "123-1002"),
    ("CT", "ClinicalTrialSubjectReadingID", "JS54"),
    ("CT", "ClinicalTrialSiteID", "124"),
    ("CT", "ClinicalTrialSiteName", "Northfield General Hospital"),
    ("CT", "OriginalAttributesSequence[0].ModifiedAttributesSequence[0].PatientID", "77812"),
    ("CT", "OriginalAttributesSequence[0].ModifyingSystem", "PACS"),
    ("RTSTRUCT", "ReviewerName", "WHITFIELD^S"),
    ("RTSTRUCT", "RTROIObservationsSequence[0].ROIInterpreter", "whitfield"),
    (
        "RTSTRUCT",
        "ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0].PatientName",
        "SMITH^JOHN",
    ),
    ("RTPLAN", "BeamSequence[2].InstitutionName", "Papworth"),
    ("RTPLAN", "BeamSequence[0].OperatorsName", "HALL^B"),
    ("RTPLAN", "BeamSequence[0].InstitutionalDepartmentName", "Lady Mary Fairhaven"),
    ("RTRECORD", "TreatmentSessionBeamSequence[1].OperatorsName", "Jo^Brand"),
    ("RTRECORD", "TreatmentSessionBeamSequence[0].OverrideSequence[0].OperatorsName", "RG1"),
    ("REG", "ContentCreatorName", "ELLIS^M"),
    ("CT", "ContributingEquipmentSequence[0].InstitutionName", "Royal Surrey"),
    ("CT", "ContributingEquipmentSequence[0].OperatorsName", "Reeves"),
    ("CT", "EncapsulatedDocument", b"%PDF-1.4 nothing\0"),  # type: ignore[arg-type]
    ("CT", "RetrieveURL", "http://pacs01.northfield.local/wado?id=1"),
    ("CT", "PatientSizeCodeSequence[0].CodeMeaning", "John Smith"),
    ("CT", "StudyDate", "19540312"),
    ("CT", "LastMenstrualDate", "19721104"),
    ("CT", "OwnerID", "jsmith"),
    ("CT", "HangingProtocolCreator", "Reeves"),
)

#: Free text places: (modality, path).
PLACES: tuple[tuple[str, str], ...] = (
    ("CT", "StudyDescription"),
    ("CT", "SeriesDescription"),
    ("CT", "ProtocolName"),
    ("CT", "ImageComments"),
    ("CT", "StudyID"),
    ("CT", "StationName"),
    ("CT", "AdmittingDiagnosesDescription"),
    ("CT", "RequestedProcedureDescription"),
    ("CT", "RequestAttributesSequence[0].ScheduledProcedureStepDescription"),
    ("CT", "PerformedProcedureStepDescription"),
    ("CT", "CommentsOnThePerformedProcedureStep"),
    ("CT", "DerivationDescription"),
    ("CT", "ContrastBolusAgent"),
    ("CT", "ProcedureCodeSequence[0].CodeMeaning"),
    ("CT", "DeviceSerialNumber"),
    ("CT", "BodyPartExamined"),
    ("RTSTRUCT", "StructureSetLabel"),
    ("RTSTRUCT", "StructureSetName"),
    ("RTSTRUCT", "StructureSetDescription"),
    ("RTSTRUCT", "StructureSetROISequence[3].ROIName"),
    ("RTSTRUCT", "StructureSetROISequence[0].ROIDescription"),
    ("RTSTRUCT", "RTROIObservationsSequence[1].ROIObservationLabel"),
    ("RTSTRUCT", "RTROIObservationsSequence[1].ROIObservationDescription"),
    ("RTPLAN", "RTPlanLabel"),
    ("RTPLAN", "RTPlanName"),
    ("RTPLAN", "RTPlanDescription"),
    ("RTPLAN", "PrescriptionDescription"),
    ("RTPLAN", "DoseReferenceSequence[0].DoseReferenceDescription"),
    ("RTPLAN", "ToleranceTableSequence[0].ToleranceTableLabel"),
    ("RTPLAN", "BeamSequence[1].BeamName"),
    ("RTPLAN", "BeamSequence[1].BeamDescription"),
    ("RTPLAN", "BeamSequence[0].TreatmentMachineName"),
    ("RTPLAN", "BeamSequence[0].BlockSequence[0].BlockName"),
    ("RTPLAN", "PatientSetupSequence[0].PatientSetupLabel"),
    ("RTPLAN", "PatientSetupSequence[0].FixationDeviceSequence[0].FixationDeviceLabel"),
    ("RTPLAN", "PatientSetupSequence[0].SetupTechniqueDescription"),
    ("RTPLAN", "PatientSetupSequence[0].ReferencedSetupImageSequence[0].SetupImageComment"),
    ("RTDOSE", "DoseComment"),
    ("RTRECORD", "TreatmentStatusComment"),
    ("RTRECORD", "TreatmentSessionBeamSequence[0].OverrideSequence[0].OverrideReason"),
    ("REG", "ContentDescription"),
    ("REG", "ContentLabel"),
    ("REG", "RegistrationSequence[0].FrameOfReferenceTransformationComment"),
)

#: What may stand in a free text: short enough for SH.
FORMS: tuple[tuple[str, str], ...] = (
    ("surname", "Robinson"),
    ("caret", "SMITH^JOHN"),
    ("lower", "john robinson"),
    ("reversed", "Robinson, J"),
    ("title", "Mr Whitby"),
    ("written together", "JohnRobinson"),
    ("nhs", NHS),
    ("nhs spaced", "943 476 5919"),
    ("nhs dashed", "943-476-5919"),
    ("nhs full-width", "９４３４７６５９１９"),
    ("labelled", "HospNo 443321"),
    ("birth date", "DOB 12.03.54"),
    ("old date", "12/03/1954"),
    ("e-mail", "j.rob@nhs.net"),
    ("telephone", "07700 900123"),
    ("hospital number", "RXH1234567"),
    ("accented", "Muñoz"),
    ("hyphenated", "Price-Jones"),
    ("apostrophe", "O'Connor"),
    ("rare surname", "Quixley"),
    ("polish", "Szczepańska"),
    ("west african", "Okonkwo"),
    ("south asian", "Chaudhary"),
    ("chi", "0101501234"),
)
#: Attributes in which digits alone are the attribute's business, or that hold no lower case.
_UNFIT = {
    ("StationName", "hospital number"),
    ("DeviceSerialNumber", "hospital number"),
    ("StationName", "rare surname"),
    ("DeviceSerialNumber", "rare surname"),
    ("ContrastBolusAgent", "rare surname"),
    ("ContrastBolusAgent", "hospital number"),
    ("TreatmentMachineName", "rare surname"),
    ("TreatmentMachineName", "hospital number"),
    ("BodyPartExamined", "rare surname"),
    ("StudyID", "rare surname"),
}


def leaks() -> list[Leak]:
    """Return every leak of the corpus."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # pydicom warns of malformed values, which are planted here on purpose
        return _all_leaks()


def _all_leaks() -> list[Leak]:
    return [*_filled(), *_texts(), *_private(), *_bytes(), *_uids(), *_containers(), *_repeated(), *_egress()]


def _one(name: str, modality: str, path: str, value: Any, vr: str = "", where: str = "", **more: Any) -> Leak:
    dataset = base(modality, implicit=more.pop("implicit", False))
    dataset.SpecificCharacterSet = "ISO_IR 192"
    put(dataset, path, value, vr)
    return Leak(name, where or where_of(path), (("CT0001.dcm", saved(dataset)),), **more)


def _filled() -> Iterator[Leak]:
    for modality, path, value in FILLED:
        where = "(0400,0561)" if path.startswith("Original") else ""
        yield _one(f"{path} = {value!r}", modality, path, value, where=where)


def _texts() -> Iterator[Leak]:
    """Each place with three forms, each form in many places."""
    for number, (modality, path) in enumerate(PLACES):
        for step in (0, 7, 13):
            form, value = FORMS[(number + step) % len(FORMS)]
            if (path.rpartition(".")[2], form) not in _UNFIT:
                yield _one(f"{path}: {form}", modality, path, value)


def _private() -> Iterator[Leak]:
    for form, value in FORMS:
        dataset = base("CT")
        dataset.SpecificCharacterSet = "ISO_IR 192"
        dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x10, "LO", value)
        yield Leak(f"private LO: {form}", "(0029,1010)", (("CT0001.dcm", saved(dataset)),))
    for encoding in ("ascii", "utf-16-le", "utf-16-be", "latin-1"):
        dataset = base("RTPLAN", implicit=True)
        block = dataset.private_block(0x3253, "Varian Medical Systems VISION 3253", create=True)
        block.add_new(0x00, "UN", "<Patient>Smith^John</Patient>".encode(encoding))
        yield Leak(f"private UN: {encoding}", "(3253,1000)", (("RP.dcm", saved(dataset)),))


def _bytes() -> Iterator[Leak]:
    yield _one("OB with a name", "CT", "00420011", b"\x00\x01\x02SMITH^JOHN\x00\x03", "OB")
    yield _one("UN public with a name", "CT", "00181030", b"Robinson, John", "UN")
    yield _one("OB maker note", "CT", "0016002B", b"\x01\x02\x03\x04Smith^John\0\0\x07\x08\x09", "OB")
    yield _one("OB utf-16", "CT", "0016002B", "\x01Smith^John".encode("utf-16-le"), "OB")
    yield _one("overlay", "CT", "60003000", b"\x01\x00" * 8, "OW")
    yield _one("overlay comment", "CT", "60004000", "Robinson", "LT")
    yield _one("curve description", "CT", "50000022", "Robinson", "LO")
    yield _one("file meta AE title", "CT", "PatientName", "ROBINSON^A")
    yield _one("padding", "CT", "FFFCFFFC", b"Smith John", "OB")
    yield _one("number with text", "CT", "KVP", b"SMITH ", "LO")
    yield _one("unknown public tag", "CT", "00091FFF", "Smith^John", "LO", where="(0009,1FFF)")
    yield _one("new public tag", "CT", "0010F001", "Smith^John", "LO")
    yield _one("PN by VR where the dictionary has none", "CT", "0010F002", "Smith", "PN")
    for keyword, text in (
        ("SourceApplicationEntityTitle", "DR_ROBINSON"),
        ("PrivateInformation", b"Smith\0"),
    ):
        dataset = base("CT")
        if keyword == "PrivateInformation":
            dataset.file_meta.PrivateInformationCreatorUID = "2.25.9"
        setattr(dataset.file_meta, keyword, text)
        where = {"PrivateInformation": "(0002,0102)"}.get(keyword, "(0002,0016)")
        yield Leak(f"file meta {keyword}", where, (("CT0001.dcm", saved(dataset)),))
    for name, preamble in (("name", b"Smith John"), ("number", NHS.encode()), ("bytes", b"MZ\x90\x00\x03")):
        dataset = base("CT")
        dataset.preamble = preamble.ljust(128, b"\0")
        yield Leak(f"preamble {name}", "preamble", (("CT0001.dcm", saved(dataset)),))
    yield Leak("trailing", "trailing bytes", (("CT0001.dcm", saved(base()) + b"\0TRAILING:Smith John"),))
    dataset = base("CT")
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.add_new(0x00081030, "LO", b"M\xfcller")
    yield Leak("undecodable text", "(0008,1030)", (("CT0001.dcm", saved(dataset)),))
    dataset = base("CT")
    dataset.BurnedInAnnotation = "YES"
    yield Leak("burned in", "(0028,0301)", (("CT0001.dcm", saved(dataset)),))
    dataset = base("CT")
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    yield Leak("secondary capture", "(0008,0016)", (("CT0001.dcm", saved(dataset)),))
    dataset = base("CT")
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.11"
    put(dataset, "ContentSequence[0].TextValue", "Patient Robinson seen today")
    where = "(0040,A730)[0]>(0040,A160)"
    yield Leak("structured report", where, (("SR.dcm", saved(dataset)),))
    yield _one("SR person name", "CT", "ContentSequence[0].PersonName", "Robinson^A")
    yield _one(
        "graphic annotation",
        "CT",
        "GraphicAnnotationSequence[0].TextObjectSequence[0].UnformattedTextValue",
        "Robinson",
    )
    yield _one("base64", "CT", "ImageComments", "U01JVEheSk9ITg==")
    yield _one("percent-encoded", "CT", "ImageComments", "%53mith%20John")
    yield _one("letters apart", "CT", "ImageComments", "R o b i n s o n")
    yield _one("cyrillic", "RTPLAN", "RTPlanName", "Иванов")
    yield _one("IS too large", "CT", "SeriesNumber", b"9434765919", "IS")
    yield _one("AE title with a name", "CT", "StationAETitle", "ROBINSON_WS")
    yield _one("initials", "RTSTRUCT", "StructureSetROISequence[0].ROIName", "GTV_JW")
    yield _one("initials and date", "RTSTRUCT", "StructureSetLabel", "JRW 12/03/24")
    yield _one("path", "CT", "ImageComments", r"D:\exports\kp\plan1")
    yield _one("insurance number", "CT", "ImageComments", "QQ123456C".replace("QQ", "AB"))
    yield _one("street", "CT", "ImageComments", "14 Mill Road, upstairs")
    yield _one("another study ID", "RTPLAN", "RTPlanName", "copy of 123-1002")
    yield _one("hospital in a text", "RTPLAN", "RTPlanDescription", "Velindre outlier plan")


def _uids() -> Iterator[Leak]:
    yield _one("NHS number in a UID", "CT", "StudyInstanceUID", f"1.2.826.0.1.{NHS}.1")
    yield _one("issued number in a UID", "CT", "SeriesInstanceUID", "1.2.826.0.1.4505577104.1")
    yield _one("name for a UID", "CT", "FrameOfReferenceUID", b"1.2.SMITH.3", "UI")
    yield _one(
        "UID of an image reference",
        "RTSTRUCT",
        "ReferencedStudySequence[0].ReferencedSOPInstanceUID",
        f"1.2.3.{NHS}",
    )


def _containers() -> Iterator[Leak]:
    clean = saved(base())
    for name in (
        "Smith_John.zip",
        f"{NHS}.zip",
        "RXH1234567.zip",
        "john robinson DOB 12-03-1954.zip",
        "Mr Whitby.zip",
    ):
        yield Leak(f"zip name {name}", "zip name", (("CT0001.dcm", clean),), package_name=name)
    for name in (
        "SMITH_JOHN/CT0001.dcm",
        "Robinson/CT/1.dcm",
        f"{NHS}/1.dcm",
        "export/CT.Robinson.1.dcm",
        "export\\O'Connor\\1.dcm",
        "1.2.752.243.1.1.20190101.1.2/1.dcm",
        "RP1.2.752.243.1.1.20190101101010.2000.1.dcm",
        "RXH1234567/1.dcm",
        "943 476 5919.dcm",
    ):
        yield Leak(f"member {name}", "member name", ((name, clean),))
    yield Leak("comment", "zip comment", (("1.dcm", clean),), comment=b"John Robinson, Ward 5")
    yield Leak("extra field", "extra field", (("1.dcm", clean),), extra=b"\x42\x42\x0e\x00Smith_John.dcm")


def _repeated() -> Iterator[Leak]:
    """A name that no list knows: it is found because it stands in PatientName too."""
    for modality, path in (
        ("RTSTRUCT", "StructureSetLabel"),
        ("RTPLAN", "BeamSequence[0].BeamName"),
        ("CT", "StationName"),
        ("CT", "ImageComments"),
    ):
        dataset = base(modality)
        dataset.PatientName = "VZXQORTH^ANNA"
        put(dataset, path, "vzxqorth 2")
        yield Leak(f"repeated in {path}", where_of(path), (("1.dcm", saved(dataset)),))
    dataset = base("RTPLAN")
    dataset.PatientBirthDate = "19991231"
    dataset.RTPlanName = "31/12/1999"
    yield Leak("birth date repeated", "(300A,0003)", (("1.dcm", saved(dataset)),))
    dataset = base("CT")
    dataset.OtherPatientIDs = "77881"
    dataset.StationName = "x77881"
    yield Leak("number repeated", "(0008,1010)", (("1.dcm", saved(dataset)),))
    dataset = base("CT")
    dataset.PatientName = "VZXQORTH^ANNA"
    yield Leak("repeated in a folder", "member name", (("vzxqorth/1.dcm", saved(dataset)),))


def _egress() -> Iterator[Leak]:
    for value in (NHS, "943 476 5919", "RXH1234567", "1234567", "SMITH^JOHN", "Robinson"):
        dataset = base("CT")
        dataset.PatientID = value
        dataset.PatientName = value
        files = (("1.dcm", saved(dataset)),)
        yield Leak(f"egress PatientID {value}", "(0010,0020)", files, "123-1001.zip", route=RouteKind.EGRESS)
    dataset = base("CT")
    dataset.PatientID = "zzsabrSPINE"
    dataset.PatientName = "zzother"
    files = (("1.dcm", saved(dataset)),)
    yield Leak("egress other PatientName", "(0010,0010)", files, "123-1001.zip", route=RouteKind.EGRESS)
