"""A made-up world for planner and projector: the real source files, connectors that invent typed rows, real gates.

Rows are a function of (source, entity, key): the same at every ask, whatever else is asked. Some values are misread,
some are blank; `faults` lets a source fail as a whole.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from connectors.base import Answer, Batch, Issue, Row
from connectors.constants import constant_of
from connectors.errors import SourceError
from connectors.gate import Gate
from connectors.spec import SourceSpec
from gateway.caller import Caller
from gateway.catalogue.shown import REGISTERS
from gateway.coalesce import Coalescer
from gateway.complete import complete
from gateway.configuration import Configuration, load_configuration
from gateway.crosswalk import Lookup
from gateway.demo import codes
from gateway.fetch import fetch_stage
from gateway.plan.asks import CROSSWALK_FIELDS, Rights
from gateway.plan.cache import Compiled, Plans
from gateway.plan.document import Documents, Operation
from gateway.registers import source_statuses
from gateway.resolve import resolve_root, users_of
from gateway.run import Run
from schema.entities import CROSSWALK, ENTITY_FIELDS, EntityField, entity_of
from schema.identifiers import canonical_name, subject_kind
from schema.scalars import Decimal
from schema.schema import SCHEMA
from schema.values import Money

CONFIG = Path(__file__).parents[2] / "config"
TODAY = "2026-11-01"
KINDS = ("91", "92", "93", "52", "12", "11", "N2")
SUBJECTS = range(60)
FEW = {
    "decision_no": ("同处字〔2025〕1号", "同处字(2025)2号"),
    "authority": ("同江市消防救援大队", "同江市住房和城乡建设局"),
    "authority_uscc": (codes.uscc("11", 852), codes.uscc("11", 879)),
}
"""Values that records share often, so that several sources tell of one decision."""
MEN = [codes.citizen_id(number, female=False) for number in range(4)]


@dataclass
class Inventor:
    """A connector that invents rows; remembers every batch."""

    spec: SourceSpec
    fault: SourceError | None = None
    batches: list[Batch] = field(default_factory=list)

    async def fetch(self, batch: Batch) -> Answer:
        self.batches.append(batch)
        await asyncio.sleep(0)
        if self.fault is not None:
            raise self.fault
        rows = {key: found for key in batch.keys if (found := self.rows(batch, key))}
        return Answer(rows, "2026-11-01T00:00:00.000Z", "0" * 64)

    async def probe(self) -> None:
        return

    async def close(self) -> None:
        return

    def rows(self, batch: Batch, key: str) -> list[Row]:
        draw = Random(f"{self.spec.name} {batch.entity} {key}")
        if entity_of(batch.entity) == CROSSWALK:
            return self.registered(batch, key)
        count = draw.choice((0, 1, 1, 2, 3))
        return [self.row(batch, key, at) for at in range(count)]

    def registered(self, batch: Batch, key: str) -> list[Row]:
        """Return what a register holds under ``key``: nobody of a kind that it does not register."""
        number = number_of(batch.scheme, key)
        kinds = self.spec.entities[batch.entity].subject_kinds or self.spec.subject_kinds
        if number is None or (kinds and subject_kind(uscc_of(number)) not in kinds):
            return []
        codes_ = crosswalk(number)
        if batch.entity == "Crosswalk_former_name":
            codes_["name"] = former_name(number)
        if batch.scheme == "NAME" and canonical_name(codes_["name"]) != key:
            return []
        return [Row(tuple(codes_[name] for name in batch.fields), key)]

    def row(self, batch: Batch, key: str, at: int) -> Row:
        issues: list[Issue] = []
        values = tuple(self.value(batch.entity, name, f"{key} {at}", issues) for name in batch.fields)
        digest = f"{at:064d}" if batch.digests else None
        return Row(values, f"{key[-6:]}-{at}", "2026-10-01T00:00:00+08:00", tuple(issues), digest)

    def value(self, entity: str, name: str, place: str, issues: list[Issue]) -> Any:
        spec = self.spec.entities[entity].fields[name]
        if spec.value is not None:
            return constant_of(spec)
        # INVARIANT of the world: a value depends on its own place only, so that fewer columns never change it.
        draw = Random(f"{self.spec.name} {entity} {name} {place}")
        if name == "organization_uscc":
            return codes.uscc("91", draw.randrange(1, 40))
        if name == "person_key":
            return draw.choice([*MEN, None])
        turn = draw.random()
        if turn < 0.1:
            issues.append(Issue(name, "MISREAD", "made up"))
            return None
        if turn < 0.2:
            issues.append(Issue(name, draw.choice(("OPEN_ENDED", "NO_TERM")), "made up"))
            return None
        if turn < 0.3:
            return None
        return draw.choice(FEW[name]) if name in FEW else invent(draw, ENTITY_FIELDS[entity_of(entity)][name])


def invent(draw: Random, wanted: EntityField) -> Any:
    match wanted.form:
        case "enum":
            return draw.choice(wanted.enum)
        case "enum_list":
            return draw.sample(wanted.enum, 2)
        case "date":
            return f"{draw.randrange(2023, 2027)}-{draw.randrange(1, 13):02d}-15"
        case "datetime":
            return f"{draw.randrange(2023, 2027)}-{draw.randrange(1, 13):02d}-15T09:30:00+08:00"
        case "month":
            return f"{draw.randrange(2023, 2027)}-{draw.randrange(1, 13):02d}"
        case "integer":
            return draw.randrange(2020, 2026)
        case "decimal":
            return f"{draw.randrange(100)}.5"
        case "money":
            return Money(amount=Decimal(f"{draw.randrange(100000)}"))
        case "boolean":
            return draw.choice((True, False))
        case _:
            return f"{wanted.name} {draw.randrange(1000)}"


def crosswalk(number: int) -> dict[str, str]:
    """Return the identifiers of the subject ``number``, by the fields of a crosswalk."""
    return {
        "uscc": uscc_of(number),
        "org_code": codes.org_code(number),
        "reg_no": codes.registration_number(number),
        "pripid": codes.internal_key(number),
        "tax_no": uscc_of(number),
        "customs_code": codes.customs_code(number),
        "institution_cert": codes.institution_certificate(number),
        "social_org_cert": codes.social_certificate(number),
        "unit_no": codes.unit_number(number),
        "name": name_of(number),
    }


def number_of(scheme: str, key: str) -> int | None:
    """Return which of `SUBJECTS` is known by ``key`` of ``scheme``, None when it is nobody's."""
    return _numbers().get((scheme, key))


@cache
def _numbers() -> dict[tuple[str, str], int]:
    known: dict[tuple[str, str], int] = {}
    for number in SUBJECTS:
        said = crosswalk(number)
        known.update({(scheme, said[field]): number for scheme, field in CROSSWALK_FIELDS.items() if field in said})
        known.update({("NAME", canonical_name(name(number))): number for name in (name_of, former_name)})
    return known


def name_of(number: int) -> str:
    return f"同江第{number}公司（示例）"


def former_name(number: int) -> str:
    return f"同江老{number}厂（示例）"


def uscc_of(number: int) -> str:
    return codes.uscc("91" if number % 2 else KINDS[number % len(KINDS)], number)


@cache
def configuration() -> Configuration:
    return load_configuration(CONFIG)


@dataclass
class Asked:
    """One query as far as it went."""

    run: Run
    compiled: Compiled
    operation: Operation
    values: list[list[Any]]
    data: dict[str, Any]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return self.run.errors


class World:
    """The gateway between validation and the ledger, on invented sources."""

    def __init__(
        self,
        faults: Mapping[str, SourceError] | None = None,
        configured: Configuration | None = None,
        connector: Callable[[SourceSpec, SourceError | None], Inventor] = Inventor,
    ) -> None:
        self.configuration = configured or configuration()
        self.connectors = {
            name: connector(spec, (faults or {}).get(name))
            for name, spec in self.configuration.catalogue.sources.items()
        }
        self.sources = {name: Coalescer(Gate(each.spec, each)) for name, each in self.connectors.items()}
        self.documents = Documents(SCHEMA)
        self.plans = Plans(SCHEMA)

    def caller(self, client: str = "court", purpose: str | None = None) -> Caller:
        known = self.configuration.clients[client]
        return Caller(client, known.department, known.scopes, purpose or known.default_purpose or known.purposes[0])

    async def ask(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        caller: Caller | None = None,
        *,
        provenance: bool = False,
    ) -> Asked:
        configuration = self.configuration
        operation = self.documents.operation(query, None)
        values = self.documents.variables(operation, variables or {})
        rights = Rights(
            configuration.policy.on(TODAY), caller or self.caller(), configuration.catalogue, configuration.disclosure
        )
        compiled = self.plans.plan(operation, values, rights, provenance=provenance)
        run = Run(compiled.plan, rights, values, self.sources, configuration.departments, 10.0, TODAY)
        lookup = Lookup(run)
        found: list[list[Any]] = []
        for root in compiled.plan.roots:
            if root.kind == "sources":
                found.append(list(source_statuses(self.sources, configuration.departments)))
            elif root.kind in REGISTERS:
                found.append(REGISTERS[root.kind](rights, root.arguments(values), TODAY))
            elif root.kind == "typename":
                found.append([])
            else:
                found.append(await resolve_root(run, root, lookup))
        await fetch_stage(run, compiled.plan.stage, users_of(enumerate(found)))
        return Asked(run, compiled, operation, found, complete(run, compiled, found, {}))

    def batches(self) -> Sequence[tuple[str, Batch]]:
        return [(name, batch) for name, each in self.connectors.items() for batch in each.batches]
