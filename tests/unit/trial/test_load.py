"""A trial file is read whole or refused with the line, the key and what was expected."""

import json
import re

import pytest

from ingest.checks.codes import load_codes
from ingest.model.errors import ConfigurationError
from ingest.model.route import RouteKind
from ingest.trial.check import check_trial
from ingest.trial.load import (
    default_trial_text,
    describe_trial,
    load_default_trial,
    load_trial,
    parse_trial,
    recall_trial,
)

TEXT = default_trial_text()


def line_of(text: str, needle: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if needle in line)


def refusal(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse_trial(text, load_codes(), name="trial.toml")
    return str(caught.value)


def test_the_shipped_trial_file_is_read_and_its_codes_are_known() -> None:
    trial = load_default_trial(load_codes())
    assert trial.name == "Hamlet.rt"
    assert trial.study_id.site_of("123-1001") == "123"
    assert trial.study_id.site_of("123-100") is None
    assert trial.routes[RouteKind.EGRESS].maximum_size == 5 * 1024**3
    assert trial.retention.held is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('minimum_age = "2 minutes"', 'minimum_age = "2 mins"', 'a duration such as "2 minutes"'),
        ('maximum_size = "5 GB"', 'maximum_size = "5 gigs"', 'a size such as "5 GB"'),
        ('accepted = "30 days"', 'accepted = "a month"', '"until resolved" or a number of days'),
        ('routes = ["egress", "htp"]', 'routes = ["post"]', "'egress', 'explorer', 'smb' or 'htp'"),
        ('number = "125"', "number = 125", "a valid string"),
        ('number = "125"', 'number = "124"', "a number that no other site has"),
        ('example = "123-1001"', 'example = "1231001"', "an example that matches the pattern"),
        ("(?P<site>", "(?P<hospital>", "a pattern with the groups"),
        ('report = ["email"]', 'report = ["pigeon"]', "report holds only share, email or queue"),
        ('queue = "htp-{site}"', "poll_every = 60", "the name of a queue"),
        ("ocr = true", "orc = true", "one of the keys of docs/trial-file.md"),
    ],
)
def test_a_wrong_value_is_told_by_line_and_key(old: str, new: str, expected: str) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    message = refusal(text)
    assert expected in message
    assert "trial.toml, line " in message


def test_the_line_is_the_line_of_the_key() -> None:
    text = TEXT.replace("ocr = true", "orc = true")
    assert f"line {line_of(text, 'orc = true')}:" in refusal(text)


def test_the_line_of_a_repeated_table_is_that_of_its_own_item() -> None:
    text = TEXT.replace('object = "rtdose"', "object = 4")
    assert f"line {line_of(text, 'object = 4')}:" in refusal(text)


@pytest.mark.parametrize(
    ("addition", "expected"),
    [
        (
            '[[severity]]\ncode = "PSN000"\nseverity = "info"\nreason = "x"\n',
            "a code of docs/finding-codes.md",
        ),
        ('[[severity]]\ncode = "PSN000"\nseverity = "info"\n', "a value; the key is missing"),
        ('[[share]]\nroute = "smb"\nsite = "999"\naddress = "folder:/x"\n', "the number of a site"),
        ('[[share]]\nroute = "smb"\nsite = "123"\naddress = "ftp:/x"\n', "share.0.address"),
    ],
)
def test_what_one_table_cannot_know_is_checked_over_the_whole(addition: str, expected: str) -> None:
    assert expected in refusal(TEXT + "\n" + addition)


def test_a_trial_begins_without_a_site() -> None:
    trial = parse_trial(re.sub(r"\[\[site\]\]\n(?:.+\n)+", "", TEXT))
    assert trial.sites == () and trial.share_addresses("/srv") == ()


def test_a_file_that_is_not_toml_or_not_there_is_said(tmp_path) -> None:
    assert "is not TOML" in refusal("[trial\n")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_trial(tmp_path / "absent.toml")
    (tmp_path / "latin.toml").write_bytes(b"name = '\xe9'")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        load_trial(tmp_path / "latin.toml")


def test_a_share_of_its_own_takes_the_place_of_the_routes_template() -> None:
    trial = parse_trial(
        TEXT
        + '\n[[share]]\nroute = "smb"\nsite = "124"\naddress = "azure-files:https://x.file.core.windows.net/s"\n'
    )
    addresses = {(share.route, share.site): share.address for share in trial.share_addresses("/srv")}
    assert addresses[RouteKind.SMB, "124"] == "azure-files:https://x.file.core.windows.net/s"
    assert addresses[RouteKind.SMB, "123"] == "folder:/srv/smb/123"
    assert (RouteKind.EGRESS, "124") not in addresses


def test_the_shipped_form_is_what_the_check_makes_of_the_shipped_text() -> None:
    text = default_trial_text()
    assert load_default_trial(load_codes()) == check_trial(text, load_codes(), "hamlet-rt.toml")
    assert (
        recall_trial(json.loads(json.dumps(describe_trial(load_default_trial()))), text)
        == load_default_trial()
    )


def test_a_text_read_before_without_codes_is_checked_when_codes_are_known() -> None:
    text = default_trial_text() + '\n[[severity]]\ncode = "XYZ999"\nseverity = "info"\nreason = "r"\n'
    assert parse_trial(text).overrides[0].code == "XYZ999"
    with pytest.raises(ConfigurationError):
        parse_trial(text, load_codes())
