"""The consents of this installation: found by reference for a decision, recorded, revoked; asked anew each time.

# INVARIANT: nothing is remembered of a consent from one request to the next, so that a revocation by any replica counts
from the next query on. What is remembered are the keys of issuers, not what they signed.

Two threads own a connection each: who asks does not wait for a commit of somebody else.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from connectors.clock import now_text
from gateway.consents.model import Consent, Named, Recorded, Refusal, refusal
from gateway.consents.references import is_recorded
from gateway.consents.store import ConsentStore, open_store
from gateway.consents.tables import (
    CONSENTS,
    REVOKED_TOKENS,
    Authority,
    authorities_over,
    of_grantee,
    recorded_of,
    row_of,
    within,
)
from gateway.consents.tokens import ConsentTokens, InvalidConsent, KeysUnread, Stated
from gateway.errors import ConsentsUnavailable
from gateway.storage import StoreThread

T = TypeVar("T")

_log = logging.getLogger("gateway.consents")


class MutationReused(Exception):
    """An idempotency key that was sent before, with another input."""


class Consents:
    """Open with `await Consents.open(url, tokens)`; one per event loop. ``clock`` tells the UNIX time."""

    def __init__(self, url: str, tokens: ConsentTokens, clock: Callable[[], float] = time.time) -> None:
        self._tokens = tokens
        self._clock = clock
        self._writer: StoreThread[ConsentStore] = StoreThread(partial(open_store, url), "store of consents")
        self._reader: StoreThread[ConsentStore] = StoreThread(partial(open_store, url), "store of consents")

    @classmethod
    async def open(cls, url: str, tokens: ConsentTokens, clock: Callable[[], float] = time.time) -> "Consents":
        """Return the consents in a `sqlite:///` file or `postgresql://` database; raise what the driver raises."""
        consents = cls(url, tokens, clock)
        await consents._writer.start()
        try:
            await consents._reader.start()
        except BaseException:
            await consents._writer.stop()
            raise
        await asyncio.gather(*(keys.start() for keys in tokens.issuers.values()))
        return consents

    async def close(self) -> None:
        """Finish what is being written, then let go of the store and of the issuers."""
        for keys in self._tokens.issuers.values():
            await keys.close()
        try:
            await self._writer.stop()
        finally:
            await self._reader.stop()

    async def named(self, references: Sequence[str], client: str, purpose: str, day: str) -> Named:
        """Return which of ``references`` (see `gateway.consents.references`) count for ``client`` now, and why not.

        ``day`` is ISO 8601. A store or issuer that is away makes its consents not count; it raises nothing.
        """
        found = await self._recorded(references, client)
        live: list[Consent] = []
        refused: dict[str, str] = {}
        for reference in references:
            consent: Consent | Refusal | None
            if is_recorded(reference):
                consent = found if isinstance(found, Refusal) else found.get(reference, Refusal.UNKNOWN)
            else:
                consent = await self._of_token(reference, client)
            why = consent if isinstance(consent, Refusal) else refusal(consent, client, purpose, day)
            if why is not None:
                refused[reference] = why.value
            elif isinstance(consent, Consent):
                live.append(consent)
        return Named(tuple(live), refused)

    async def record(self, recorded: Recorded, mutation: str | None, input_: str) -> tuple[Recorded, bool]:
        """Return ``recorded`` as stored, on disk, and whether it was stored by this call.

        A ``mutation`` (digest of a key) that was stored before gives the first record, when the digest ``input_`` of
        what was asked is the same; else raises `MutationReused`. Raises `ConsentsUnavailable`.
        """
        return await self._do(self._writer, lambda connection: _record(connection, recorded, mutation, input_))

    async def revoke(self, consent_id: str, authority: Authority, by: str) -> Recorded | None:
        """Return the consent, revoked and on disk; None when ``authority`` may not revoke it or there is none.

        ``by`` is the client that sent it. One that was revoked before stays as it was. Raises `ConsentsUnavailable`.
        """
        return await self._do(self._writer, lambda connection: _revoke(connection, consent_id, authority, by))

    async def revoke_token(self, token: str, authority: Authority) -> str:
        """Return since when (ISO 8601 in UTC) ``token``, a digest, is revoked by ``authority``; it is on disk.

        Raises `ConsentsUnavailable`.
        """
        return await self._do(self._writer, lambda connection: _revoke_token(connection, token, authority))

    async def held(
        self, authority: Authority, subject: str | None, first: int, after: str | None = None
    ) -> list[Recorded]:
        """Return what ``authority`` may see, newest first, at most ``first``, those before the id ``after``.

        ``subject`` narrows it to one. Raises `ConsentsUnavailable`.
        """
        query = sa.select(CONSENTS).where(within(authority)).order_by(CONSENTS.c.id.desc()).limit(first)
        if subject is not None:
            query = query.where(CONSENTS.c.subject == subject)
        if after is not None:
            query = query.where(CONSENTS.c.id < after)
        return await self._do(self._reader, lambda connection: [recorded_of(row) for row in connection.execute(query)])

    @property
    def issuers(self) -> Sequence[str]:
        """The issuers whose tokens are taken."""
        return sorted(self._tokens.issuers)

    async def _recorded(self, references: Sequence[str], client: str) -> Mapping[str, Consent] | Refusal:
        ids = [each for each in references if is_recorded(each)]
        if not ids:
            return {}
        query = of_grantee(ids, client)
        try:
            rows = await self._do(self._reader, lambda connection: list(connection.execute(query)))
        except ConsentsUnavailable:
            return Refusal.UNAVAILABLE
        return {row.id: recorded_of(row).consent for row in rows}

    async def _of_token(self, token: str, client: str) -> Consent | Refusal:
        now = self._clock()
        try:
            stated = await self._tokens.read(token, now)
            if stated.consent.grantee != client:
                return Refusal.UNKNOWN
            if await self._do(self._reader, lambda connection: _is_revoked(connection, stated)):
                return Refusal.REVOKED
        except InvalidConsent as error:
            _log.info("consent token not taken: %s", error.reason)
            return Refusal.TOKEN_INVALID
        except (KeysUnread, ConsentsUnavailable):
            return Refusal.UNAVAILABLE
        if now < stated.from_time:
            return Refusal.NOT_YET_VALID
        return Refusal.EXPIRED if now >= stated.until_time else stated.consent

    async def _do(self, thread: StoreThread[ConsentStore], do: Callable[[sa.Connection], T]) -> T:
        try:
            return await thread.submit(lambda store: store.work(do))
        except (sa.exc.SQLAlchemyError, OSError, RuntimeError, TimeoutError) as error:
            _log.error("store of consents failed: kind=%s", type(error).__name__)
            raise ConsentsUnavailable("consents cannot be read or recorded now", headers={"Retry-After": "1"}) from None


def _record(connection: sa.Connection, recorded: Recorded, mutation: str | None, input_: str) -> tuple[Recorded, bool]:
    row = row_of(recorded, mutation, input_)
    if mutation is None:
        connection.execute(_insert_once(connection, row, ["id"]))  # work may be repeated after a lost connection
        return recorded, True
    # the row first: of two that send one key at once, the second waits for the first and then finds its row
    made = connection.execute(_insert_once(connection, row, ["mutation"])).rowcount == 1
    stored = connection.execute(sa.select(CONSENTS).where(CONSENTS.c.mutation == mutation)).one()
    if stored.input != input_:
        raise MutationReused
    return recorded_of(stored), made


def _revoke(connection: sa.Connection, consent_id: str, authority: Authority, by: str) -> Recorded | None:
    one = sa.and_(CONSENTS.c.id == consent_id, within(authority))
    change = sa.update(CONSENTS).where(one, CONSENTS.c.revoked_at.is_(None))
    connection.execute(change.values(revoked_at=now_text(), revoked_by=by))
    row = connection.execute(sa.select(CONSENTS).where(one)).one_or_none()
    return None if row is None else recorded_of(row)


def _revoke_token(connection: sa.Connection, token: str, authority: Authority) -> str:
    for name in authority.names:
        row = {"token": token, "authority": name, "revoked_at": now_text()}
        connection.execute(_insert_once(connection, row, ["token", "authority"], REVOKED_TOKENS))
    table = REVOKED_TOKENS.c
    mine = sa.and_(table.token == token, table.authority.in_(authority.names))
    return str(connection.execute(sa.select(sa.func.min(table.revoked_at)).where(mine)).scalar_one())


def _is_revoked(connection: sa.Connection, stated: Stated) -> bool:
    table = REVOKED_TOKENS.c
    over = sa.and_(table.token == stated.token, table.authority.in_(authorities_over(stated.consent)))
    return connection.execute(sa.select(table.token).where(over).limit(1)).first() is not None


def _insert_once(
    connection: sa.Connection, row: Mapping[str, Any], unique: list[str], table: sa.Table = CONSENTS
) -> sa.Insert:
    """Return the insertion of ``row`` that does nothing where one with the same ``unique`` columns stands."""
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    once: sa.Insert = insert(table).values(**row).on_conflict_do_nothing(index_elements=unique)
    return once
