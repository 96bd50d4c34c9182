"""The register of measures (`config/measures.toml`): read strictly, every mistake at once, then frozen.

Terms
    measure      what a body may lawfully do for or against a subject (`domain.md` §5.6); that it may be done does not
                 mean that it was
    autonomous   left to a body's own decision, which nobody may force (国办发〔2020〕49号)
    trigger      a list (`ListKind`) on which a subject stands and that may lead to the measure
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from connectors.declaration import read_table, read_toml, unknown
from connectors.errors import ConfigError, Mistake
from connectors.spec import Name, Text
from gateway.catalogue import Items, LegalBases
from gateway.days import covers, period_mistakes
from gateway.departments import Departments
from gateway.rules.model import Basis, Wording
from schema.records.lists import ListKind

Direction = Literal["PUNISH", "INCENTIVE"]
Target = Literal["FIRM", "LEGAL_REP", "RESPONSIBLE", "PRACTITIONER", "PERSON"]
Code = Annotated[str, Meta(pattern=r"^[NP][0-9]{2}\Z", description="`N` or `P` and two digits, e.g. `N01`")]
_LETTERS: Final[Mapping[str, Direction]] = {"N": "PUNISH", "P": "INCENTIVE"}


class Measure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row; ``from_`` and ``to`` are the days between which it is in force, None an open end.

    ``implementers`` are codes of departments; an autonomous measure has none, and ``bodies`` says who decides instead.
    """

    code: Code
    name: Wording
    direction: Direction
    targets: list[Target]
    implementers: list[Name]
    legal_bases: list[Basis]
    autonomous: bool
    purposes: list[Text]
    kinds: list[Text]
    bodies: Wording | None = None
    catalogue_item: Text | None = None
    from_: str | None = msgspec.field(default=None, name="from")
    to: str | None = None
    note: Text | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The head of the file; each measure is read by itself, so that one mistake hides no other."""

    measures: list[Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What measures are held against; None leaves what names it unchecked."""

    departments: Departments | None = None
    purposes: Collection[str] | None = None
    bases: LegalBases | None = None
    items: Items | None = None


class Register:
    """All measures by code, in the order of the file, with the legal bases that they rest on."""

    def __init__(self, measures: Collection[Measure] = (), bases: LegalBases | None = None) -> None:
        self.measures: Mapping[str, Measure] = {each.code: each for each in measures}
        self._bases = bases

    @classmethod
    def load(cls, path: Path, known: Known) -> "Register":
        """Return the register in ``path``, an empty one when it is not there.

        Raises `ConfigError` with every mistake.
        """
        if not path.exists():
            return cls()
        tables = read_toml(path)
        mistakes: list[Mistake] = []
        read_table({"measures": [], **tables}, _File, path.name, "", mistakes)
        listed = tables.get("measures", [])
        listed = listed if isinstance(listed, list) else []
        read = {
            at: read_table(table, Measure, path.name, f"measures.{at}", mistakes) for at, table in enumerate(listed, 1)
        }
        sound = {at: measure for at, measure in read.items() if measure is not None}
        found = [*_repeated(sound), *((at, each) for at, row in sound.items() for each in _mistakes(row, known))]
        mistakes += [Mistake(path.name, f"measures.{at}.{key}", message) for at, (key, message) in found]
        if mistakes:
            raise ConfigError(mistakes)
        return cls(list(sound.values()), known.bases)

    def bases_of(self, measure: Measure, day: str) -> list[Basis]:
        """Return the legal bases of ``measure`` that are in force on ``day`` (ISO); all, where no bases are known."""
        if self._bases is None:
            return measure.legal_bases
        return [each for each in measure.legal_bases if self._bases.in_force(each.base, day)]

    def in_force(self, purpose: str, day: str) -> Iterator[tuple[Measure, list[Basis]]]:
        """Yield each measure of interest to ``purpose`` that is in force on ``day``, with its bases of that day."""
        for measure in self.measures.values():
            bases = self.bases_of(measure, day)
            if bases and purpose in measure.purposes and covers(measure.from_, measure.to, day):
                yield measure, bases

    def __len__(self) -> int:
        return len(self.measures)


Found = Iterator[tuple[str, str]]
"""Key and message of each thing that is wrong with a measure."""


def _repeated(sound: Mapping[int, Measure]) -> Iterator[tuple[int, tuple[str, str]]]:
    codes: set[str] = set()
    for at, measure in sound.items():
        if measure.code in codes:
            yield at, ("code", f"`{measure.code}` is repeated")
        codes.add(measure.code)


def _mistakes(measure: Measure, known: Known) -> Found:
    direction = _LETTERS[measure.code[0]]
    if measure.direction != direction:
        yield "direction", f"expected {direction}, as the code begins with `{measure.code[0]}`"
    for key in ("targets", "legal_bases", "purposes", "kinds"):
        if not getattr(measure, key):
            yield key, "expected at least one"
    yield from period_mistakes(measure.from_, measure.to, ("from", "to"))
    yield from _who_mistakes(measure, known.departments)
    yield from _named("kinds", measure.kinds, "list", list(ListKind.__members__))
    if known.purposes is not None:
        yield from _named("purposes", measure.purposes, "purpose", sorted(known.purposes))
    yield from _basis_mistakes(measure, known)


def _who_mistakes(measure: Measure, departments: Departments | None) -> Found:
    if measure.autonomous and measure.implementers:
        yield "implementers", "expected none: who takes an autonomous measure decides alone, and is told by `bodies`"
    if measure.autonomous and measure.bodies is None:
        yield "bodies", "missing: an autonomous measure says who decides"
    if not measure.autonomous and not measure.implementers:
        yield "implementers", "expected at least one department"
    if not measure.autonomous and measure.bodies is not None:
        yield "bodies", "is for autonomous measures; name departments as `implementers`"
    if departments is None:
        return
    yield from _named("implementers", measure.implementers, "department", list(departments))
    for at, code in enumerate(measure.implementers, 1):
        if code in departments and departments[code].successor is not None:
            yield f"implementers.{at}", f"`{code}` has ended; its successor is `{departments[code].successor}`"


def _basis_mistakes(measure: Measure, known: Known) -> Found:
    for at, basis in enumerate(measure.legal_bases, 1):
        if basis.article is None:
            yield f"legal_bases.{at}.article", "missing: a measure rests on an article"
        if known.bases is not None and basis.base not in known.bases:
            yield f"legal_bases.{at}.base", unknown("legal basis", basis.base, list(known.bases))
    item = measure.catalogue_item
    if known.items is not None and item is not None and item not in known.items.by_code:
        yield "catalogue_item", unknown("catalogue item", item, list(known.items.by_code))


def _named(key: str, names: list[str], what: str, known: list[str]) -> Found:
    for at, name in enumerate(names, 1):
        if name not in known:
            yield f"{key}.{at}", unknown(what, name, known)
        elif names.index(name) + 1 < at:
            yield f"{key}.{at}", f"`{name}` is repeated"
