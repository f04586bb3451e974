"""Clean files as eight makers' systems write them: nothing in them identifies, all of it looks odd to a list of words.

Each entry: maker's system, modality, {path: value}. Values follow conformance statements and published files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.corpus.planted.bases import base, put, saved

Values = Mapping[str, Any]


def _rois(*names: str) -> dict[str, str]:
    return {f"StructureSetROISequence[{index}].ROIName": name for index, name in enumerate(names)}


def _beams(*names: str, machine: str = "TrueBeam1") -> dict[str, str]:
    out = {f"BeamSequence[{index}].BeamName": name for index, name in enumerate(names)}
    return out | {f"BeamSequence[{index}].TreatmentMachineName": machine for index in range(len(names))}


_ECLIPSE = {"Manufacturer": "Varian Medical Systems", "ManufacturerModelName": "ARIA RadOnc", "SoftwareVersions": "15.6.03"}
_RAY = {"Manufacturer": "RaySearch Laboratories", "ManufacturerModelName": "RayStation", "SoftwareVersions": "11.0.0.951 (Dicom Export)"}
_MONACO = {"Manufacturer": "Elekta", "ManufacturerModelName": "Monaco", "SoftwareVersions": ["5.11.03", "Monaco 5.11.03"]}
_PINNACLE = {"Manufacturer": "ADAC", "ManufacturerModelName": "Pinnacle3", "SoftwareVersions": ["16.2", "16.2.1"], "StationName": "pinn-tps1"}
_ONCENTRA = {"Manufacturer": "Nucletron", "ManufacturerModelName": "Oncentra", "SoftwareVersions": "OTP V4.5.2"}
_TOMO = {"Manufacturer": "TomoTherapy Incorporated", "ManufacturerModelName": "Hi-Art", "SoftwareVersions": "Hi-Art 5.1.3.10"}
_ACCURAY = {"Manufacturer": "Accuray Inc.", "ManufacturerModelName": "Accuray Precision", "SoftwareVersions": "3.3.1.2 [0]"}
_XVI = {"Manufacturer": "ELEKTA", "ManufacturerModelName": "XVI", "SoftwareVersions": "5.0.4 b72", "StationName": "XVI-LA3"}
_SIEMENS = {"Manufacturer": "SIEMENS", "ManufacturerModelName": "SOMATOM Definition AS", "SoftwareVersions": "syngo CT 2012B"}
_GE = {"Manufacturer": "GE MEDICAL SYSTEMS", "ManufacturerModelName": "LightSpeed RT16", "SoftwareVersions": "07MW18.4"}
_PHILIPS = {"Manufacturer": "Philips", "ManufacturerModelName": "Brilliance Big Bore", "SoftwareVersions": "3.6.7"}
_TOSHIBA = {"Manufacturer": "TOSHIBA", "ManufacturerModelName": "Aquilion/LB", "SoftwareVersions": "V3.38ER005"}

CLEAN: tuple[tuple[str, str, Values], ...] = (
    # Varian Eclipse and ARIA
    ("eclipse", "RTSTRUCT", _ECLIPSE | {"StructureSetLabel": "CT_12Mar2024"} | _rois(
        "BODY", "PTV_6000", "CTVn_LN1 2GY", "Bowel_Bag", "SpinalCord_PRV05", "z_Ring 1cm", "Lt Lung", "CouchSurface", "CouchInterior", "GTVp")),
    ("eclipse", "RTSTRUCT", _ECLIPSE | {"StructureSetLabel": "Prostate 60/20", "SeriesDescription": "ARIA RadOnc Structure Sets"} | _rois(
        "Prostate + SV", "PTV48Gy", "PTV 57.6", "PenileBulb", "Femoral Head Lt", "FemoralHead_R", "Rectum", "opt_Rectum-PTV", "Fiducial 1", "UserOrigin", "Marker2")),
    ("eclipse", "RTSTRUCT", _ECLIPSE | _rois(
        "Areola", "Borders", "Breast", "Scar", "Tumor Bed Block", "LAD", "Heart", "Contralat Breast", "SCF", "IMN_L", "Axilla level 1-3", "CTV_WB", "zPTV_Eval", "Ribs")),
    ("eclipse", "RTSTRUCT", _ECLIPSE | _rois(
        "A_LAD", "Brainstem_PRV03", "Glnd_Submand_L", "Musc_Constrict_S", "Cavity_Oral", "Larynx_SG", "Lobe_Temporal_R", "OpticNrv_L", "PTV_Low_5400", "PTVn2_L", "LN_Neck_IB_R", "Bone_Mandible")),
    ("eclipse", "RTSTRUCT", _ECLIPSE | _rois("ITV_10ph", "ITV AVG", "GTV 4D MIP", "PTV_5500_5fx", "Lungs-GTV", "ProxBronchTree", "GreatVessels", "Chestwall", "Ring_2cm", "D2cm", "Esophagus", "BrachialPlexus_Rt")),
    ("eclipse", "RTPLAN", _ECLIPSE | {"RTPlanLabel": "1 ARC CW", "RTPlanName": "H&N VMAT", "PatientSetupSequence[0].PatientSetupLabel": "SetUp 0deg"} | _beams("1 ARC CW", "2 ARC CCW", "SetUp 0deg", "CBCT", "kV 270")),
    ("eclipse", "RTPLAN", _ECLIPSE | {"RTPlanLabel": "B1", "DoseReferenceSequence[0].DoseReferenceDescription": "CALC POINT", "ToleranceTableSequence[0].ToleranceTableLabel": "T1"} | _beams("3 RAO", "4 AP", "5 LAO", "6 LPO", machine="LA3")),
    ("eclipse", "RTPLAN", _ECLIPSE | {"RTPlanLabel": "LtBreast_FIF", "PrescriptionDescription": "40.05Gy/15#"} | _beams("MedTan", "LatTan", "MedTan_S1", "AntSCF", machine="LINAC_B")),
    ("eclipse", "RTPLAN", _ECLIPSE | {"RTPlanLabel": "SABR Lung", "RTPlanDescription": "55 Gy in 5 fractions, DIBH"} | _beams("G181-0 T0", "Arc 2 G0-181", machine="TB_STx")),
    ("eclipse", "RTPLAN", _ECLIPSE | {"RTPlanLabel": "Ph1_46Gy", "RTPlanName": "Course1 Ph1", "ApprovalStatus": "APPROVED"} | _beams("Ant", "Post", "LPO 30EDW", "RPO W45")),
    ("eclipse", "RTDOSE", _ECLIPSE | {"SeriesDescription": "RT Dose", "DoseComment": "Plan dose AAA 15.6.03"}),
    ("eclipse", "RTDOSE", _ECLIPSE | {"SeriesDescription": "ARIA RadOnc Dose", "DoseComment": "Acuros XB, dose to medium"}),
    ("eclipse", "RTRECORD", _ECLIPSE | {"TreatmentSessionBeamSequence[0].BeamName": "1 ARC CW", "TreatmentSessionBeamSequence[0].OverrideSequence[0].OverrideReason": "Couch vertical out of tolerance"}),
    ("eclipse", "REG", {"Manufacturer": "Varian Medical Systems", "ContentLabel": "REGISTRATION", "ContentDescription": "CBCT to planning CT", "SeriesDescription": "Offline Review"}),
    # Varian CBCT
    ("obi", "CT", {"Manufacturer": "Varian Medical Systems", "ManufacturerModelName": "On-Board Imager", "SeriesDescription": "CBCT", "ProtocolName": "Pelvis", "SoftwareVersions": "2.7.304.16", "ConvolutionKernel": "Standard", "DeviceSerialNumber": "2479"}),
    ("obi", "CT", {"Manufacturer": "Varian Medical Systems", "ManufacturerModelName": "RDS - PVA", "SeriesDescription": "Halcyon kV CBCT", "StudyDescription": "Pelvis Large", "StationName": "HAL1"}),
    ("obi", "CT", {"Manufacturer": "Varian Medical Systems", "ManufacturerModelName": "halcyon - pva", "ProtocolName": "Thorax Fast", "ImageComments": "kV_CBCT_1a01", "SeriesDescription": "kV_CBCT_1a01"}),
    # RayStation
    ("raystation", "RTSTRUCT", _RAY | {"StructureSetLabel": "RS: Approved Structure Set"} | _rois(
        "External", "PTV_T_57", "CTV_N_46", "Spinal Cord", "Kidney (Left)", "Kidney (Right)", "Bowel bag", "dPTV60-PTV50", "HotSpot", "CouchTop", "POI_iso")),
    ("raystation", "RTSTRUCT", _RAY | {"StructureSetLabel": "RS: Unapproved", "StructureSetName": "Deep learning segmentation"} | _rois("Lung_L", "Lung_R", "A_Aorta", "V_Venacava_S", "Thyroid", "Sternum", "Humerus_L", "Ventricle_L", "Atrium_R", "LN_Ax_L1_L")),
    ("raystation", "RTSTRUCT", _RAY | _rois("PTVp_7000", "PTVn1_6300", "PTVn2_5600", "GTVn_IIL", "CTVn_Ib-V R", "Parotis li", "Parotis re", "Myelon", "Hirnstamm", "Kehlkopf")),
    ("raystation", "RTPLAN", _RAY | {"RTPlanLabel": "VMAT 2arc v3", "RTPlanName": "Rectum 45/25 SIB"} | _beams("A1", "A2", "1_182_178", machine="Agility_6FFF")),
    ("raystation", "RTPLAN", _RAY | {"RTPlanLabel": "ProneBreast", "PatientSetupSequence[0].SetupTechniqueDescription": "Breath hold, arms up, wingboard"} | _beams("Tang Med 10FFF", "Tang Lat", machine="Versa1")),
    ("raystation", "RTDOSE", _RAY | {"SeriesDescription": "RS: Plan dose: VMAT 2arc v3", "DoseComment": "Collapsed cone v5.6"}),
    ("raystation", "REG", _RAY | {"ContentLabel": "RIGIDREG", "ContentDescription": "RayStation frame of reference registration"}),
    # Monaco
    ("monaco", "RTSTRUCT", _MONACO | {"StructureSetLabel": "CT1"} | _rois(
        "patient", "ptv60", "ctv+5mm", "bladder", "rectum", "lt fem head", "rt fem head", "couch", "avoid ant", "bolus 5mm", "PTVp1_60Gy", "PRV cord 3mm", "lungs-ptv", "oesophagus")),
    ("monaco", "RTSTRUCT", _MONACO | {"StructureSetLabel": "AVG_IP"} | _rois("iGTV", "PTV55", "Prox Bronchial Tree", "Heart+PA", "ShellInner", "ShellOuter", "Trachea+2cm", "chest wall 3cm", "Ribs L")),
    ("monaco", "RTPLAN", _MONACO | {"RTPlanLabel": "LungSABR", "RTPlanName": "55in5", "BeamSequence[0].BeamDescription": "VMAT 6FFF", "PrescriptionDescription": "D95 = 100%"} | _beams("A01", "A02", machine="Versa HD 2")),
    ("monaco", "RTPLAN", _MONACO | {"RTPlanLabel": "PROST60", "RTPlanName": "dummy", "PatientSetupSequence[0].FixationDeviceSequence[0].FixationDeviceLabel": "kneefix"} | _beams("1", "2", machine="LA5_MLCi2")),
    ("monaco", "RTPLAN", _MONACO | {"RTPlanLabel": "HN_SIB_65_54", "RTPlanDescription": "Monte Carlo 3mm grid 1% SD"} | _beams("F1", "F2", machine="Unity")),
    ("monaco", "RTDOSE", _MONACO | {"SeriesDescription": "Monaco Dose", "DoseComment": "TOTAL DOSE MC 0.3cm"}),
    ("mosaiq", "RTRECORD", {"Manufacturer": "IMPAC Medical Systems, Inc.", "ManufacturerModelName": "MOSAIQ", "SoftwareVersions": "2.64.181", "TreatmentSessionBeamSequence[0].BeamName": "ARC1", "TreatmentStatusComment": "Partial treatment, machine fault"}),
    # Pinnacle
    ("pinnacle", "RTSTRUCT", _PINNACLE | {"StructureSetLabel": "Trial_1", "StructureSetName": "POIandROI"} | _rois("GTV1", "CTV1", "PTV1", "Cord", "L Parotid", "R Parotid", "larynx", "skin", "ring20mm", "norm tiss", "bb ant", "post avoid", "oral cav", "tmj lt")),
    ("pinnacle", "RTSTRUCT", _PINNACLE | {"StructureSetLabel": "Plan_0"} | _rois("Isocenter", "CT Ref", "dose norm", "PTV Boost", "lung total", "carina", "SVC", "Aorta Arch", "Liver-GTV", "Stomach", "Duod", "Kidney Lt", "cauda equina")),
    ("pinnacle", "RTPLAN", _PINNACLE | {"RTPlanLabel": "3FLD_CONF", "RTPlanName": "Trial_1", "RTPlanDescription": "3 field wedged"} | _beams("1 ANT", "2 LPO 45W", "3 RPO 45W", machine="ElektaPrecise")),
    ("pinnacle", "RTDOSE", _PINNACLE | {"SeriesDescription": "Pinnacle Dose", "DoseComment": "Trial_1 total dose"}),
    # Oncentra
    ("oncentra", "RTSTRUCT", _ONCENTRA | {"StructureSetLabel": "OMP CT1"} | _rois("HR-CTV", "IR-CTV", "GTVres", "Bladder", "Rectum", "Sigmoid", "Vagina", "Catheter 1", "Applicator", "Patient outline", "Point A left", "ICRU rectum")),
    ("oncentra", "RTPLAN", _ONCENTRA | {"RTPlanLabel": "HDR#2", "ApplicationSetupSequence[0].ApplicationSetupName": "Ring 60deg 26mm", "TreatmentMachineSequence[0].TreatmentMachineName": "microSelectron-v3", "SourceSequence[0].SourceIsotopeName": "Ir-192"}),
    ("oncentra", "RTPLAN", _ONCENTRA | {"RTPlanLabel": "Whole brain", "PrescriptionDescription": "20Gy in 5#"} | _beams("RLAT", "LLAT", machine="Oncor2")),
    # TomoTherapy, Accuray
    ("tomotherapy", "RTSTRUCT", _TOMO | {"StructureSetLabel": "TomoSS"} | _rois("TomoCouch", "PTV1", "CSI brain", "CSI spine", "avoid lens", "Nodes R Pelvis", "femurs", "Ovaries", "PTV65", "MVCT overlap")),
    ("tomotherapy", "RTPLAN", _TOMO | {"RTPlanLabel": "Plan 1 FW2.5", "RTPlanName": "HDA 0.287 pitch"} | _beams("Helical Beam", machine="0210466")),
    ("tomotherapy", "CT", _TOMO | {"SeriesDescription": "CTrue Image Set", "StudyDescription": "MVCT fine 2mm", "ProtocolName": "MVCT Normal", "StationName": "TOMO2"}),
    ("accuray", "RTPLAN", _ACCURAY | {"RTPlanLabel": "SRS_3fx", "RTPlanDescription": "Synchrony fiducial tracking"} | _beams("Beam_001", "Path5_even", machine="CyberKnife M6")),
    ("accuray", "RTSTRUCT", _ACCURAY | {"StructureSetLabel": "Precision SS"} | _rois("Skull tracking", "Xsight spine", "Chiasm", "GTV_metR", "GTV_metL2", "Shell30", "Shell60", "Optics")),
    # Elekta XVI
    ("xvi", "CT", _XVI | {"SeriesDescription": "VolumeView S20 F0", "StudyDescription": "CBCT Pelvis M15 F1", "ProtocolName": "Chest M20 4D", "ConvolutionKernel": "Wiener 0.75"}),
    ("xvi", "CT", _XVI | {"SeriesDescription": "Symmetry 10 phase", "ImageComments": "Prostate M10 120kV Fast", "ContrastBolusAgent": "None"}),
    ("xvi", "REG", _XVI | {"ContentLabel": "XVI_REG", "ContentDescription": "Bone (T+R) clipbox match", "SeriesDescription": "Seed match"}),
    # CT scanners
    ("siemens", "CT", _SIEMENS | {"SeriesDescription": "Thorax 3.0 B30f", "ProtocolName": "RT_Thorax_4D", "ConvolutionKernel": "B30f", "StudyDescription": "RT^RT_Thorax (Adult)", "StationName": "CTAWP73152", "DeviceSerialNumber": "73152"}),
    ("siemens", "CT", _SIEMENS | {"SeriesDescription": "HeadNeckRT 2.0 Br38 3 iMAR", "ProtocolName": "RT_HeadNeckMask", "ConvolutionKernel": ["Br38f", "3"], "ImageComments": "iMAR Hip", "StudyDescription": "Radiotherapy^HeadNeck"}),
    ("siemens", "CT", _SIEMENS | {"ManufacturerModelName": "SOMATOM go.Open Pro", "SoftwareVersions": "syngo CT VA30A", "SeriesDescription": "Abdomen 3.0 Qr40 Q3 50% Ex", "ProtocolName": "RT_Breathhold", "StudyID": "1", "PerformedProcedureStepID": "CT20240312081523"}),
    ("siemens", "MR", {"Manufacturer": "SIEMENS", "ManufacturerModelName": "MAGNETOM Sola", "SoftwareVersions": "syngo MR XA20", "SeriesDescription": "t2_tse_dixon_tra_p2_W", "ProtocolName": "t1_mprage_sag_iso_Gd", "SequenceName": "*tfl3d1_16ns", "StudyDescription": "Kopf^RT Planung"}),
    ("ge", "CT", _GE | {"SeriesDescription": "STD 2.5 AX", "ProtocolName": "10.2 RT Pelvis", "ConvolutionKernel": "STANDARD", "FilterType": "BODY FILTER", "StationName": "ct99", "PerformedProcedureStepID": "PPS ID    637", "StudyID": "637"}),
    ("ge", "CT", _GE | {"ManufacturerModelName": "Discovery MI", "SoftwareVersions": "pet_columbia.184", "SeriesDescription": "CTAC 3.75 Thick", "StudyDescription": "PET^1_WHOLEBODY (Adult)", "StationName": "ptct"}),
    ("ge", "CT", _GE | {"ManufacturerModelName": "Optima CT580", "SoftwareVersions": "qin.3", "SeriesDescription": "AVE-IP 0%-90%", "ImageComments": "4D T=50% +/- 5%", "ScanOptions": "CINE_4D"}),
    ("ge", "MR", {"Manufacturer": "GE MEDICAL SYSTEMS", "ManufacturerModelName": "SIGNA Artist", "SoftwareVersions": ["29", "LX", "MR29.1_EA_2039.g"], "SeriesDescription": "Ax FSPGR BRAVO +C", "ProtocolName": "RT Brain SRS", "PulseSequenceName": "efgre3d"}),
    ("philips", "CT", _PHILIPS | {"SeriesDescription": "Pelvis, iDose (3)", "ProtocolName": "RT Pelvis /Abdomen", "ConvolutionKernel": "B", "StationName": "HOST-3128", "StudyDescription": "RT PELVIS", "DeviceSerialNumber": "3128"}),
    ("philips", "CT", _PHILIPS | {"SeriesDescription": "Untagged, AVERAGE", "ProtocolName": "4D Pulm. Helical Retro", "ImageComments": "50%, MIP, Bellows", "StudyID": "98231"}),
    ("philips", "MR", {"Manufacturer": "Philips Healthcare", "ManufacturerModelName": "Ingenia Ambition X", "SoftwareVersions": ["5.7.1", "5.7.1.2"], "SeriesDescription": "3D_BrainVIEW_FLAIR_SHC", "ProtocolName": "WIP T2W_TSE_HR SENSE", "StudyDescription": "MR-RT Prostate"}),
    ("toshiba", "CT", _TOSHIBA | {"SeriesDescription": "1.0 RTP Body RTP Axial", "ProtocolName": "RTP Prostate", "ConvolutionKernel": "FC18", "ScanOptions": "HELICAL_CT", "StationName": "0000000001", "StudyID": "13740"}),
    ("toshiba", "CT", _TOSHIBA | {"Manufacturer": "CANON_MEC", "ManufacturerModelName": "Aquilion Exceed LB", "SeriesDescription": "AiCE Body 2.0 SEMAR", "ProtocolName": "RT Lung 4D Resp", "ConvolutionKernel": "FC08-H", "SoftwareVersions": "V10.10SP0005"}),
    ("toshiba", "CT", _TOSHIBA | {"SeriesDescription": "SUREPlan MBIR", "ProtocolName": "H/N RT mask", "ImageComments": "Brain w/o CE, Sharp", "ConvolutionKernel": "FC26"}),
    # Pseudonymising tools
    ("ctp", "CT", {"PatientName": "ANON", "DeidentificationMethod": ["CTP Default", "Per DICOM PS 3.15 AnnexE. Details in 0012,0064"], "DeidentificationMethodCodeSequence[0].CodeValue": "113100", "DeidentificationMethodCodeSequence[0].CodingSchemeDesignator": "DCM", "DeidentificationMethodCodeSequence[0].CodeMeaning": "Basic Application Confidentiality Profile"}),
    ("dicompyler", "RTDOSE", {"ReferringPhysicianName": "physician", "OperatorsName": "operator", "InstitutionName": "institution", "StationName": "station", "Manufacturer": "manufacturer", "ManufacturerModelName": "model"}),
    ("anon", "RTSTRUCT", {"PatientName": "Anonymous^Anonymous", "ReviewerName": "anonymous", "RTROIObservationsSequence[0].ROIInterpreter": "ANON", "PatientBirthDate": "19000101", "StudyDate": "19010101"} | _rois("PTV", "OR")),
    ("mim", "RTSTRUCT", {"Manufacturer": "MIM Software Inc.", "ManufacturerModelName": "MIM", "SoftwareVersions": "7.0.3", "StructureSetLabel": "RTstruct", "SeriesDescription": "Contour ProtegeAI"} | _rois("ROI-1", "PETedge 1", "Lesion A", "SUV 40%", "PTV_Eval", "Contrast Kidney")),
    ("limbus", "RTSTRUCT", {"Manufacturer": "Limbus AI Inc.", "ManufacturerModelName": "Limbus Contour", "SoftwareVersions": "1.5.0-B4", "StructureSetLabel": "Limbus_AI", "SeriesDescription": "Limbus Auto Contour v1.5"} | _rois("Bladder_AI", "Bone_Pelvic", "SeminalVes", "Rectum_AI", "LN_Pelvics", "PenileBulb")),
    ("rt-utils", "RTSTRUCT", {"Manufacturer": "Qurit Lab", "ManufacturerModelName": "rt-utils", "StructureSetLabel": "RTstruct", "SeriesDescription": "RT-Struct"} | _rois("ROI-1", "ROI-2", "liver_tumour")),
    ("plastimatch", "RTSTRUCT", {"Manufacturer": "Plastimatch", "StructureSetLabel": "AutoSS", "SeriesDescription": "Plastimatch RT structure set", "StructureSetDescription": "Generated"} | _rois("Lung", "Tumor", "body")),
    ("brainlab", "RTSTRUCT", {"Manufacturer": "Brainlab", "ManufacturerModelName": "Elements", "SoftwareVersions": "3.0.0.198", "StructureSetLabel": "SRS brain"} | _rois("Met 1 (L frontal)", "Optic Tract", "Brainstem", "Metastasis #3", "AVM", "Acoustic schwannoma R")),
)


def clean_files() -> list[tuple[str, bytes]]:
    """Return (name, file) of every clean twin."""
    out = []
    for number, (system, modality, values) in enumerate(CLEAN, start=1):
        dataset = base(modality)
        for path, value in values.items():
            put(dataset, path, value)
        out.append((f"{number:02d} {system} {modality}", saved(dataset)))
    return out
