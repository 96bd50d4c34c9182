"""One response of a GraphQL platform: its data, its errors, and what it means by them. No I/O.

Rules
    * `extensions.code` tells, where it is made of words or is like an HTTP status: codes differ by platform, and are
      read word by word. One that names no refusal may pass.
    * Without one, an error with a path arose while the question was being answered, and may pass; one without was
      raised before. If that names a place in our document, the document does not fit the platform's schema any more.
    * Messages of platforms are not passed on: they may quote a key.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from connectors.errors import SourceError, SourceMisread, SourceRejected, SourceUnavailable
from connectors.exchange import Reply, failure

Error = Mapping[str, Any]
"""One entry of `errors`."""

_UNFIT: Final = frozenset({"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "BAD_QUERY"})
_REFUSED: Final = frozenset(
    {
        *("UNAUTHENTICATED", "UNAUTHORIZED", "AUTHENTICATION", "AUTHORIZATION", "FORBIDDEN", "DENIED", "PERMISSION"),
        *("COST", "COSTLY", "COMPLEX", "COMPLEXITY", "DEPTH", "BAD", "INVALID", "PERSISTED"),
    }
)
_REFUSED_STATUS: Final = re.compile("4(?!08|29)[0-9][0-9]")
_QUOTABLE: Final = re.compile("[A-Z][A-Z_]{2,39}|[1-5][0-9][0-9]")
"""Codes made of words, or like an HTTP status: no identifier fits."""


class Unfit(SourceMisread):
    """The document of the question does not fit the platform's schema; ``places`` in it say where, from 0 on."""

    def __init__(self, reason: str, places: frozenset[int]) -> None:
        super().__init__(reason)
        self.places = places


def read_response(reply: Reply, field: str) -> tuple[dict[str, Any], list[Error]]:
    """Return the data with the root ``field``, and the errors beside it; raises `SourceError` without an answer."""
    failed = failure(reply)
    if failed is not None:
        raise _better_told(failed, reply)
    answer = _object(reply.body)
    data, errors = answer.get("data"), _errors(answer)
    if errors and (type(data) is not dict or data.get(field) is None):
        raise refusal(errors)
    if type(data) is not dict or field not in data:
        raise SourceMisread(f"`data.{field}` is missing from the answer")
    return data, errors


def refusal(errors: Sequence[Error]) -> SourceError:
    """Return what ``errors`` say of a question that was not answered at all; the first of them is believed."""
    error = errors[0]
    code, early = code_of(error), not error.get("path")
    if code in _UNFIT or (not code and early and error.get("locations")):
        return Unfit(f"the question does not fit the schema of the source, or its limits{told(error)}", _places(errors))
    if not _REFUSED.isdisjoint(code.split("_")) or _REFUSED_STATUS.fullmatch(code) or (not code and early):
        return SourceRejected(f"the source refused the question{told(error)}")
    return SourceUnavailable(f"the source failed{told(error)}")


def code_of(error: Error) -> str:
    """Return the code of ``error`` in upper case, empty when it has none that can be quoted."""
    extensions = error.get("extensions")
    code = str(extensions.get("code")).upper().replace("-", "_") if type(extensions) is dict else ""
    return code if _QUOTABLE.fullmatch(code) and code != "NONE" else ""


def told(error: Error) -> str:
    """Return what a reason says of the code of ``error``."""
    code = code_of(error)
    return f" with code `{code}`" if code else ""


def _places(errors: Sequence[Error]) -> frozenset[int]:
    """Return the places in the document, which is one line, that ``errors`` name first; -1 for one that names none."""
    return frozenset(_place(error.get("locations")) for error in errors)


def _place(locations: Any) -> int:
    first = locations[0] if type(locations) is list and locations else None
    if type(first) is dict and first.get("line") == 1 and type(first.get("column")) is int:
        return int(first["column"]) - 1
    return -1


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise SourceMisread("the answer is not JSON" if body.strip() else "the answer is empty") from None
    if type(answer) is not dict:
        raise SourceMisread("the answer is not one of GraphQL")
    return answer


def _errors(answer: dict[str, Any]) -> list[Error]:
    errors = answer.get("errors")
    if errors is None:
        return []
    if type(errors) is not list or not all(type(error) is dict for error in errors):
        raise SourceMisread("the answer is not one of GraphQL")
    return errors


def _better_told(failed: SourceError, reply: Reply) -> SourceError:
    """Return what the errors in ``reply`` say, when its HTTP status says no more than that we asked wrongly."""
    if not isinstance(failed, SourceRejected):
        return failed
    try:
        errors = _errors(_object(reply.body))
    except SourceMisread:
        return failed
    said = refusal(errors) if errors else failed
    return said if isinstance(said, SourceMisread | SourceRejected) else failed
