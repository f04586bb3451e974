"""Spoils the program so that a canary comes out, one way at a time; the search must find it.

`apply` patches this process; `install` has the inspection process patched as it starts, by its PYTHONPATH.
"""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

Put = Callable[[object, str, object], None]
ROOT = Path(__file__).resolve().parents[2]


def _names_of_zips(put: Put) -> list[str]:
    """Return a list that the names of the zips which are staged are added to."""
    from ingest.steps import stage

    find, names = stage.find_source, []

    def found(*arguments: Any) -> Any:
        entry = find(*arguments)
        if entry is not None:
            names.append(entry.name)
        return entry

    put(stage, "find_source", found)
    return names


def log_a_name(put: Put) -> None:
    """`stage` logs the name of the zip."""
    from ingest.steps import stage

    names, record = _names_of_zips(put), stage._record

    def log_and_record(parts: Any, *others: Any) -> None:
        parts.log("staged", address=names[-1])
        record(parts, *others)

    put(stage, "_record", log_and_record)


def keep_a_bug_s_text(put: Put) -> None:
    """What an unexpected exception says is kept as the reason of a failure."""
    from ingest.steps import advance

    raise_with_a_name(put)
    put(advance, "name_bug", str)


def raise_with_a_name(put: Put) -> None:
    """The right program, for comparison: an exception holds a name."""
    from ingest.steps import stage

    names = _names_of_zips(put)

    def fail(*_: Any) -> None:
        raise ValueError(f"cannot take {names[-1]}")

    put(stage, "_record", fail)


def name_in_the_audit_chain(put: Put) -> None:
    """An event of the audit chain holds the name of the zip."""
    from ingest.ledger.audit import Audit

    names, append = _names_of_zips(put), Audit.append

    def append_more(self: Any, event: str, *, detail: Any = None, **others: Any) -> None:
        append(self, event, detail={**(detail or {}), "name": " ".join(names)}, **others)

    put(Audit, "append", append_more)


def query_with_a_name(put: Put) -> None:
    """The right program, for comparison: a query that fails holds a name."""
    from ingest.steps import stage

    names = _names_of_zips(put)

    def query(parts: Any, claim: Any, *_: Any) -> None:
        with parts.ledger.work(claim) as tx:
            statement = sa.text("INSERT INTO nowhere VALUES (:name)")
            tx.audit._connection.execute(statement, {"name": names[-1]})

    put(stage, "_record", query)


def database_s_own_words(put: Put) -> None:
    """What the database's library says is kept as the reason of a failure."""
    from ingest.ledger import database
    from ingest.model.errors import TransientError

    query_with_a_name(put)
    make = database.make_engine

    def make_open(url: str) -> sa.Engine:
        engine = make(url)
        engine.hide_parameters = False
        return engine

    put(database, "make_engine", make_open)
    put(database, "_without_values", lambda error: TransientError(str(error)))


def address_of_a_request(put: Put) -> None:
    """What Azure's library was asked for is told with its failure."""
    from ingest.model.errors import TransientError
    from ingest.routes import azure_faults

    def told(error: Any, doing: str) -> TransientError:
        return TransientError(f"could not {doing}: {error.response.request.url}")

    put(azure_faults, "outcome_of", told)


def value_as_keyword(put: Put) -> None:
    """A finding holds the value in place of the attribute's keyword. In the inspection process."""
    from ingest.checks.pseudonymisation import judge, notes

    values = [""]
    judge_value = judge.judge_value

    def judged(*arguments: Any) -> Any:
        result = judge_value(*arguments)
        values[0] = result.text if result else ""
        return result

    def tally(self: Any, code: str, raised: Any, place: Any, at: str) -> Any:
        return self.tallies.get(code, self.subject, at, place.path, values[0], raised.codes[code])

    put(judge, "judge_value", judged)
    put(notes.Notes, "_tally", tally)


def member_s_name_as_place(put: Put) -> None:
    """A finding gives a member's name as its place. In the inspection process."""
    from ingest.checks.pseudonymisation import judge

    judge_container = judge.PackageJudge.judge_container

    def judged(self: Any, comment: bytes, members: Any) -> None:
        members = list(members)
        judge_container(self, comment, members)
        for member in members:
            self._notes.tallies.get("PSN602", "", member.name, member.name, "", {}).add(None)

    put(judge.PackageJudge, "judge_container", judged)


def warn_as_pydicom_does(put: Put) -> None:
    """The right program, for comparison: pydicom reads, and warns with values. In the inspection process."""
    from pydicom import config, dcmread

    from ingest.inspection import member_pass

    walk = member_pass.walk

    def read_too(data: Any, *others: Any) -> Any:
        config.settings.reading_validation_mode = config.WARN
        for element in dcmread(BytesIO(bytes(data)), force=True).iterall():
            warnings.warn(f"Invalid value for VR {element.VR}: {element.value!r}", stacklevel=1)
        return walk(data, *others)

    put(warnings, "simplefilter", lambda *_: None)
    put(member_pass, "walk", read_too)


def let_warnings_through(put: Put) -> None:
    """What the inspection process prints is printed. In the service's process."""
    from ingest.inspection import child

    put(child, "subprocess", SimpleNamespace(Popen=subprocess.Popen, PIPE=subprocess.PIPE, DEVNULL=None))


SABOTAGE: dict[str, Callable[[Put], None]] = {
    act.__name__: act
    for act in (
        log_a_name,
        keep_a_bug_s_text,
        raise_with_a_name,
        name_in_the_audit_chain,
        query_with_a_name,
        database_s_own_words,
        address_of_a_request,
        value_as_keyword,
        member_s_name_as_place,
        warn_as_pydicom_does,
        let_warnings_through,
    )
}
IN_CHILD = frozenset({"value_as_keyword", "member_s_name_as_place", "warn_as_pydicom_does"})


def install(folder: Path, acts: Sequence[str]) -> str:
    """Write what spoils the inspection process into a folder; return the PYTHONPATH that has it loaded."""
    lines = [f"SABOTAGE[{name!r}](setattr)\n" for name in acts if name in IN_CHILD]
    text = "from tests.canary.sabotage import SABOTAGE\n\n" + "".join(lines)
    (folder / "sitecustomize.py").write_text(text if lines else "", encoding="utf-8")
    return f"{folder}:{ROOT}"
