"""The schema as built: its types, the bindings of its fields, its text. `python -m schema.schema` prints the text.

The only module that touches private names of Strawberry; `tests/schema/test_schema.py` notices when they change.
"""

import sys
from functools import cache
from typing import Final

import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.field import StrawberryField

from schema.bindings import KEY, Binding, PersonPart
from schema.mutation import Mutation
from schema.organization import ORGANIZATIONS
from schema.person import NaturalPerson
from schema.query import Query
from schema.scalars import SCALARS
from schema.subscription import Subscription

STRAWBERRY_SCHEMA: Final = strawberry.federation.Schema(
    Query,
    Mutation,
    Subscription,
    types=[*ORGANIZATIONS, NaturalPerson],
    config=StrawberryConfig(scalar_map=SCALARS),
    federation_version="2.11",
)
SCHEMA: Final[GraphQLSchema] = STRAWBERRY_SCHEMA._schema  # noqa: SLF001  # the one door, see above
"""The schema that documents are validated against and plans are built from."""


def sdl() -> str:
    """Return the text of the schema, as `schema.graphql` and `_service` show it."""
    return str(STRAWBERRY_SCHEMA) + "\n"


def binding(type_name: str, field_name: str) -> Binding | None:
    """Return the binding of a field by its GraphQL names, None for a plain attribute."""
    field = _fields(type_name).get(field_name)
    return None if field is None else field.metadata.get(KEY)


def python_name(type_name: str, field_name: str) -> str:
    """Return the attribute behind a field, by its GraphQL names."""
    return _fields(type_name)[field_name].python_name


def graphql_name(type_name: str, entity_field: str) -> str:
    """Return where ``type_name`` shows a field of an entity; what it says of a person is shown as `person.<field>`."""
    for name, field in _fields(type_name).items():
        if field.python_name == entity_field:
            return name
    for name, field in _fields(NaturalPerson.__name__).items():
        bound = field.metadata.get(KEY)
        if isinstance(bound, PersonPart) and bound.field == entity_field:
            return f"person.{name}"
    raise KeyError(entity_field)


@cache
def _fields(type_name: str) -> dict[str, StrawberryField]:
    """Return the definitions behind the fields of a type, by GraphQL name."""
    type_ = SCHEMA.get_type(type_name)
    if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        return {}
    found = {name: field.extensions.get("strawberry-definition") for name, field in type_.fields.items()}
    return {name: field for name, field in found.items() if isinstance(field, StrawberryField)}


if __name__ == "__main__":
    sys.stdout.write(sdl())
