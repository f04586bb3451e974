"""How many names of a list are told as names: `python -m tests.corpus.planted.name_score FILE [FROM [TO]]`.

One name a line, the commonest first; FROM and TO are ranks. A name that is a word of the trade or of
English is counted apart: by itself it is that word.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

from ingest.checks.pseudonymisation.folding import fold
from ingest.checks.pseudonymisation.rules import load_rules

#: One word of letters; what has spaces is two names.
_NAME = re.compile(r"[^\W\d_]{3,20}")


def main(path: Path, first: str = "0", last: str = "0") -> None:
    """Print how many of the names are held, unknown (warned of) and known as words."""
    rows = path.read_text(encoding="utf-8").splitlines()
    names = [row for row in rows if _NAME.fullmatch(row) and fold(row).isascii()]
    names = names[int(first) : int(last) or len(names)]
    lexicon = load_rules().lexicon
    told = Counter(lexicon.classify(name).value for name in names)
    print(len(names), ", ".join(f"{what} {count / len(names):.1%}" for what, count in sorted(told.items())))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:4])
