"""Long word lists, searched where they lie: making sets of 160,000 words costs more than a cold check."""

from __future__ import annotations


class SortedWords:
    """Words of a text of one word a line, in the order of their code points; ends with a line break."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __contains__(self, word: str) -> bool:
        """Say whether a word is in the list."""
        return self._text.startswith(word + "\n", self._place_of(word))

    def has_beginning(self, beginning: str) -> bool:
        """Say whether a word of the list begins so."""
        return self._text.startswith(beginning, self._place_of(beginning))

    def _place_of(self, word: str) -> int:
        """Return where the first line begins that is not before this word; the text's end where none is.

        Halves the text until one line is left, each half beginning where a line does.
        """
        text = self._text
        low, high = 0, len(text)
        while low < high:
            begin = text.rfind("\n", low, (low + high) // 2) + 1 or low
            end = text.find("\n", begin)
            if text[begin:end] < word:
                low = end + 1
            else:
                high = begin
        return low
