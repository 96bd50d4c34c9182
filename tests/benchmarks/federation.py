"""Contenders of Node: a federation of GraphQL subgraphs, one per group of departments, and a gateway before them.

    registry    kind and name of a subject, its registration and legal representative; answers `subject` and `subjects`
    decisions   licenses and penalties. Federation resolves a field in one subgraph: penalties of four departments come
                merged already, which the contenders of Python do for themselves
    tax         tax ratings
    court       the four lists of the court

Everything is as cheap for Node as it can be. The subgraphs run in one process, beside that of the gateway, and ask no
source: they hold what `handwritten` answers about every subject, exported once at start. Leaves are of type String
where the credit gateway has enums and dates. No rights, no coverage, no provenance, no ledger.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import orjson
from graphql import FieldDefinitionNode, ObjectTypeDefinitionNode, parse, print_ast, visit
from graphql.language import NamedTypeNode, Visitor

from gateway.demo import Departments
from tests.benchmarks import packages
from tests.benchmarks.ask import ask, compared_usccs
from tests.benchmarks.plain_strawberry import make_schema
from tests.benchmarks.running import Contender, Failed, contenders, process, told
from tests.benchmarks.workloads import HANDWRITTEN, ordinary_usccs, workloads

SUBGRAPHS: Final[Mapping[str, Collection[str]]] = {
    "registry": ("kind", "name", "registration", "legalRepresentative"),
    "decisions": ("licenses", "penalties"),
    "tax": ("taxRatings",),
    "court": ("courtEnforcement",),
}
"""Subgraph -> the fields of a subject that it resolves."""
RECORDS: Final = "records.ndjson"
_ENVIRONMENT: Final = {"NODE_ENV": "production"}
_AT_ONCE: Final = 8
_HEAD: Final = """\
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
"""
_QUERY: Final = """\
type Query {
  subject(key: String!): Organization!
  subjects(keys: [String!]!): [Organization!]!
}
"""
_SHARED: Final = "Money"
"""The one type that several subgraphs have."""

Progressed = Callable[[int, int], None]
"""Is told how many records are exported, and of how many."""


def schemas() -> dict[str, str]:
    """Return the schema of every subgraph: the types of plain Strawberry, parted by who resolves them."""
    definitions = parse(make_schema().as_str()).definitions
    types = {each.name.value: each for each in definitions if isinstance(each, ObjectTypeDefinitionNode)}
    return {name: _schema(types, own) + (_QUERY if name == "registry" else "") for name, own in SUBGRAPHS.items()}


def _schema(types: Mapping[str, ObjectTypeDefinitionNode], own: Collection[str]) -> str:
    fields = [each for each in types["Subject"].fields or () if each.name.value in own]
    lines = "".join(f"  {print_ast(each)}\n" for each in fields)
    entity = f'type Organization @key(fields: "uscc") {{\n  uscc: String!\n{lines}}}\n'
    others = "\n".join(print_ast(types[name]) for name in _used(types, fields))
    return f"{_HEAD}{entity}{others}\n".replace(f"type {_SHARED} ", f"type {_SHARED} @shareable ")


def _used(types: Mapping[str, ObjectTypeDefinitionNode], fields: Sequence[FieldDefinitionNode]) -> list[str]:
    """Return the names of the types that ``fields`` lead to."""
    used = _Used(types)
    for field in fields:
        visit(field, used)
    return used.names


class _Used(Visitor):
    def __init__(self, types: Mapping[str, ObjectTypeDefinitionNode]) -> None:
        super().__init__()
        self._types = types
        self.names: list[str] = []

    def enter_named_type(self, node: NamedTypeNode, *_: Any) -> None:
        """Follow a type, once."""
        name = node.name.value
        if name in self._types and name not in self.names:
            self.names.append(name)
            visit(self._types[name], self)


@contextmanager
def federated(
    names: Sequence[str], departments: Departments, folder: Path, size: int, progressed: Progressed
) -> Iterator[list[Contender]]:
    """Run the gateways ``names`` before subgraphs that know all of ``size`` subjects; their packages are installed."""
    if not names:
        yield []
        return
    data = folder / "federation"
    data.mkdir()
    for name, schema in schemas().items():
        (data / f"{name}.graphql").write_text(schema, encoding="utf-8")
    export(departments, data, size, progressed)
    with ExitStack() as stack:
        subgraphs = stack.enter_context(process(packages.command("subgraphs", str(data)), _ENVIRONMENT))
        told("the subgraphs", subgraphs)
        commands = {name: packages.command(name, str(data)) for name in names}
        started = {name: stack.enter_context(process(command, _ENVIRONMENT)) for name, command in commands.items()}
        yield [
            Contender(name, each.pid, **told(name, each), subgraphs_pid=subgraphs.pid, compiles=True)
            for name, each in started.items()
        ]


def export(departments: Departments, data: Path, size: int, progressed: Progressed) -> None:
    """Write to ``data`` what `handwritten` answers to Q1 about all that may be asked about, a line a subject."""
    usccs = list(dict.fromkeys([*compared_usccs(), *ordinary_usccs(size)]))
    workload = workloads(0)["Q1"]
    with (
        contenders([HANDWRITTEN], departments, data) as (handwritten,),
        ThreadPoolExecutor(_AT_ONCE) as threads,
        (data / RECORDS).open("wb") as file,
    ):
        for done, answer in enumerate(threads.map(lambda uscc: ask(handwritten, workload, [uscc]), usccs), 1):
            if set(answer.get("sources", {"": ""}).values()) != {"ANSWERED"}:
                raise Failed(f"no records for the subgraphs: {HANDWRITTEN} answered `{str(answer)[:200]}`")
            file.write(orjson.dumps(answer["data"]["subject"]) + b"\n")
            progressed(done, len(usccs))
