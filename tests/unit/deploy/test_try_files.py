"""The files with which the service is tried belong to the ones with which it is run."""

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

from ingest.checks.codes import load_codes
from ingest.model.route import RouteKind
from ingest.routes.addresses import AzureAddress, parse_address
from ingest.routes.isolation import find_shared_places
from ingest.trial.load import load_trial

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"


def test_the_try_outs_trial_file_is_the_shipped_one_but_for_addresses_and_settling() -> None:
    shipped, tried = (
        tomllib.loads((DEPLOY / path).read_text(encoding="utf-8"))
        for path in ("trials/hamlet-rt.toml", "try/trial.toml")
    )
    for read in (shipped, tried):
        del read["settle"]["polls"], read["settle"]["minimum_age"]
        for route in read["route"].values():
            del route["address"]
    assert tried == shipped, (
        "what changed in deploy/trials/hamlet-rt.toml belongs in deploy/try/trial.toml too"
    )


def test_the_try_outs_trial_file_can_be_loaded() -> None:
    assert load_trial(DEPLOY / "try/trial.toml", load_codes()).name == "Hamlet.rt"


def test_every_secret_that_compose_names_has_an_example_and_is_made() -> None:
    compose = (DEPLOY.parent / "docker-compose.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"^  (\w+): \{file: ", compose, re.MULTILINE))
    examples = {item.name for item in (DEPLOY / "secrets.example").iterdir() if item.is_file()}
    made = set(re.findall(r"\| keep (\w+)|keep (\w+) <", (DEPLOY / "make-secrets.sh").read_text("utf-8")))
    assert named == examples - {"README.md"} == {one or other for one, other in made}


def test_every_variable_of_the_try_out_is_one_that_compose_knows() -> None:
    compose = (DEPLOY.parent / "docker-compose.yml").read_text(encoding="utf-8")
    for line in (DEPLOY / "try/try.env").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            assert f"${{{line.partition('=')[0]}:-" in compose


def try_accounts() -> ModuleType:
    """Return the try-out's own module of that name."""
    spec = importlib.util.spec_from_file_location("try_accounts", DEPLOY / "try/accounts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_site_of_the_try_out_has_an_account_and_a_key_of_its_own() -> None:
    accounts = try_accounts()
    shares = load_trial(DEPLOY / "try/trial.toml", load_codes()).share_addresses("")
    named = set()
    for share in shares:
        address = parse_address(share.address)
        assert isinstance(address, AzureAddress)
        named.add((address.account, address.share))
    assert named == {(account, share) for share, account in accounts.ACCOUNT_OF.items()}
    assert find_shared_places(shares, lambda share: share.route is not RouteKind.EGRESS) == ()


def test_the_try_outs_credentials_are_those_of_its_accounts() -> None:
    accounts = try_accounts()
    secrets = DEPLOY / "secrets.example/shares"
    for account in accounts.SHARES.keys() - {accounts.STUDY_TEAM}:
        text = (secrets / account).read_text(encoding="utf-8")
        assert f"AccountName={account};AccountKey={accounts.key_of(account)};" in text
    assert {item.name for item in secrets.iterdir()} == {"site123", "site124", "site125", "studyteam.egress"}
