"""The root `changedSince`: the question of an earlier answer asked again, and compared by what the ledger has of both.

The gateway keeps neither question nor answer. The caller hands the question back, and its document must be that of the
receipt, its subjects those of that answer; the ledger has a keyed digest of each section of both answers, and nothing
is told but which differ. A different value of a filter among the variables reads as a change: hand back what was sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import orjson
from graphql import FieldNode
from graphql.language import FragmentSpreadNode, InlineFragmentNode, SelectionNode

from gateway.errors import BadQuery, BadRequest, ReceiptUnknown
from gateway.http import GraphQLRequest
from gateway.http.request import parse_post
from gateway.inner import Inner
from gateway.ledger import Entry, Ledger
from gateway.ledger.entry import SectionTrace, is_receipt
from gateway.own import Told, Untold
from gateway.plan.asks import Rights
from gateway.plan.document import Operation
from gateway.receipts.rights import Pseudonyms, may_read

if TYPE_CHECKING:
    from gateway.desk import Desk

FIELD: Final = "Query.changedSince"
ROOTS: Final = frozenset({"subject", "subjects", "_entities", "__typename"})
"""What may be compared: answers of sources. What the gateway itself says is read where it says it."""
LONGEST_VARIABLES: Final = 262_144


@dataclass(frozen=True, slots=True)
class SectionSince:
    """One line; the attributes are those of `schema.watch.SectionSince`."""

    path: str
    since: str
    state_before: str | None
    state: str | None


@dataclass(frozen=True, slots=True)
class ShownSince:
    """The comparison; the attributes are those of `schema.watch.ChangedSince`."""

    receipt: str
    answered_at: str
    asked_again: str
    sections: list[SectionSince]


@dataclass(frozen=True, slots=True)
class Comparing:
    """What the root needs; ``desk`` returns the desk of the moment."""

    ledger: Ledger
    inner: Inner
    desk: "Callable[[], Desk]"
    pseudonyms: Pseudonyms

    async def root(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told | Untold:
        """Return what changed since the answer of a receipt; raises `BadQuery` for a question that is not its own."""
        before = await self._readable(rights, arguments["receipt"])
        if before is None:
            return Untold({"code": ReceiptUnknown.code, "field": FIELD})
        text, variables = self._question(rights, arguments["question"], before)
        answered = await self.inner.ask(text, variables, rights.caller, "WATCH")
        after = await self.ledger.get(answered.receipt)
        assert after is not None, "an answer has its entry"
        if _keys(before) == _keys(after) and set(before.subjects) != set(after.subjects):
            raise BadQuery("`question` asks about other subjects than the answer of `receipt` did")
        return Told([ShownSince(before.receipt, before.at, after.receipt, compared(before, after))])

    async def _readable(self, rights: Rights, receipt: str) -> Entry | None:
        """Return the entry of an answer that the caller itself got; an auditor has no answer to compare with."""
        entry = await self.ledger.get(receipt) if is_receipt(receipt) else None
        if entry is None or entry.client != rights.caller.client or not entry.traces:
            return None
        return entry if may_read(rights, entry, self.pseudonyms) else None

    def _question(self, rights: Rights, said: Mapping[str, Any], before: Entry) -> tuple[str, Mapping[str, Any]]:
        desk = self.desk()
        client = rights.caller.client
        request = _request(said)
        allowed = desk.budgets.account(client).allowed.documents
        text = desk.trusted.text(request.query, request.document_id, client, allowed)
        if sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != before.operation_hash:
            raise BadQuery(
                "`question` is not the one that the answer of `receipt` was given to: hand it back as it was"
            )
        operation = desk.documents.operation(text, None)
        if not operation.is_query or not ROOTS.issuperset(_roots(operation)):
            raise BadQuery("only questions about subjects can be compared")
        return text, request.variables


def compared(before: Entry, after: Entry) -> list[SectionSince]:
    """Return how the sections of two answers to one question stand to each other, in the order of the later one."""
    then, now = ({each.path: each for each in entry.traces} for entry in (before, after))
    same_rules = (before.policy_version, before.catalogue_version) == (after.policy_version, after.catalogue_version)
    sure = same_rules and _keys(before) == _keys(after)
    return [_since(path, then.get(path), now.get(path), sure=sure) for path in dict.fromkeys([*now, *then])]


def _since(path: str, then: SectionTrace | None, now: SectionTrace | None, *, sure: bool) -> SectionSince:
    """Return one line; unless ``sure`` a difference may come from other rules or keys, and is not told as one."""
    states = (then.state if then is not None else None, now.state if now is not None else None)
    if then is None or now is None:  # behind a link of a record that came or went
        return SectionSince(path, "CHANGED" if sure else "UNKNOWN", *states)
    if not then.digest or not now.digest:
        return SectionSince(path, "UNKNOWN", *states)
    if then.digest == now.digest:
        return SectionSince(path, "UNCHANGED", *states)
    return SectionSince(path, "CHANGED" if sure else "UNKNOWN", *states)


def _keys(entry: Entry) -> set[str]:
    """Return the ids of the keys that the pseudonyms of ``entry`` were made by."""
    return {each.partition(":")[0] for each in entry.subjects}


def _request(said: Mapping[str, Any]) -> GraphQLRequest:
    """Return the question as a request of its own would be read; raises `BadQuery`."""
    members: dict[str, Any] = {name: said[name] for name in ("query", "documentId") if said.get(name) is not None}
    if said.get("variables") is not None:
        if len(said["variables"]) > LONGEST_VARIABLES:
            raise BadQuery(f"`variables` of `question` is longer than {LONGEST_VARIABLES} characters")
        try:
            members["variables"] = orjson.loads(said["variables"])
        except ValueError:
            raise BadQuery("`variables` of `question` is not the text of a JSON object") from None
    try:
        return parse_post(orjson.dumps(members))
    except BadRequest as error:
        raise BadQuery(f"`question` cannot be read: {error.message}") from None


def _roots(operation: Operation) -> set[str]:
    """Return the names of the fields that ``operation`` selects at its root."""
    names: set[str] = set()
    seen: set[str] = set()
    open_: list[SelectionNode] = list(operation.node.selection_set.selections)
    while open_:
        match open_.pop():
            case FieldNode() as selection:
                names.add(selection.name.value)
            case InlineFragmentNode() as selection:
                open_.extend(selection.selection_set.selections)
            case FragmentSpreadNode() as selection if selection.name.value not in seen:
                seen.add(selection.name.value)
                open_.extend(operation.fragments[selection.name.value].selection_set.selections)
            case _:
                pass
    return names
