"""Long word lists, searched where they lie: making sets of 160,000 words costs more than a cold check."""

from __future__ import annotations


class SortedWords:
    """Words of a text of one word a line, in the order of their code points; ends with a line break."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __contains__(self, word: str) -> bool:
        """Halve the text until one line is left, each half beginning where a line does."""
        text = self._text
        low, high = 0, len(text)
        while low < high:
            begin = text.rfind("\n", low, (low + high) // 2) + 1 or low
            end = text.find("\n", begin)
            line = text[begin:end]
            if line == word:
                return True
            if line < word:
                low = end + 1
            else:
                high = begin
        return False
