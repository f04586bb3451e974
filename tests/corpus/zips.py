"""Every hostile zip of the corpus, each named for the finding code that it must raise."""

from __future__ import annotations

from tests.corpus.cases import Hostile
from tests.corpus.hostile_files import NOT_WHOLE_ZIPS
from tests.corpus.hostile_members import HOSTILE_MEMBERS
from tests.corpus.hostile_names import HOSTILE_NAMES
from tests.corpus.hostile_structures import HOSTILE_STRUCTURES

HOSTILE_ZIPS: tuple[Hostile, ...] = (*NOT_WHOLE_ZIPS, *HOSTILE_STRUCTURES, *HOSTILE_NAMES, *HOSTILE_MEMBERS)
