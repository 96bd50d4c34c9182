"""The credit platform of the level above (佳木斯): GraphQL over HTTP, with types of its own, a limit of cost, a token.

It knows what other counties have on a subject, and penalties as the nation publishes them. Oddities kept on purpose
(`domain.md` §6.2 D13): a decision that local sources hold too stands here with other brackets, once with another
amount; one is repaired that double publicity still shows; one is under objection, one shielded while its subject is
reorganized; lists are told apart by a code.

    cost    codes asked for times fields selected; beyond `MOST_COST` the answer is an error COST_LIMIT_EXCEEDED
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from hmac import compare_digest
from typing import Any, Final

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    Visitor,
    build_schema,
    execute_sync,
    parse,
    validate,
    visit,
)
from msgspec import Struct, ValidationError, json

from gateway.demo.listen import Answered, Asked, Interface
from gateway.demo.platform_data import listed_rows, punishment_rows
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Subject

PATH: Final = "/graphql"
MOST_COST: Final = 1000
SDL: Final = '''
type Query { creditObjects(codes: [String!]!): [CreditObject]! }
"""一个信用主体"""
type CreditObject {
  code: String!
  title: String!
  completeness: Completeness!
  listings: [Listing!]!
  punishments: [Punishment!]!
}
enum Completeness { WHOLE PARTIAL }
type Organ { name: String! code: String division: String! }
"""一条名单记录"""
type Listing {
  id: ID! listCode: String! listName: String! reason: String docNo: String includedOn: String validUntil: String
  removedOn: String organ: Organ!
}
"""一条全国公示的行政处罚"""
type Punishment {
  id: ID! docNo: String! violation: String! facts: String! grounds: String! kinds: String! content: String!
  fineYuan: Float confiscatedYuan: Float decidedOn: String! publicUntil: String degree: String state: String!
  repairedOn: String simple: Boolean! organ: Organ!
}
'''
_SCHEMA: Final = build_schema(SDL)
_DOCUMENTS: Final = 64


class _Question(Struct):
    query: str
    variables: dict[str, Any] = {}


class _Counter(Visitor):
    """Counts the fields of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.fields = 0

    def enter_field(self, _: FieldNode, *__: Any) -> None:
        """Count one."""
        self.fields += 1


@lru_cache(_DOCUMENTS)
def _read(text: str) -> tuple[DocumentNode, list[GraphQLError], int]:
    """Return the document, what is wrong with it, and the number of its fields; raises `GraphQLError`."""
    document = parse(text)
    counter = _Counter()
    visit(document, counter)
    return document, validate(_SCHEMA, document), counter.fields


class Platform:
    """The platform behind its interface; ``token`` is the one that it takes."""

    def __init__(self, everyone: Iterable[Known], token: str) -> None:
        self._token = f"Bearer {token}".encode("ascii")
        self._objects: dict[str, Mapping[str, Any]] = {}
        for known in everyone:
            listings, punishments = listed_rows(known.subject), punishment_rows(known)
            if listings or punishments:
                self._objects[known.subject.uscc] = _object(known.subject, listings, punishments)

    def answer(self, asked: Asked) -> Answered:
        """Return what the document in the body of ``asked`` selects."""
        return self._answer(asked, self._objects.get)

    def nothing(self, asked: Asked) -> Answered:
        """Return that nobody is known."""
        return self._answer(asked, lambda _: None)

    def _answer(self, asked: Asked, find: Callable[[str], Mapping[str, Any] | None]) -> Answered:
        if not compare_digest(asked.headers.get(b"authorization", b""), self._token):
            return _failed(401, "令牌无效", "UNAUTHENTICATED")
        try:
            question = json.decode(asked.body, type=_Question)
            document, mistakes, fields = _read(question.query)
        except (ValidationError, ValueError, GraphQLError):
            return _failed(400, "不是一个查询", "GRAPHQL_PARSE_FAILED")
        if mistakes:
            return _failed(400, mistakes[0].message, "GRAPHQL_VALIDATION_FAILED")
        codes = max((len(value) for value in question.variables.values() if isinstance(value, list)), default=1)
        if codes * fields > MOST_COST:
            return _failed(200, f"查询代价{codes * fields}超过上限{MOST_COST}", "COST_LIMIT_EXCEEDED")
        return _told(_run(document, question.variables, find), codes)


def _run(
    document: DocumentNode, variables: dict[str, Any], find: Callable[[str], Mapping[str, Any] | None]
) -> ExecutionResult:
    root = {"creditObjects": lambda _, codes: [find(code) for code in codes]}
    return execute_sync(_SCHEMA, document, root, variable_values=variables)


def _object(subject: Subject, listings: list[dict[str, Any]], punishments: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "code": subject.uscc,
        "title": subject.name,
        "completeness": "WHOLE",
        "listings": listings,
        "punishments": punishments,
    }


def _told(result: ExecutionResult, keys: int) -> Answered:
    told: dict[str, Any] = {"data": result.data}
    if result.errors:
        told["errors"] = [error.formatted for error in result.errors]
    return Answered(json.encode(told), keys=keys)


def _failed(status: int, message: str, code: str) -> Answered:
    return Answered(json.encode({"errors": [{"message": message, "extensions": {"code": code}}]}), status)


def open_platform(everyone: Iterable[Known]) -> Interface:
    """Return the platform's interface, with a token made anew."""
    token = secrets.token_urlsafe(24)
    return Interface(Platform(everyone, token), PATH, {"UPPER_PLATFORM_TOKEN": token})
