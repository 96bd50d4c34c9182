"""Signs that a text went through a wrong encoding, also where its reader let it pass: a few characters, say.

`connectors.values.text` calls a value MISREAD when it is sure of the whole. Here a person is told where to look, so a
sign in part of a text counts. Pure.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Final

from gateway.bilingual import Bilingual


class Sign(Bilingual):
    """One sign; ``zh`` and ``en`` say what it is."""

    LOST = "LOST", "替换字符 U+FFFD,原字已丢失", "U+FFFD stands where a character was lost"
    PRIVATE_USE = (
        "PRIVATE_USE",
        "私有区字符,多为未收入编码的生僻字",
        "private-use characters, rare ones of a local font",
    )
    QUESTION_MARK = "QUESTION_MARK", "汉字间的问号,可能是编码不了的字", "question marks among Chinese characters"
    UTF8_AS_GBK = "UTF8_AS_GBK", "UTF-8 被当作 GBK 读(如 鍚屾睙)", "UTF-8 read as GBK"
    UTF8_AS_LATIN = "UTF8_AS_LATIN", "UTF-8 被当作 Latin-1 读", "UTF-8 read as Latin-1"
    GBK_AS_LATIN = "GBK_AS_LATIN", "GBK 被当作 Latin-1 读", "GBK read as Latin-1"


_SEEN: Final = (
    (Sign.LOST, re.compile("\ufffd")),
    (Sign.PRIVATE_USE, re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")),
    (Sign.QUESTION_MARK, re.compile(r"[㐀-鿿]\?|\?[㐀-鿿]|\?{3,}")),
)
_CHINESE: Final = re.compile("[⺀-鿿豈-﫿︰-﹏！-￮‐-…〇𠀀-𲎯]{2,}")
_HAN: Final = re.compile("[㐀-鿿、-】！-～]{2}")
_UTF8_LEADS: Final = frozenset(range(0xE3, 0xF0))
_FEW_TRAILING: Final = "\ufffd?"


def signs_in(text: str) -> Iterator[Sign]:
    """Yield every sign in ``text``; of the encodings that it may have been read as, the likeliest."""
    if text.isascii() and "???" not in text:
        return
    yield from (sign for sign, form in _SEEN if form.search(text))
    if _holds_utf8(text):
        yield Sign.UTF8_AS_GBK
        return
    mixed = (sign for sign, form, again in _MIXED if any(_turns_chinese(each, again) for each in form.findall(text)))
    yield from islice(mixed, 1)


def _holds_utf8(text: str) -> bool:
    """Return whether three characters in a row are what two Chinese ones in UTF-8 become when they are read as GBK."""
    for at in range(len(text) - 2):
        if text[at] > "\xff":
            read = text[at : at + 3].encode("gb18030", "replace")
            if len(read) == 6 and read[0] in _UTF8_LEADS and _HAN.fullmatch(read.decode("utf-8", "replace")):
                return True
    return False


def _turns_chinese(run: str, again: Callable[[str], str]) -> bool:
    """Return whether ``run`` becomes Chinese text, and a shorter one, when it is read ``again``."""
    try:
        meant = again(run.strip(_FEW_TRAILING))
    except UnicodeError:
        return False
    return len(meant) < len(run) and _CHINESE.fullmatch(meant) is not None


def _again(run: str, read_as: str, written_as: str) -> str:
    """Return ``run``, which was read as one encoding, as the other; a last character that was cut is left out."""
    return codecs.getincrementaldecoder(written_as)().decode(run.encode(read_as), final=False)


_MIXED: Final = (
    (Sign.UTF8_AS_LATIN, re.compile("[\x80-\xff]{6,}"), partial(_again, read_as="latin-1", written_as="utf-8")),
    (Sign.UTF8_AS_LATIN, re.compile("[€-™\xa0-\xff]{6,}"), partial(_again, read_as="cp1252", written_as="utf-8")),
    (Sign.GBK_AS_LATIN, re.compile("[\xa1-\xfe]{4,}"), partial(_again, read_as="latin-1", written_as="gb18030")),
)
"""Sign, characters that it shows in, and how they are read again."""
