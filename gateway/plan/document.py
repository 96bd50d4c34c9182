"""Parse and validate a document once, pick its operation, coerce its variables.

Limits come first and are linear in the document (`gateway.limits.measure`; `MAX_SELECTIONS` in `gateway.plan.collect`
bounds what it expands to). Validation compares fields of one name pair by pair, so it has a budget. A caller gets one
error, without suggestions.
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
    specified_rules,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.language import Visitor, visit
from graphql.validation import OverlappingFieldsCanBeMergedRule, ValidationContext
from graphql.validation.validate import ValidationAbortedError

from gateway.auth.personal import holds_personal_number, holds_written_number
from gateway.errors import BadDocument, BadQuery
from gateway.limits.introspection import check_introspected, introspected, lengths
from gateway.limits.measure import check_document, check_text, too_deep, too_many_tokens
from gateway.limits.refusal import too_costly
from gateway.limits.spec import DocumentLimits

MAX_COMPARISONS = 20_000
"""What validation may spend on fields that have one name in the answer; graphql-core's own budget takes a second."""
LONG_NUMBER = re.compile(r"[0-9](?:[\W_]{0,3}[0-9*]){14,}(?:[\W_]{0,3}[Xx])?|[0-9]{8,}[0-9Xx*]*")
"""Digits that may be a person's number: 15 or more, whatever stands between them, or 8 or more without a break."""
_LITERALS = {"None": "null", "True": "true", "False": "false"}
"""What graphql-core writes of values -> what they are in GraphQL."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One executable operation of a valid document; ``sha256`` is the digest of the whole document's text.

    ``introspected`` is how many values of the schema the document reads, by estimate.
    """

    document: DocumentNode
    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    sha256: str
    introspected: int = 0
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

    @property
    def is_subscription(self) -> bool:
        """True if the operation is a subscription."""
        return self.node.operation is OperationType.SUBSCRIPTION


LONGEST_NAME = 100
"""Characters of an operation's name that an error repeats."""
LONGEST_MESSAGE = 400
"""Characters of a message of graphql-core that are passed on: it may quote a value as long as the document."""


class _OverlappingFields(OverlappingFieldsCanBeMergedRule):
    """graphql-core's rule with a budget of ours."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = MAX_COMPARISONS


_RULES = tuple(_OverlappingFields if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules)


class Documents:
    """The valid documents of one schema within ``limits``, read once each, least recently used dropped first.

    # INVARIANT: known by their digests, and none is kept that holds a personal number (invariant 7): a literal key
    # stands in the text and in every node above it.
    """

    def __init__(self, schema: GraphQLSchema, capacity: int = 512, limits: DocumentLimits | None = None) -> None:
        self.schema = schema
        self.limits = limits or DocumentLimits()
        self.capacity = capacity
        self._known: OrderedDict[str, tuple[DocumentNode, int]] = OrderedDict()

    def operation(self, query: str, name: str | None) -> Operation:
        """Return the operation called ``name`` (or the only one); raises `BadQuery`, `TooCostly`."""
        check_text(query, self.limits)
        digest = sha256(query.encode("utf-8", "surrogatepass")).hexdigest()
        document, read, personal = self._read(query, digest)
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        chosen = [node for node in operations if name is None or (node.name and node.name.value == name)]
        if not operations:
            raise BadQuery("the document holds no operation")
        if not chosen:
            raise BadQuery(f"the document has no operation named `{redact(str(name)[:LONGEST_NAME])}`")
        if len(chosen) > 1:
            raise BadQuery("the document holds several operations: name one of them in `operationName`")
        fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        return Operation(document, chosen[0], fragments, digest, read, personal)

    def _read(self, query: str, digest: str) -> tuple[DocumentNode, int, bool]:
        known = self._known.get(digest)
        if known is not None:
            self._known.move_to_end(digest)
            return *known, False
        document, read = self._parse_and_validate(query)
        if holds_written_number(query):
            visit(document, _NamesWithoutNumbers())
            return document, read, True
        self._known[digest] = document, read
        if len(self._known) > self.capacity:
            self._known.popitem(last=False)
        return document, read, False

    def _parse_and_validate(self, query: str) -> tuple[DocumentNode, int]:
        try:
            document = parse(query, max_tokens=self.limits.max_tokens)
        except GraphQLError as error:
            if f"more than {self.limits.max_tokens} tokens" in error.message:
                raise too_many_tokens(self.limits) from error
            if "nested too deeply" in error.message:
                raise too_deep(self.limits) from error
            raise bad_query(error, BadDocument) from error
        check_document(document, self.limits)
        errors = validate(self.schema, document, _RULES, max_errors=1, hide_suggestions=True)
        if errors and isinstance(errors[0], ValidationAbortedError):
            message = "the document has too many fields of one name: give each an alias of its own, or select it once"
            raise too_costly("max_comparisons", MAX_COMPARISONS, MAX_COMPARISONS + 1, message)
        if errors:
            raise bad_query(errors[0])
        read = introspected(document, lengths(self.schema))
        check_introspected(read, self.limits)
        return document, read

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
    message = redact(message)
    if len(message) > LONGEST_MESSAGE:
        message = message[:LONGEST_MESSAGE] + "…"
    return kind(message, locations=locations or None)


def redact(text: str) -> str:
    """Return ``text`` with every long number starred: what a caller typed may be a personal number."""
    return LONG_NUMBER.sub("****", text)
