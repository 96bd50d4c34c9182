"""Contender: a plain Strawberry schema over the same clients, as its documentation would have it written.

Async resolvers at the edges, a DataLoader per source and request, attribute fields inside; parsed and validated
documents are cached, the schema runs behind a bare Starlette route and answers leave through orjson: all of that is
more than most do, and in favor of this contender. So are leaves of type String where the gateway has enums and dates.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import make_dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from tests.benchmarks.loaders import Loaders, Objects
from tests.benchmarks.reading import KINDS
from tests.benchmarks.records import Record
from tests.benchmarks.sources import open_sources
from tests.benchmarks.workloads import COURT_LISTS, FIELDS, OBJECTS, PAGE

Info = strawberry.Info[Loaders, None]
Load = Callable[[Loaders, str], Awaitable[list[Any]]]


def _type(name: str, fields: str, types: Mapping[str, Any]) -> Any:
    """Return the type whose fields are text, unless ``types`` says otherwise."""
    return strawberry.type(make_dataclass(name, [(each, types.get(each, str | None)) for each in fields.split()]))


def _resolved(name: str, *fields: tuple[str, Any, Any], uscc: bool = True) -> Any:
    """Return the type with resolver ``fields`` (name, type, field) of a subject that is known by its ``uscc``."""
    annotations = {"uscc": str} if uscc else {}
    annotations |= {each: shown for each, shown, _ in fields}
    return strawberry.type(
        type(name, (), {"__annotations__": annotations, **{each: field for each, _, field in fields}})
    )


Money: Final = _type("Money", OBJECTS["amount"], {})
Person: Final = _type("Person", OBJECTS["person"], {})
_OTHER_TYPES: Final[dict[str, Any]] = {
    **dict.fromkeys(OBJECTS, Money | None),
    "person": Person | None,
    "categories": list[str] | None,
    "openEnded": bool | None,
    "withoutTerm": bool | None,
    "evaluationYear": int | None,
    "age": int | None,
}
_ROLE_TYPES: Final = {**_OTHER_TYPES, "legalRepresentative": bool | None}
TYPES: Final[dict[str, Any]] = {
    section: _type(
        section[0].upper() + section[1:], fields, _ROLE_TYPES if section == "legalRepresentative" else _OTHER_TYPES
    )
    for section, fields in FIELDS.items()
}
"""Section -> the type of its records."""


def _relation(section: str, order: str, load: Load) -> tuple[str, Any, Any]:
    """Return the field of a section: loaded, newest first by ``order``, the first page of it."""

    async def resolve(root: Any, info: Info) -> Any:
        records = list(await load(info.context, root.uscc))
        records.sort(key=lambda record: getattr(record, order) or "", reverse=True)
        return records[:PAGE]

    shown = list.__class_getitem__(TYPES[section])
    return section, shown, strawberry.field(resolver=resolve, graphql_type=shown)


def _court_list(section: str, order: str) -> tuple[str, Any, Any]:
    return _relation(section, order, lambda loaders, uscc: loaders.court[section].load(uscc))


def _kind(root: Any) -> str:
    return KINDS[root.uscc[:2]]


async def _name(root: Any, info: Info) -> str | None:
    found = await info.context.registrations.load(root.uscc)
    return found[0].name if found else None


async def _licenses(loaders: Loaders, uscc: str) -> list[Any]:
    return await loaders.licenses.load(await loaders.numbered(uscc))


_COURT_ORDERS: Final = ("publishedOn", "filedOn", "terminatedOn", "publishedOn")
Court: Final = _resolved("Court", *map(_court_list, COURT_LISTS, _COURT_ORDERS))


def _court(root: Any) -> Any:
    return Court(uscc=root.uscc)


Subject: Final = _resolved(
    "Subject",
    ("kind", str, strawberry.field(resolver=_kind)),
    ("name", str | None, strawberry.field(resolver=_name)),
    _relation("registration", "approvedOn", lambda loaders, uscc: loaders.registrations.load(uscc)),
    _relation("legalRepresentative", "heldFrom", lambda loaders, uscc: loaders.representatives.load(uscc)),
    _relation("licenses", "decidedOn", _licenses),
    _relation("penalties", "decidedOn", Loaders.penalties),
    _relation("taxRatings", "decidedOn", lambda loaders, uscc: loaders.ratings.load(uscc)),
    ("courtEnforcement", Court, strawberry.field(resolver=_court, graphql_type=Court)),
)


def _one(key: str) -> Any:
    return Subject(uscc=key)


def _many(keys: list[str]) -> Any:
    return [Subject(uscc=key) for key in keys]


_Subjects: Final = list.__class_getitem__(Subject)
Query: Final = _resolved(
    "Query",
    ("subject", Subject, strawberry.field(resolver=_one, graphql_type=Subject)),
    ("subjects", _Subjects, strawberry.field(resolver=_many, graphql_type=_Subjects)),
    uscc=False,
)


def _made(section: str) -> Objects:
    """Return what makes objects of the schema from the records of ``section``."""
    make = TYPES[section]
    nested = {name: Person if name == "person" else Money for name in FIELDS[section].split() if name in OBJECTS}

    def objects(records: Any) -> list[Any]:
        return [make(**_with_objects(record, nested)) for record in records]

    return objects


def _with_objects(record: Record, nested: Mapping[str, Any]) -> Record:
    made = {name: type_(**record[name]) for name, type_ in nested.items() if record[name] is not None}
    return record | made


def make_schema() -> strawberry.Schema:
    """Return the schema, its documents cached."""
    return strawberry.Schema(
        Query, extensions=[ParserCache, ValidationCache], config=StrawberryConfig(auto_camel_case=False)
    )


@asynccontextmanager
async def open_app(environ: Mapping[str, str], data: Path) -> AsyncIterator[tuple[Starlette, dict[str, str]]]:
    """Open the sources; yields the application and the headers that it needs."""
    schema = make_schema()
    made = {section: _made(section) for section in FIELDS}
    async with open_sources(environ) as sources:

        async def answer(request: Request) -> Response:
            asked = orjson.loads(await request.body())
            result = await schema.execute(
                asked["query"],
                variable_values=asked["variables"],
                operation_name=asked["operationName"],
                context_value=Loaders(sources, made),
            )
            body: dict[str, Any] = {"data": result.data}
            if result.errors:
                body["errors"] = [each.formatted for each in result.errors]
            return Response(orjson.dumps(body), media_type="application/json")

        yield Starlette(routes=[Route("/graphql", answer, methods=["POST"])]), {}
