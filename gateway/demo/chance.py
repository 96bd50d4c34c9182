"""Repeatable chance for what departments hold: a word and a running number decide, so it is the same at any size."""

from collections.abc import Collection, Sequence
from datetime import date
from hashlib import blake2b
from typing import Final, TypeVar

from gateway.demo.facts import before
from gateway.demo.subjects import FIRST_ORDINARY, Subject

T = TypeVar("T")

WHOLE: Final = 10_000
"""Lots are below this; a share of them is given in ten thousandths."""


def lot(what: str, number: int) -> int:
    """Return a number below `WHOLE`; another word draws another lot."""
    return int.from_bytes(blake2b(f"{what} {number}".encode(), digest_size=4).digest()) % WHOLE


def hits(what: str, number: int, share: int) -> bool:
    """True for ``share`` ten thousandths of all numbers."""
    return lot(what, number) < share


def holds(subject: Subject, what: str, share: int, named: Collection[int] = ()) -> bool:
    """True for the subjects of the numbers ``named``, and for ``share`` ten thousandths of the ordinary ones."""
    number = subject.number
    return number in named or (number >= FIRST_ORDINARY and hits(what, number, share))


def pick(what: str, number: int, options: Sequence[T]) -> T:
    """Return one of ``options``."""
    return options[lot(what, number) % len(options)]


def day(what: str, number: int, least: int = 30, most: int = 1500) -> date:
    """Return a day at least ``least`` and less than ``most`` days before the demo's reference day."""
    return before(least + lot(what, number) % (most - least))
