"""Scores the judge on the planted corpus: `python -m tests.corpus.planted.score`."""

from __future__ import annotations

from tests.corpus.planted.clean import clean_files
from tests.corpus.planted.driver import flagged, judge_members
from tests.corpus.planted.leaks import Leak, leaks


def is_found(leak: Leak) -> bool:
    """Say whether block or review is raised at the leak's own place."""
    _, judgement = judge_members(
        leak.files,
        route=leak.route,
        package_name=leak.package_name,
        comment=leak.comment,
        extra=leak.extra,
        allowed=leak.allowed,
    )
    places = {item.where for item in flagged(judgement, "block", "review")}
    return any(where == leak.where or where.startswith(leak.where + "[") for where in places)


def false_alarms(data: bytes) -> list[str]:
    """Return code and place of every block or review on a clean file."""
    _, judgement = judge_members([("DICOM/IM0001.dcm", data)])
    return [f"{item.code} {item.where}" for item in flagged(judgement, "block", "review")]


def main() -> None:
    """Print recall and false alarms."""
    planted, clean = leaks(), clean_files()
    missed = [leak.name for leak in planted if not is_found(leak)]
    alarmed = [name for name, data in clean if false_alarms(data)]
    print(f"leaks {len(planted)}, found {len(planted) - len(missed)}", *missed, sep="\n  ")
    print(f"clean {len(clean)}, flagged {len(alarmed)}", *alarmed, sep="\n  ")


if __name__ == "__main__":
    main()
