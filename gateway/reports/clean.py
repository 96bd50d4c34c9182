"""Text of sources as it may stand in a document: nothing invisible, nothing that turns the order of what is read.

What a font has no glyph for, and what has none by nature (controls, marks of direction, private use), is written as its
code, `〔U+202E〕`: left out it would change what a record says, and shown as an empty box nobody could read it.
"""

import unicodedata
from collections.abc import Container
from functools import lru_cache
from typing import Final

MAXIMUM_CHARACTERS: Final = 2_000
"""Of one value in a document for readers; the JSON form has it whole."""
_CODED: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_BLANKS: Final = "\t\n\r\v\f\x85\u2028\u2029"
_CUT: Final = "〔……全文 {count} 字，见 JSON 形式 / {count} characters, whole in the JSON form〕"


class Everything:
    """A font that shows everything, for documents whose reader brings the fonts."""

    def __contains__(self, character: object) -> bool:
        """Return true."""
        return True


class _Table(dict[int, str]):
    """How each character is shown, found out once, for `str.translate`."""

    def __init__(self, glyphs: Container[str]) -> None:
        super().__init__(dict.fromkeys(map(ord, _BLANKS), " "))
        self._glyphs = glyphs

    def __missing__(self, code: int) -> str:
        character = chr(code)
        named = unicodedata.category(character) in _CODED or character not in self._glyphs
        shown = self[code] = f"〔U+{code:04X}〕" if named else character
        return shown


@lru_cache(maxsize=8)
def _table(glyphs: Container[str]) -> _Table:
    return _Table(glyphs)


def clean(text: str, glyphs: Container[str]) -> str:
    """Return ``text`` as it may stand in a document set in a font with ``glyphs``; a long one is cut, and says so."""
    shown = text[:MAXIMUM_CHARACTERS].translate(_table(glyphs))  # type: ignore[arg-type]  # such sets are compared by identity
    return shown if len(text) <= MAXIMUM_CHARACTERS else shown + _CUT.format(count=len(text))
