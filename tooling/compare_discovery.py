"""Run dicom-discovery beside this project's review on the golden case and every mutation, and print a table.

`python tooling/compare_discovery.py [--out FILE]`. dicom-discovery gets an environment of its own; both see
the same files. What needs more than files (enrolment list, what is filed, the trial's lists) is left out.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ingest.checks.codes import load_codes  # noqa: E402
from ingest.checks.subject import review_subject  # noqa: E402
from tests.builders import Case, encode  # noqa: E402
from tests.radiotherapy_mutations import MUTATIONS, golden, view_of  # noqa: E402
from tests.radiotherapy_variants import VARIANTS  # noqa: E402

DISCOVERY = "dicom-discovery==0.11.0"
GOLDEN = "golden"
_FINDING = re.compile(r"\[(?:ERROR|WARNING|INFO)[^]]*\] ([A-Z0-9_]+: [^\[|]*)")


def main() -> None:
    """Write the cases, run both, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="also write the table (Markdown) to this file")
    options = parser.parse_args()
    cases = {GOLDEN: list(golden())}
    for number, mutation in enumerate((*MUTATIONS, *VARIANTS), 1):
        if mutation.view == view_of(mutation.case):
            cases[f"m{number:02} {mutation.code} {mutation.name}".strip()] = mutation.case
    with tempfile.TemporaryDirectory() as scratch:
        write_cases(cases, Path(scratch) / "cases")
        theirs = run_discovery(Path(scratch))
    table = draw_table(cases, theirs)
    print(table)
    if options.out:
        options.out.write_text(table, encoding="utf-8")


def write_cases(cases: dict[str, Case], root: Path) -> None:
    """Write one folder a case, which dicom-discovery takes for a patient."""
    for name, case in cases.items():
        folder = root / name.split()[0]
        for number, instance in enumerate(case):
            path = folder / Path(instance.name).parent / f"{number:04}.dcm"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(encode(instance.dataset))


def run_discovery(scratch: Path) -> dict[str, set[str]]:
    """Return dicom-discovery's findings (code and text) by folder."""
    uv = ROOT / ".venv" / "bin" / "uv"
    subprocess.run([uv, "venv", "--quiet", scratch / "venv"], check=True)
    python = scratch / "venv" / "bin" / "python"
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, DISCOVERY], check=True)
    command = [scratch / "venv" / "bin" / "dicom-discovery", "rt-check", "--root", scratch / "cases"]
    command += ["--group-by", "folder", "--out-csv", scratch / "found.csv", "--json", scratch / "found.json"]
    subprocess.run(command, check=True, capture_output=True)
    json.loads((scratch / "found.json").read_text(encoding="utf-8"))
    found: dict[str, set[str]] = {}
    with (scratch / "found.csv").open(encoding="utf-8-sig", newline="") as rows:
        for row in csv.DictReader(rows):
            found.setdefault(row["patient_id"], set()).update(
                text.strip() for text in _FINDING.findall(row["findings"])
            )
    return found


def draw_table(cases: dict[str, Case], theirs: dict[str, set[str]]) -> str:
    """Return the table: what each says of each case; theirs without what they say of the golden case too."""
    codes = load_codes()
    usual = theirs.get(GOLDEN, set())
    lines = ["| case | this project | dicom-discovery 0.11 |", "|---|---|---|"]
    named = ours_named = 0
    for name, case in cases.items():
        findings = {item.code for item in review_subject(view_of(case)).findings}
        ours = ", ".join(f"{code} {codes[code].name}" for code in sorted(findings)) or "nothing"
        ours_named += name != GOLDEN and name.split()[1] in findings
        said = theirs.get(name.split()[0], set()) - (set() if name == GOLDEN else usual)
        named += bool(said) and name != GOLDEN
        their_codes = ", ".join(sorted({text.split(":")[0] for text in said})) or "nothing"
        lines.append(f"| {name} | {ours} | {their_codes} |")
    total = len(cases) - 1
    lines += ["", f"Of {total} mutations this project names {ours_named}, dicom-discovery {named}."]
    always = "; ".join(sorted(usual)) or "nothing"
    lines.append(f"Left out of its column is what it says of the golden case too: {always}.")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
