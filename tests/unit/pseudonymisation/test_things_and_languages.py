"""What is called after people, what makers call things, and words of other languages: none is a person."""

from __future__ import annotations

import pytest

from tests.corpus.planted.blind import Line, alarms
from tests.unit.pseudonymisation.test_forms import held

pytestmark = pytest.mark.fast

PERSONS = {"PSN113", "PSN114", "PSN116"}


@pytest.mark.parametrize(
    "text",
    [
        "Savitzky-Golay smoothed, Levenberg fit",
        "Siddon ray tracing, Kaczmarz x 4",
        "Jacobian > 0, Hausdorff 4.1 mm, Jaccard .81",
        "gamma of Low, Daubechies 4, Tikhonov 0.1",
        "Bethe Bloch stopping power",
        "Fricke dosimeter, Burlin cavity",
        "Masaoka II, Fuhrman 3, Bosniak IV",
        "Patlak Ki, Renkin Crone",
        "Perez constraints, Parker weights",
        "Schneider calibration, Weber type",
        "Fletcher tandem 20 deg, Manchester ovoid",
        "Taylor guideline, Salter-Harris",
    ],
)
def test_methods_models_and_scores_are_nobody(text: str) -> None:
    assert held(text, "comment") & PERSONS == set()


@pytest.mark.parametrize(
    "text",
    [
        "Hasner valve",
        "ganglion of Gasser",
        "Rathke cyst",
        "Bochdalek_foramen",
        "Meissner plexus",
        "Toldt fascia",
        "Wilms bed",
        "Luschka foramina",
    ],
)
def test_anatomy_beside_its_thing_is_nobody(text: str) -> None:
    assert held(text, "rt label") & PERSONS == set()


@pytest.mark.parametrize(
    "text", ["PTV Parker", "Schneider GTV", "Taylor boost", "CTV Perez", "Manchester, Emily", "plan Petra"]
)
def test_the_same_names_without_a_thing_are_held(text: str) -> None:
    assert held(text, "rt label") & PERSONS


@pytest.mark.parametrize(
    "text",
    [
        "RaySrch 12A",
        "RayTrace then MonteCarlo 1%",
        "to Neptune, back on Snowdon",
        "MONAI label v1",
        "DWI MUSE b50",
        "ax T1 PETRA UTE",
        "leaf carr. B fault",
        "Bowel_lim",
        "Bentson wire, Tenckhoff out, Shiley 6",
        "Freiburg flap, Leipzig cone, Valencia cone 3",
        "MammoSite 45 cc, Zeiss spherical 4",
    ],
)
def test_what_makers_and_departments_call_things_is_nobody(text: str) -> None:
    assert held(text) & PERSONS == set()


@pytest.mark.parametrize(
    "text",
    [
        "Bauchlage, Kopfstütze, Tischversatz 3 mm",
        "Aufsättigung Tumorbett, Gesamtplan freigegeben",
        "Oberkörperschrägstellung mit Kissen, Maske neu",
        "buikligging op kussen, lege blaas",
        "coupes fines sans injection, appui tête",
        "strato sottile senza mezzo, braccia alzate",
        "cortes finos sin contraste, brazos elevados",
        "cortes finos sem contraste, braços elevados",
        "ryggläge, armstöd, kudde under knän",
        "przekroje cienkie, ramiona uniesione",
        "dunne plakken met contrast",
    ],
)
def test_descriptions_in_other_languages_are_nobody(text: str) -> None:
    assert held(text, "comment") & PERSONS == set()


@pytest.mark.parametrize(
    "text",
    [
        "Bauchlage mit Kissen, Frau Schmidt",
        "Lagerung wie Szymanowski, Bauch frei",
        "coupes fines sans injection Delacroix",
        "strato sottile senza mezzo, Esposito",
        "brazos arriba, camilla baja, Fernandez",
        "buikligging op kussen jansen",
    ],
)
def test_people_in_texts_of_other_languages_are_held(text: str) -> None:
    assert held(text, "comment") & PERSONS


@pytest.mark.parametrize("text", ["TBI, perspex screen, rice bags x4", "Scar wire, 3 ball bearings on skin"])
def test_a_word_written_small_in_a_text_is_a_word(text: str) -> None:
    assert held(text, "comment") & PERSONS == set()


@pytest.mark.parametrize("text", ["rice ball", "Plan for Mr rice, see notes", "drawn by ball", "GTV Rice"])
def test_the_same_words_as_names_are_held(text: str) -> None:
    assert held(text, "comment") & PERSONS


@pytest.mark.parametrize("text", ["PTV Rimkus", "Petkevicius boost"])
def test_lithuanian_surnames_are_told_by_their_endings(text: str) -> None:
    assert held(text, "rt label") & PERSONS


@pytest.mark.parametrize(
    "text",
    [
        "Roach 22%, Partin > 30%",
        "Kadish C, endonasal",
        "Mirels 9, Bilsky 1c",
        "post Whipple, SMA clear",
        "Z.n. Billroth, Rest unauffällig",
        "s/p Nissen",
        "KATHERINE trial arm",
        "protocol CLEOPATRA",
        "gastro-oes 41.4/23 CROSS",
        "Nakamura CI 0.9, Knoos CI 1.2",
        "Astler Coller C2, Ann Arbor IIIB",
        "van Herk margin 7 mm",
    ],
)
def test_scores_operations_and_trials_beside_their_word_are_nobody(text: str) -> None:
    assert held(text, "comment") & PERSONS == set()


@pytest.mark.parametrize(
    "text",
    [
        "Evans II",
        "PTV Roach",
        "plan Hartmann",
        "pre Miles",
        "Katherine boost",
        "study Laura Smith",
        "Prost_Cross",
        "van Herk boost",
        "Simpson I",
        "CLEOPATRA JONES trial",
    ],
)
def test_the_same_names_beside_other_words_are_held(text: str) -> None:
    assert held(text, "rt label") & PERSONS


@pytest.mark.parametrize(
    "text",
    [
        "Felder angepasst, Dosis wie besprochen, Rest unverändert",
        "scan blanco, lege blaas, armen omhoog",
        "patiente en apnée, bras gauche relevé, calage refait",
        "ny plan pga viktnedgång, kudde under knäna",
        "ryggleie, armer over hodet, tynne snitt",
        "vejiga llena, cortes finos, margen reducido",
        "bexiga cheia, margem reduzida",
        "plán schválen, močový měchýř plný",
        "plan onaylandi, mesane dolu, ince kesit",
        "terv jóváhagyva, húgyhólyag tele, vékony szelet",
        "vezica plină, secțiuni subțiri",
        "suunnitelma hyväksytty, rakko täynnä",
        "mjehur pun, tanki slojevi",
    ],
)
def test_remarks_in_other_languages_are_nobody(text: str) -> None:
    assert held(text, "comment") & PERSONS == set()


@pytest.mark.parametrize(
    "text",
    ["Herr Felder, Bauchlage auf Lochbrett", "scan blanco, lege blaas, Hendriks", "bras relevé Lefebvre"],
)
def test_people_in_such_remarks_are_held(text: str) -> None:
    assert held(text, "comment") & PERSONS


def test_an_atlas_of_eponyms_is_none_of_patients_and_one_among_few_labels_is_held() -> None:
    atlas = "BODY;Heart;Lung_L;Lung_R;Cord;PTV;GTV;Liver;Hesselbach;Scarpa;Broca;Wernicke;Henle;Virchow"
    assert alarms(Line("", "", False, "RTSTRUCT", edits=[("rois", atlas)])) == []
    assert alarms(Line("", "", False, "RTSTRUCT", edits=[("rois", "BODY;Heart;PTV;Scarpa;Broca")]))
