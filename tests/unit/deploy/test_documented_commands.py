"""Whatever command the pages for operators name is known: tried with a service, or of containers."""

import re

from tests.documented import DOCS, WITH_A_SERVICE, WITH_CONTAINERS, documented_commands


def test_every_documented_command_is_listed_and_nothing_else_is() -> None:
    assert documented_commands() == WITH_A_SERVICE | WITH_CONTAINERS


def test_every_section_that_a_letter_names_is_in_the_runbook() -> None:
    headings = set(re.findall(r"^## (.+)$", (DOCS / "runbook.md").read_text(encoding="utf-8"), re.MULTILINE))
    program = "".join(path.read_text(encoding="utf-8") for path in (DOCS.parent / "ingest").rglob("*.py"))
    joined = re.sub(r'"\s*\n\s*f?"', "", program)
    named = re.findall(r"docs/runbook\.md, '([^']+)'", joined)
    assert len(named) >= 4
    assert set(named) <= headings
