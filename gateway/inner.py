"""Questions that the gateway asks itself on a caller's behalf: what a check, a report or a watch needs to know.

Such a question is a GraphQL query like any other. It is planned under the caller's rights, counted against its budgets
and sealed with an entry of its own, so that nothing derived can rest on what its caller may not see.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.caller import Caller
from gateway.ledger.entry import Kind


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: one query over the public schema, whose ``variables`` hold the keys, and the ``kind`` of entry."""

    document: str
    variables: Mapping[str, Any]
    caller: Caller
    kind: Kind


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer: its ``receipt``, and the ``body`` of the response, of which the ledger has the digest."""

    receipt: str
    body: bytes

    @property
    def content(self) -> Any:
        """The response, decoded anew at each call."""
        return orjson.loads(self.body)


@dataclass(frozen=True, slots=True)
class Inner:
    """Asks the desk of the moment by ``put`` (`gateway.front.Front.ask`)."""

    put: Callable[[Question], Awaitable[Answered]]

    async def ask(self, document: str, variables: Mapping[str, Any], caller: Caller, kind: Kind = "CHECK") -> Answered:
        """Return the answer to ``document`` for ``caller``, its entry of ``kind`` durable; raises `RequestError`."""
        return await self.put(Question(document, variables, caller, kind))
