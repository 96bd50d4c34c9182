"""The departments as values: who stands for whom today, and which of them a name on a record means. No I/O, no clock.

Terms
    ended     a body with a successor, or whose last day is over: it owns nothing any more, but old records name it
    current   the body at the end of the line of successors
    called    what records may call a body: its name, its aliases, the names of its predecessors
"""

from collections.abc import Iterator, Mapping

import msgspec

from connectors.spec import Name, Text
from gateway.days import covers
from schema.identifiers import normalize

Period = tuple[str | None, str | None]


class Department(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One body; a day that no document at hand tells is left out."""

    code: Name
    name: Text
    uscc: str | None = None
    predecessors: list[Text] = []
    aliases: list[Text] = []
    government: bool = True
    successor: Name | None = None
    valid_from: str | None = None
    valid_to: str | None = None

    @property
    def called(self) -> Iterator[tuple[str, Period]]:
        """Yield each name, in its canonical form, and when it was in use."""
        for name in (self.name, *self.aliases):
            yield normalize(name), (self.valid_from, self.valid_to)
        for name in self.predecessors:
            yield normalize(name), (None, self.valid_from)


class Departments(Mapping[str, Department]):
    """The departments by code, in the order of the file.

    ``reform_completed`` is the last day of bodies that have a successor and no ``valid_to`` of their own.
    """

    def __init__(self, listed: Mapping[str, Department], reform_completed: str | None = None) -> None:
        self._listed = dict(listed)
        self.reform_completed = reform_completed
        self._called: dict[str, list[tuple[Period, str]]] = {}
        self._coded = {each.uscc: each.code for each in self._listed.values() if each.uscc is not None}
        for department in self._listed.values():
            for name, period in department.called:
                self._called.setdefault(name, []).append((period, self.current(department.code).code))

    def __getitem__(self, code: str) -> Department:
        return self._listed[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def current(self, code: str) -> Department:
        """Return who answers today for the body of ``code``: itself, or the last of its successors."""
        department = self._listed[code]
        while department.successor is not None:
            department = self._listed[department.successor]
        return department

    def resolve(self, name_as_written: str, on_date: str | None = None) -> Department | None:
        """Return today's body for a name on a record; None when the name is unknown, or means several.

        Width, case and blanks do not matter, otherwise a name is never guessed at. ``on_date`` (ISO, of the record)
        tells apart bodies that bore one name at different times.
        """
        called = self._called.get(normalize(name_as_written), ())
        meant = {code for _, code in called}
        if len(meant) > 1 and on_date is not None:
            meant = {code for period, code in called if covers(*period, on_date)}
        return self._listed[meant.pop()] if len(meant) == 1 else None

    def of_uscc(self, uscc: str) -> Department | None:
        """Return today's body for the unified social credit code of one; None when it is none of the city's."""
        code = self._coded.get(uscc)
        return None if code is None else self.current(code)

    def as_of(self, day: str) -> list[Department]:
        """Return the bodies that there were on ``day`` as far as the file knows, in its order."""
        return [each for each in self._listed.values() if covers(each.valid_from, self._last_day(each), day)]

    def _last_day(self, department: Department) -> str | None:
        if department.valid_to is None and department.successor is not None:
            return self.reform_completed
        return department.valid_to
