"""Names of organizations as keys: one canonical form for all ways of writing the same name, and never a similar one.

Half and full width, kinds of brackets, upper and lower case, blanks and what cannot be seen make no difference. Other
words do: a former name, a short name or a misspelling is another key.
"""

import re
from typing import Final
from unicodedata import category, normalize

_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Controls, invisible marks (zero width, BOM, soft hyphen), blanks."""
_HALF: Final = str.maketrans("〔【[〕】]", "((()))")
_FULL: Final = str.maketrans("()", "（）")
_SIMPLE: Final = re.compile("[一-龥]+")
"""Characters of which most names consist, and which are their own canonical form."""


def canonical_name(text: str) -> str:
    """Return the name that ``text`` writes as keys of the scheme NAME are written; empty when there is none."""
    if _SIMPLE.fullmatch(text):
        return text
    # Once is not enough: what stood apart may compose, and a letter's upper case may read differently again.
    while (plainer := normalize("NFKC", _seen(text)).translate(_HALF).upper()) != text:
        text = plainer
    return text


def spellings(name: str) -> tuple[str, ...]:
    """Return how sources may write the canonical ``name``: with half-width brackets, and with full-width ones."""
    return tuple(dict.fromkeys((name, name.translate(_FULL))))


def _seen(text: str) -> str:
    return "".join(each for each in text if category(each) not in _UNSEEN)
