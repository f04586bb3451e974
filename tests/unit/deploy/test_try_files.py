"""The files with which the service is tried belong to the ones with which it is run."""

import re
import tomllib
from pathlib import Path

from ingest.checks.codes import load_codes
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
