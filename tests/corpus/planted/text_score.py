"""Which texts of a file, one a line, would be stopped: `python -m tests.corpus.planted.text_score FILE`.

For lists that real departments and archives use. Labels of structures are put among those of an ordinary
structure set. With a kind of object and a keyword behind FILE (`CT StudyDescription`) each text is that
attribute of an object of its own.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from tests.corpus.planted.blind import Line, alarms

_ORDINARY = (
    "BODY;Bladder;Rectum;Bowel;Femoral_Head_L;Femoral_Head_R;PenileBulb;CTV_P;CTV_SV;PTV_60;PTV_48;Couch"
)
_AT_ONCE = 32
#: Characters with a meaning in a line of a set.
_SPECIAL = frozenset(";|\\")


def stopped_labels(labels: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the labels that are not let through, with the findings; halves what is stopped to find them."""
    line = Line("", "", False, "RTSTRUCT", edits=[("rois", ";".join((_ORDINARY, *labels)))])
    found = alarms(line)
    if found and len(labels) > 1:
        half = len(labels) // 2
        yield from stopped_labels(labels[:half])
        yield from stopped_labels(labels[half:])
    elif found:
        yield labels[0], found


def stopped_texts(texts: list[str], kind: str, keyword: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the texts that are not let through as an attribute of such an object, with the findings."""
    for text in texts:
        if found := alarms(Line("", "", False, kind, edits=[(keyword, text)])):
            yield text, found


def main(path: Path, kind: str = "", keyword: str = "") -> None:
    """Print what is stopped, and how many of how many."""
    warnings.simplefilter("ignore")
    rows = path.read_text(encoding="utf-8").splitlines()
    texts = [row for row in rows if row.strip() and not _SPECIAL & set(row)]
    pieces = (texts[first : first + _AT_ONCE] for first in range(0, len(texts), _AT_ONCE))
    bad = [
        one
        for piece in pieces
        for one in (stopped_texts(piece, kind, keyword) if kind else stopped_labels(piece))
    ]
    for text, codes in bad:
        print(f"{text}\t{', '.join(sorted({code.split()[0] for code in codes}))}")
    print(f"{len(bad)} of {len(texts)} texts stopped, {len(bad) / len(texts):.1%}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:4])
