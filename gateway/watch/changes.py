"""Starting and stopping watches, and putting messages back, for one caller; errors are GraphQL errors with codes.

INPUT_INVALID        `inputs` names every part that is wrong
FIELD_FORBIDDEN      nothing of a section is open to the caller: `sections` names them
WEBHOOK_MISSING      the client is registered with no address to send to
WATCH_UNKNOWN        the caller has no such watch; another's looks the same
WATCHES_TOO_MANY     the caller keeps as many as it may, or they are about as many subjects together as they may be
MUTATION_REUSED      the idempotency key was sent before with another input
WATCHES_UNAVAILABLE  the store does not answer: send it again
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

import orjson

from connectors.clock import utc_text
from connectors.errors import ConfigError
from connectors.hours import CHINA_TIME
from gateway.caller import Caller
from gateway.carried import Carried, invalid, refusal, require_valid
from gateway.consents.input import InputMistake, key_mistake
from gateway.consents.tables import digest
from gateway.errors import WatchesUnavailable
from gateway.ledger import Change, Secret, new_receipt
from gateway.watch import outbox, standings
from gateway.watch.asking import Asking, open_to
from gateway.watch.declared import WatchRules
from gateway.watch.deliverer import Deliverer
from gateway.watch.endpoints import Endpoint
from gateway.watch.input import closed_sections, plain_key, wish_mistakes
from gateway.watch.sealing import seal
from gateway.watch.sections import known_sections
from gateway.watch.shown import Roots, ShownWatch, owner_of
from gateway.watch.standings import MutationReused, TooManySubjects, TooManyWatches
from gateway.watch.tables import Message, Watch
from gateway.watch.watcher import Watcher
from gateway.watch.watches import Watches
from schema.watch import RequeueWatchMessagesInput, StartWatchInput, StopWatchInput

T = TypeVar("T")
MOST_REQUEUED: Final = 1_000
BY_CLIENT: Final = "STOPPED_BY_CLIENT"


@dataclass(frozen=True, slots=True)
class Watching:
    """What watches are kept by, the same for all callers; made by `gateway.app`."""

    watches: Watches
    watcher: Watcher
    deliverer: Deliverer
    asking: Asking
    rules: WatchRules
    secret: Secret
    endpoint: Callable[[str], Endpoint | None]
    clock: Callable[[], float] = time.time


@dataclass(slots=True)
class WatchChanges(Carried):
    """What `schema.mutation` asks for ``caller``; for the ledger as `gateway.mutate.Changes` has it."""

    watching: Watching
    caller: Caller

    async def start_watch(self, given: StartWatchInput) -> ShownWatch:
        """Return the watch as started, on disk; raises GraphQLError."""
        watching, caller = self.watching, self.caller
        keys = [plain_key({"value": each.value, "scheme": each.scheme}) for each in given.keys]
        mistakes = wish_mistakes(keys, given.sections, given.every_seconds, watching.rules)
        if given.client_mutation_id is not None and (mistake := key_mistake(given.client_mutation_id)) is not None:
            mistakes.append(InputMistake("clientMutationId", mistake))
        require_valid("startWatch", mistakes)
        self._require_open(given.sections)
        self._require_endpoint()
        watch = self._watch(keys, given)
        owner = owner_of(watching.secret, caller)[0]
        mutation = None if given.client_mutation_id is None else digest("watch", owner, given.client_mutation_id)
        said = orjson.dumps([keys, given.sections, watch.every_seconds, caller.purpose, caller.case]).decode()
        input_, rules = digest(owner, said), watching.rules
        most = rules.max_watches, rules.max_watched
        stored = await self._stored(
            watching.watches.write(lambda one: standings.start(one, watch, mutation, input_, *most))
        )
        self._did(stored.id, None, "ACTIVE")
        watching.watcher.wake()
        return await self._show(stored)

    async def stop_watch(self, given: StopWatchInput) -> ShownWatch:
        """Return the watch as stopped, on disk; raises GraphQLError."""
        watching = self.watching
        owner, at = owner_of(watching.secret, self.caller), self._at()
        stopped = await self._stored(
            watching.watches.write(lambda one: standings.stop(one, given.id, owner, BY_CLIENT, at))
        )
        if stopped is None:
            raise refusal("there is no such watch of this client", "WATCH_UNKNOWN")
        self._did(stopped.id, "ACTIVE", BY_CLIENT)
        return await self._show(stopped)

    async def requeue_watch_messages(self, given: RequeueWatchMessagesInput) -> Sequence[Message]:
        """Return the messages that are put back, on disk; raises GraphQLError."""
        watching = self.watching
        if not 1 <= len(given.ids) <= MOST_REQUEUED:
            wrong = InputMistake("ids", f"must be 1 to {MOST_REQUEUED}, got {len(given.ids)}")
            raise invalid("requeueWatchMessages", [wrong])
        owner, now = owner_of(watching.secret, self.caller), watching.clock()
        found = await self._stored(watching.watches.write(lambda one: outbox.requeue(one, given.ids, owner, now)))
        for each in found:
            self.changes.append(Change(what="watch message", name=each.id, before="DEAD", after="WAITING"))
        self.done += 1
        watching.deliverer.wake()
        return found

    def _watch(self, keys: Sequence[Mapping[str, Any]], given: StartWatchInput) -> Watch:
        caller, watching = self.caller, self.watching
        id_ = new_receipt()
        kept = {"keys": keys, "consent": caller.consent, "subject": caller.subject}
        return Watch(
            id=id_,
            client=caller.client,
            owner=owner_of(watching.secret, caller)[0],
            purpose=caller.purpose,
            case_number=caller.case,
            scopes=tuple(sorted(caller.scopes)),
            sections=tuple(given.sections),
            subjects=len(keys),
            sealed=seal(watching.secret, id_, kept),
            every_seconds=watching.rules.every(given.every_seconds),
            state="ACTIVE",
            reason=None,
            started_at=self._at(),
            stopped_at=None,
            asked_at=None,
            next_at=watching.clock(),
        )

    def _require_open(self, sections: Sequence[str]) -> None:
        watched = [known_sections()[path] for path in sections]
        closed = closed_sections(watched, open_to(self.watching.asking.desk(), self.caller))
        if closed:
            self.denied.append(("Mutation.startWatch", "SECTION_CLOSED"))
            told = {"field": "Mutation.startWatch", "reason": "SECTION_CLOSED", "sections": closed}
            raise refusal("nothing of a section is open to this caller", "FIELD_FORBIDDEN", told)

    def _require_endpoint(self) -> None:
        try:
            endpoint = self.watching.endpoint(self.caller.client)
        except ConfigError:
            endpoint = None
        if endpoint is None:
            why = "the client is registered with no address for messages: its operator sets `webhook`"
            raise refusal(why, "WEBHOOK_MISSING")

    async def _show(self, watch: Watch) -> ShownWatch:
        return await self._stored(Roots(self.watching.watches, self.watching.secret).show(watch))

    async def _stored(self, working: Awaitable[T]) -> T:
        try:
            return await working
        except MutationReused:
            raise refusal("`clientMutationId` was sent before, with another input", "MUTATION_REUSED") from None
        except TooManyWatches:
            most = self.watching.rules.max_watches
            raise refusal(f"{most} watches are kept already, as many as may be", "WATCHES_TOO_MANY") from None
        except TooManySubjects as error:
            most = self.watching.rules.max_watched
            why = f"the watches of this client are about {error.many} subjects already, and {most} may be"
            raise refusal(f"{why}: stop one, or name fewer", "WATCHES_TOO_MANY") from None
        except WatchesUnavailable as error:
            raise refusal(error.message, error.code) from None

    def _did(self, id_: str, before: str | None, after: str) -> None:
        self.done += 1
        self.changes.append(Change(what="watch", name=id_, before=before, after=after))

    def _at(self) -> str:
        return utc_text(datetime.fromtimestamp(self.watching.clock(), CHINA_TIME))
