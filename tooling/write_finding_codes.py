"""Write docs/finding-codes.md from finding_codes.toml; with --check, fail where it is not up to date."""

import sys
from itertools import groupby
from pathlib import Path

from ingest.checks.codes import load_codes

TARGET = Path(__file__).resolve().parents[1] / "docs" / "finding-codes.md"
TITLES = {
    "PKG": "The zip",
    "DCM": "The DICOM file",
    "PSN": "Pseudonymisation",
    "SID": "The study ID",
    "REF": "References",
    "GEO": "Geometry",
    "DOS": "Dose and plan",
    "IGR": "Image guidance",
    "CMP": "Expected objects",
    "ARC": "The archive",
}
HEAD = """# Finding codes

Generated from `ingest/checks/finding_codes.toml` by `make docs`. Codes are never renumbered. A trial file
may change the severity and effect of a code, for the whole trial or one site, with a reason
([trial-file.md](trial-file.md)).

*Severity*: `block` and `review` stop, `warn` and `info` do not. *Scope*: what the finding speaks of.
*Effect*: what it does to the outcome of that. `{…}` stands for what the finding counts or names; it is never
a value read from the data.
"""


def render() -> str:
    """Return the whole page."""
    parts = [HEAD]
    codes = sorted(load_codes().values(), key=lambda item: (list(TITLES).index(item.code[:3]), item.code))
    for prefix, group in groupby(codes, key=lambda item: item.code[:3]):
        parts.append(f"\n## {prefix}: {TITLES[prefix]}\n")
        parts.append(
            "| Code | Severity | Scope | Effect | What is said | What to do |\n|---|---|---|---|---|---|"
        )
        for item in group:
            cells = (item.message, item.action)
            words = " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
            anchor = f'<a id="{item.code.lower()}"></a>`{item.code}` {item.name}'
            parts.append(f"| {anchor} | {item.severity} | {item.scope} | {item.effect} | {words} |")
    return "\n".join(parts) + "\n"


def main() -> int:
    """Write or check."""
    text = render()
    if "--check" in sys.argv:
        if TARGET.read_text(encoding="utf-8") != text:
            print("docs/finding-codes.md is not up to date: run `make docs`")
            return 1
        return 0
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
