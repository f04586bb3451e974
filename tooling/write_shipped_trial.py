"""Write ingest/trial/shipped.json: the shipped trial file as it was checked, so that a cold start need not.

With --check, fail where it is not up to date.
"""

import json
import sys
from pathlib import Path

from ingest.checks.codes import load_codes
from ingest.trial.check import check_trial
from ingest.trial.load import default_trial_text, describe_trial

TARGET = Path(__file__).resolve().parents[1] / "ingest" / "trial" / "shipped.json"


def render() -> str:
    """Return the file's text."""
    trial = check_trial(default_trial_text(), load_codes(), "hamlet-rt.toml")
    return json.dumps(describe_trial(trial), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write or check."""
    if "--check" not in sys.argv:
        TARGET.write_text(render(), encoding="utf-8")
    elif not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != render():
        sys.exit("ingest/trial/shipped.json is not up to date: make docs")


if __name__ == "__main__":
    main()
