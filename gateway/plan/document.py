"""Parse and validate a document once, pick its operation, coerce its variables.

Limits are linear in the document (`MAX_TOKENS` here, `MAX_SELECTIONS` in `gateway.plan.collect`): the usual depth and
alias rules walk every spread of every fragment and are themselves exponential. A caller gets one error, without
suggestions.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.language import Visitor, visit

from gateway.auth.personal import holds_personal_number, holds_written_number
from gateway.errors import BadDocument, BadQuery, TooCostly

MAX_TOKENS = 4_000
MAX_FRAGMENTS = 100
LONG_NUMBER = re.compile(r"[0-9](?:[\W_]{0,3}[0-9*]){14,}(?:[\W_]{0,3}[Xx])?|[0-9]{8,}[0-9Xx*]*")
"""Digits that may be a person's number: 15 or more, whatever stands between them, or 8 or more without a break."""
_LITERALS = {"None": "null", "True": "true", "False": "false"}
"""What graphql-core writes of values -> what they are in GraphQL."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One executable operation of a valid document; ``sha256`` is the digest of the whole document's text."""

    document: DocumentNode
    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    sha256: str
    personal: bool = False
    """Whether a personal number may stand in the text: then nothing of it is kept beyond the request."""

    @property
    def name(self) -> str | None:
        """The operation's name, or None when it is anonymous."""
        return self.node.name.value if self.node.name else None

    @property
    def is_query(self) -> bool:
        """True unless the operation is a mutation or subscription."""
        return self.node.operation is OperationType.QUERY


class Documents:
    """The valid documents of one schema, parsed and validated once each, least recently used dropped first.

    # INVARIANT: known by their digests, and none is kept that holds a personal number (invariant 7): a literal key
    # stands in the text and in every node above it.
    """

    def __init__(self, schema: GraphQLSchema, capacity: int = 512) -> None:
        self.schema = schema
        self.capacity = capacity
        self._known: OrderedDict[str, DocumentNode] = OrderedDict()

    def operation(self, query: str, name: str | None) -> Operation:
        """Return the operation called ``name`` (or the only one); raises `BadQuery`, `TooCostly`."""
        document, digest, personal = self._read(query)
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        chosen = [node for node in operations if name is None or (node.name and node.name.value == name)]
        if not operations:
            raise BadQuery("the document holds no operation")
        if not chosen:
            raise BadQuery(f"the document has no operation named `{redact(str(name))}`")
        if len(chosen) > 1:
            raise BadQuery("the document holds several operations: name one of them in `operationName`")
        fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        return Operation(document, chosen[0], fragments, digest, personal)

    def _read(self, query: str) -> tuple[DocumentNode, str, bool]:
        digest = sha256(query.encode("utf-8", "surrogatepass")).hexdigest()
        known = self._known.get(digest)
        if known is not None:
            self._known.move_to_end(digest)
            return known, digest, False
        document = self._parse_and_validate(query)
        if holds_written_number(query):
            visit(document, _NamesWithoutNumbers())
            return document, digest, True
        self._known[digest] = document
        if len(self._known) > self.capacity:
            self._known.popitem(last=False)
        return document, digest, False

    def _parse_and_validate(self, query: str) -> DocumentNode:
        try:
            document = parse(query, max_tokens=MAX_TOKENS)
        except GraphQLError as error:
            if f"more than {MAX_TOKENS}" in error.message:
                raise TooCostly(f"the document has more than {MAX_TOKENS} tokens") from error
            raise bad_query(error, BadDocument) from error
        fragments = sum(isinstance(node, FragmentDefinitionNode) for node in document.definitions)
        if fragments > MAX_FRAGMENTS:
            raise TooCostly(f"the document has {fragments} fragments, more than {MAX_FRAGMENTS}")
        errors = validate(self.schema, document, max_errors=1, hide_suggestions=True)
        if errors:
            raise bad_query(errors[0])
        return document

    def variables(self, operation: Operation, values: dict[str, Any]) -> VariableValues:
        """Return the coerced variables; raises `BadQuery` naming the first variable that does not fit."""
        coerced = get_variable_values(
            self.schema, operation.node.variable_definitions or (), values, max_errors=1, hide_suggestions=True
        )
        if isinstance(coerced, VariableValues):
            return coerced
        raise bad_query(coerced[0])


class _NamesWithoutNumbers(Visitor):
    """Raises `BadQuery` for a name that may be a personal number: aliases stand in the paths of errors."""

    def enter_name(self, node: NameNode, *_: object) -> None:
        if holds_personal_number(node.value):
            raise BadQuery("a name in the document may be a personal number: name aliases, variables otherwise")


def bad_query(error: GraphQLError, kind: type[BadQuery] = BadQuery) -> BadQuery:
    """Return ``error`` as a `BadQuery` that quotes no long number (it may be a person's)."""
    locations = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    message = re.sub(r"\b(?:None|True|False)\b", lambda found: _LITERALS[found[0]], error.message)
    return kind(redact(message), locations=locations or None)


def redact(text: str) -> str:
    """Return ``text`` with every long number starred: what a caller typed may be a personal number."""
    return LONG_NUMBER.sub("****", text)
