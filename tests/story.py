"""docs/study-team.md as it is typed: every command of the page, in order, on one deployment.

    python -m tests.story --write     # writes what the commands print now into the page

A line `$ ingest …` or `$ cat …` in a block of the page is run, and what stands below it is what it printed.
What happens between the commands (a zip arrives, a file is written) is in comments, `<!-- story: … -->`.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.builders import of_modality, without, zip_instances
from tests.desk import Desk, ided, leaking_case, on_a_terminal, private_case, small_case

PAGE = Path(__file__).parents[1] / "docs" / "study-team.md"
_PART = re.compile(
    r"^<!-- story: (?P<event>[^\n]+) -->$|^```\n(?P<block>\$ .*?)^```$", re.MULTILINE | re.DOTALL
)
#: What differs from one run to the next.
_MOVING = (
    (r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?)?", "DAY"),
    (r"\d+\.\d (MB|MiB)", "SIZE"),
    (r"(accepted|held|rejected) +\d+$", r"\1 SIZE"),
    (r"test-[0-9]{6}\b", "test-NAME"),
    (r"audit event \d+, [0-9a-f]{16}", "audit event N"),
    (r"hash [0-9a-f]{8}", "hash"),
    (r'"\d+"$', '"DAYS"'),
    (r"[ \t]+", " "),
)


def _private(subject_id: str):
    return private_case(subject_id, 1)


#: What a zip of the story holds, by the word of its event.
CASES: Mapping[str, Callable[[str], list]] = {
    "private-without-dose": lambda subject_id: without(
        case := _private(subject_id), of_modality(case, "RTDOSE")
    ),
    "dose": lambda subject_id: of_modality(_private(subject_id), "RTDOSE"),
    "leaking": lambda subject_id: leaking_case(subject_id, 2),
    "clean": lambda subject_id: small_case(subject_id, int(subject_id[-1])),
    "misspelt": lambda subject_id: ided(subject_id, int(subject_id[-1]), subject_id.replace("-", "_")),
}


class Story:
    """The page, played on a desk; run in a folder of its own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def play(self, page: str) -> str:
        """Return the page with what each command prints now."""
        return "".join(self._parts(page))

    def _parts(self, page: str) -> Iterator[str]:
        at = 0
        for part in _PART.finditer(page):
            yield page[at : part.start()]
            if part["event"]:
                self._happen(shlex.split(part["event"]))
                yield part[0]
            else:
                yield f"```\n{self._type(part['block'])}```"
            at = part.end()
        yield page[at:]

    def _type(self, block: str) -> str:
        typed = [line for line in block.splitlines() if line.startswith("$ ")]
        return "\n".join(f"{line}\n{self._print(shlex.split(line[2:]))}" for line in typed)

    def _print(self, words: list[str]) -> str:
        if words[0] == "cat":
            return Path(words[1]).read_text(encoding="utf-8-sig")
        if "--show-values" in words:
            return on_a_terminal(words[1:])[0].replace("\r\n", "\n")
        return self._desk.type(*words[1:])

    def _happen(self, words: list[str]) -> None:
        if words[0] == "arrives":
            route, site, name, *contents = words[1:]
            kinds = zip(contents[::2], contents[1::2], strict=True)
            instances = [item for kind, subject_id in kinds for item in CASES[kind](subject_id)]
            self._desk.arrive(route, site, name, zip_instances(instances))
        elif words[0] == "writes":
            Path(words[1]).write_text("\n".join(words[2:]) + "\n", encoding="utf-8")
        elif words[0] == "asks-for-mr":
            text = Path("trial.toml").read_text(encoding="utf-8")
            changed = text.replace(
                'object = "mr"\ntitle = "MR"\nrequired = false', 'object = "mr"\ntitle = "MR"'
            )
            assert changed != text
            Path(words[1]).write_text(changed, encoding="utf-8")
        else:
            raise ValueError(f"the story knows no {words[0]}")


def settled(page: str) -> str:
    """Return a page without what differs from one run to the next."""
    for pattern, name in _MOVING:
        page = re.sub(pattern, name, page, flags=re.MULTILINE)
    return page


def play(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Play the page as it is in a folder; return it with what was printed."""
    desk = Desk(folder, monkeypatch)
    monkeypatch.chdir(folder)
    for name, value in (("DATA_DIR", "data"), ("SHARES", "shares"), ("TRIAL_FILE", "trial.toml")):
        monkeypatch.setenv(f"INGEST_{name}", value)
    return Story(desk).play(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        written = play(Path(place), patch)
        os.chdir("/")
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(written, encoding="utf-8")
    else:
        print(written)
