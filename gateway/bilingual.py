"""Codes that carry what they mean in Chinese and in English."""

from enum import StrEnum
from typing import Self


class Bilingual(StrEnum):
    """A code whose members are written ``NAME = code, zh, en``; ``zh`` and ``en`` say what it means."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str = "", en: str = "") -> Self:
        """Make the member ``code`` with its two texts."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh, member.en = zh, en
        return member
