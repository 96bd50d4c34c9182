"""How a text file is written: its encoding, its line breaks and its delimiter, told from the file itself.

UTF-16 is told by its mark. Everything else is read through as UTF-8, and where that fails as GB18030, of which GBK and
GB 2312 are parts: a file that is neither is refused rather than read with gaps.
"""

import codecs
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.screening.files.block import FileRefused

CHUNK: Final = 1 << 20
DELIMITERS: Final = ",\t;|"


@dataclass(frozen=True, slots=True)
class Written:
    """The ``encoding`` (with its mark, where the file has one) and the ``newline`` of a text file."""

    encoding: str
    newline: str


def written(path: Path) -> Written:
    """Return how the file at ``path`` is written; raises `FileRefused`."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif head.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    else:
        encoding = "utf-8"
    for each in (encoding, "gb18030") if encoding == "utf-8" else (encoding,):
        if _reads(path, each):
            with path.open(encoding=each, newline="") as text:
                line = text.readline(CHUNK)
            return Written(each, "\r\n" if line.endswith("\r\n") else "\n")
    raise FileRefused("the file is neither UTF-8 nor GB18030: save it as UTF-8 and try again")


def delimiter(line: str) -> str:
    """Return what parts the cells of a header: the one of DELIMITERS that stands in it most often, else a comma."""
    outside = "".join(line.split('"')[::2])
    counts = Counter(each for each in outside if each in DELIMITERS)
    return max(DELIMITERS, key=lambda each: counts[each]) if counts else ","


def _reads(path: Path, encoding: str) -> bool:
    decode: Callable[..., str] = codecs.getincrementaldecoder(encoding)().decode
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decode(chunk)
        decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
