"""Two thousand mutated zips and DICOM files through the real inspection process: `make fuzz`, small."""

import pytest

from ingest.demo.synthetic import build_case, encode
from tests.corpus.dicom_parts import DEFLATED, ct
from tests.fuzz.inputs import FuzzInput, good_files, make_input, own_zips
from tests.fuzz.peer import is_sound_dicom
from tests.fuzz.report import BEGIN, END, figures, write_into
from tests.fuzz.run import SECONDS, Account, Fuzz

INPUTS = 2000

pytestmark = pytest.mark.slow


def test_nothing_is_filed_and_no_worker_dies() -> None:
    with Fuzz() as fuzz:
        assert fuzz.run(range(INPUTS)) == INPUTS
        account = fuzz.account
    assert account.failures == []
    assert (account.unlike, account.deaths) == (0, 0)
    assert account.slowest < SECONDS
    assert account.inputs == account.rejected + account.held + account.unchanged + account.sound == INPUTS
    assert account.rejected > account.held > account.sound > 0


def test_seeds_are_accepted_as_they_are() -> None:
    with Fuzz() as fuzz:
        fates = {fuzz.try_input(FuzzInput(0, data, sound, False)) for data, sound in own_zips()}
    assert fates == {"unchanged"}


def test_an_input_is_made_of_its_number_alone() -> None:
    assert [make_input(number) for number in range(40)] == [make_input(number) for number in range(40)]


def test_data_that_is_not_what_was_sent_is_seen() -> None:
    data, sound = own_zips()[0]
    with Fuzz() as fuzz:
        assert fuzz.try_input(FuzzInput(7, data, frozenset(list(sound)[1:]), False)) == "unlike"
        assert fuzz.account.failures == [7]


@pytest.mark.parametrize("good", good_files(), ids=len)
def test_pydicom_calls_sound_what_is(good: bytes) -> None:
    assert is_sound_dicom(good)


def test_pydicom_calls_sound_what_ends_with_an_empty_value_and_was_changed_before_it() -> None:
    (good,) = (file for file in good_files() if file.endswith(b"\x0e\x30\x08\x00" + bytes(4)))
    assert is_sound_dicom(
        good.replace(b"\x12\x00\x62\x00\x04\x00\x00\x00YES ", b"\x12\x00\x00\x00\x04\x00\x00\x00YES ")
    )


@pytest.mark.parametrize("syntax", ["", DEFLATED])
def test_pydicom_calls_nothing_sound_that_was_cut_or_goes_on(syntax: str) -> None:
    data = ct(syntax=syntax) if syntax else ct()
    for spoiled in (data[:-1], data[:-9], data + b"John", data + bytes(10)):
        assert not is_sound_dicom(spoiled)
    case = build_case("123-1001", ct_slices=1, fractions=1, cbct=0)
    assert not is_sound_dicom(encode(case[0].dataset)[:-2])


def test_figures_are_put_between_their_marks(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    account = Account(inputs=1200, rejected=1000, held=200)
    account.add(Account(inputs=300, held=300, slowest=0.5, slowest_input=1210, codes={"PKG001": 3}))
    write_into(page, account)
    assert page.read_text().startswith("before\n") and page.read_text().endswith("\nafter\n")
    assert "| inputs tried | 1,500 |" in page.read_text()
    assert all(row in page.read_text() for row in figures(account))
