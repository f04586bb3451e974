"""Reads a Hamlet.rt archive with nothing but docs/archive-format.md at hand.

    python3 -I strangers_reader.py SUBJECTS

Prints each version's files and where their bytes lie, as JSON; every digest is checked.
"""

import hashlib
import json
import pathlib
import sys


def read_version(subject, inventory, name):
    state = inventory["versions"][name]["state"]
    files = {}
    for digest, paths in state.items():
        place = subject / inventory["manifest"][digest][0]
        if hashlib.sha256(place.read_bytes()).hexdigest() != digest:
            sys.exit("a file's bytes are not those of its digest")
        files.update(dict.fromkeys(paths, str(place)))
    return files


found = {}
for subject in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    if (subject / "0=ocfl_object_1.1").exists():
        inventory = json.loads((subject / "inventory.json").read_text())
        versions = {name: read_version(subject, inventory, name) for name in inventory["versions"]}
        found[inventory["id"]] = {"head": inventory["head"], "versions": versions}
json.dump(found, sys.stdout)
