"""Entries of departments' lists, black, red or to watch: why and when a subject came on one, and off it again."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from gateway.demo.chance import day, hits, holds, pick
from gateway.demo.facts import REFERENCE
from gateway.demo.subjects import Subject


class Listed(Struct, frozen=True):
    """One entry; ``removed_on`` None while the subject is still on the list."""

    serial: int
    reason: str
    included_on: date
    removed_on: date | None = None
    removal_reason: str = ""


def listed(
    subject: Subject, what: str, named: Mapping[int, tuple[Listed, ...]], share: int, reasons: Sequence[str]
) -> tuple[Listed, ...]:
    """Return the entries of ``subject`` on the list ``what``.

    They are those ``named`` by its number, or one for ``share`` ten thousandths of the ordinary subjects, of whom two
    in five are off the list again.
    """
    number = subject.number
    if not holds(subject, what, share, named):
        return ()
    if number in named:
        return named[number]
    entry = Listed(number, pick(f"{what} reason", number, reasons), day(what, number, 40, 1000))
    if not hits(f"{what} removed", number, 4000):
        return (entry,)
    removed_on = min(entry.included_on + timedelta(days=200), REFERENCE)
    return (Listed(number, entry.reason, entry.included_on, removed_on, "已履行相关义务,申请移出"),)
