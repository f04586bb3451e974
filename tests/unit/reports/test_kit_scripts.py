"""The scripts of a site's kit: read by their languages' grammars, every name set, nothing left to fill in."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from ingest.model.route import RouteKind
from ingest.reports.site_kit import SiteKitInput, build_site_kit, default_accounts, rotation_commands

#: Variables that PowerShell sets itself.
AUTOMATIC = frozenset({"$true", "$false", "$null", "$_", "$lastexitcode"})
POWERSHELL = Parser(Language(tree_sitter_powershell.language()))
SHELLCHECK = Path(sys.executable).parent / "shellcheck"
ROUTES = [routes for size in range(1, 5) for routes in combinations(RouteKind, size)]
NAMES = ("Eastfield", 'St Ann\'s "$(touch x)" `whoami` $env:PATH \n}; exit \\')


def kits() -> Iterator[Mapping[str, str]]:
    """Yield the kit of every set of routes, of a site with a plain name and with a hostile one."""
    for routes in ROUTES:
        for name in NAMES:
            accounts = default_accounts("hamletrt", "126", routes)
            team = ("data@example.org", "Hamlet.rt", "A trial")
            yield build_site_kit(SiteKitInput("126", name, routes, accounts, "a b;c", "126-1001", *team))


def scripts(ending: str) -> list[str]:
    """Return every script of that kind that a kit can have, each once."""
    found = {text for kit in kits() for file, text in kit.items() if file.endswith(ending)}
    if ending == ".sh":
        found |= {rotation_commands("hamletrt", "site-126", is_keyed) for is_keyed in (True, False)}
    assert found
    return sorted(found)


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def variables(node: Node) -> Iterator[str]:
    """Yield the variables in a part of a script; PowerShell does not tell their letters' case apart."""
    for found in walk(node):
        if found.type == "variable" and found.text is not None:
            yield found.text.decode().casefold()


def unset_variables(script: str) -> set[str]:
    """Return what a PowerShell script reads before it is set. Raises ValueError where it is no script."""
    root = POWERSHELL.parse(script.encode()).root_node
    if root.has_error:
        faulty = next(node for node in walk(root) if node.is_error or node.is_missing)
        raise ValueError(f"line {faulty.start_point.row + 1}: {faulty.text!r}")
    known, unset = set(AUTOMATIC), set()
    for node in walk(root):
        if node.type == "assignment_expression":
            target, *value = node.named_children
            for part in value:
                unset |= {name for name in variables(part) if name not in known}
            known |= set(variables(target))
        elif node.type == "variable" and node.text is not None:
            unset |= {node.text.decode().casefold()} - known
        elif node.type == "expandable_string_literal" and node.text is not None:
            # PowerShell reads a colon behind a name as part of it, and refuses "$name: ".
            unset |= set(re.findall(r"\$\w+:", node.text.decode()))
    return unset


def test_powershell_s_grammar_reads_the_mount_script_and_every_variable_is_set() -> None:
    for script in scripts(".ps1"):
        assert unset_variables(script) == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("exit 1\n}", "exit 1\n"),
        ("-Port 445).", "-Port 445."),
        ('gave you"', "gave you"),
        ("$secret = Read", "$secrets = Read"),
        ("to $target.", "to $target: "),
        ('"$account.file', '"$acount.file'),
    ],
)
def test_a_script_that_powershell_would_stumble_over_is_noticed(old: str, new: str) -> None:
    (script,) = scripts(".ps1")
    assert old in script
    broken = script.replace(old, new, 1)
    try:
        assert unset_variables(broken) != set()
    except ValueError as error:
        assert str(error).startswith("line ")


def test_shellcheck_finds_nothing_in_any_shell_script_of_a_kit(tmp_path: Path) -> None:
    for number, script in enumerate(scripts(".sh")):
        (tmp_path / f"{number}.sh").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [SHELLCHECK, "--shell=bash", "--severity=style", *sorted(tmp_path.glob("*.sh"))],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_nothing_is_left_to_fill_in_in_any_file() -> None:
    for kit in kits():
        for file, text in kit.items():
            assert not re.search(r"\{\{|\}\}|\{%|%\}|\{#|\bNone\b|\bUndefined\b|RouteKind", text), file
            assert "126" in text
        for file in kit.keys() - {name for name in kit if name.endswith(".html")}:
            assert not re.search(r'=$|""|//["/]|/"', kit[file], re.MULTILINE), "a value that is empty"
