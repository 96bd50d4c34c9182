"""Which characters a font can show: read from the `cmap` table of an OpenType file (ISO/IEC 14496-22 §5.2.1).

Only subtables of format 12 (segments over all of Unicode) are read, which fonts of Chinese have. A PDF/A may not hold a
character without a glyph (ISO 19005-2, 6.2.11.8), and a report may not leave one out.
"""

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from struct import iter_unpack, unpack_from

_FORMAT = 12


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The code points of a font, as segments from ``starts`` to ``ends``, both sorted and included."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __contains__(self, character: str) -> bool:
        """Tell whether the font can show ``character``."""
        place = bisect_right(self.starts, ord(character)) - 1
        return place >= 0 and ord(character) <= self.ends[place]


def read_glyphs(path: Path) -> Glyphs:
    """Return the code points that the font in the file ``path`` has; raises ValueError for one that cannot be read."""
    font = path.read_bytes()
    tables = {
        tag: offset for tag, _, offset, _ in iter_unpack(">4sIII", font[12 : 12 + 16 * unpack_from(">H", font, 4)[0]])
    }
    cmap = tables[b"cmap"]
    count = unpack_from(">H", font, cmap + 2)[0]
    for at in range(cmap + 4, cmap + 4 + 8 * count, 8):
        subtable = cmap + unpack_from(">I", font, at + 4)[0]
        if unpack_from(">H", font, subtable)[0] == _FORMAT:
            groups = unpack_from(">I", font, subtable + 12)[0]
            segments = sorted(iter_unpack(">III", font[subtable + 16 : subtable + 16 + 12 * groups]))
            return Glyphs(tuple(each[0] for each in segments), tuple(each[1] for each in segments))
    raise ValueError(f"the font `{path.name}` has no table of all its characters")
