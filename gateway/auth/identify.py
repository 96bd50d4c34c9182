"""From request headers to the `Caller`: whose token it is, and what the client declares this request is for.

    Authorization    Bearer <token>, once
    Credit-Purpose   one of the client's purposes; may be missing when the client has a default
    Credit-Case      project or case number, at most 128 printable characters, UTF-8; some purposes require it
    Credit-Consent   consents of subjects, by id or as signed tokens (`gateway.consents.references`)

Refusals quote a value only where its form rules out a personal number. Challenges follow RFC 6750 §3.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Final, Protocol

from gateway.auth.clients import Client
from gateway.auth.keys import Keys
from gateway.auth.personal import holds_personal_number
from gateway.auth.tokens import Access, InvalidToken, TokenReader
from gateway.caller import Caller
from gateway.consents import references
from gateway.errors import BadRequest, Forbidden, Unauthenticated

PURPOSE: Final = re.compile(r"[A-Z][A-Z_]{0,63}")
MAXIMUM_CASE_LENGTH: Final = 128


class RequestHeaders(Protocol):
    """The headers of a request, as Starlette has them: names without case, values as Latin-1 text."""

    def getlist(self, key: str) -> list[str]:
        """Return every value of the header ``key``."""
        ...


class Authenticator:
    """Knows the trusted issuers (`iss` -> keys), our name as an ``audience``, and the registered clients."""

    def __init__(
        self, issuers: Mapping[str, Keys], audience: str, clients: Mapping[str, Client], realm: str = "credit-gateway"
    ) -> None:
        self._issuers = dict(issuers)
        self._clients = dict(clients)
        self._tokens = TokenReader(issuers, audience)
        self._realm = realm

    async def start(self) -> None:
        """Read the issuers' keys and begin to keep them fresh; an issuer that is down stops nothing."""
        await asyncio.gather(*(keys.start() for keys in self._issuers.values()))

    async def close(self) -> None:
        """Stop keeping keys fresh."""
        for keys in self._issuers.values():
            await keys.close()

    async def identify(self, headers: RequestHeaders) -> Caller:
        """Return who asks, and what for.

        Raises `Unauthenticated` (no good token), `Forbidden` (unregistered client, no scope left, purpose not
        allowed), `BadRequest` (a header that cannot be taken) or `KeysUnavailable`.
        """
        access = await self._access(headers)
        client = self._clients.get(access.client)
        if client is None:
            raise Forbidden(f"client `{access.client}` is not registered at this gateway")
        scopes = access.scopes & client.scopes
        if not scopes:
            raise self._insufficient(client)
        purpose = _purpose(headers, client)
        return Caller(client.id, client.department, scopes, purpose, _case(headers, client, purpose), _consent(headers))

    async def _access(self, headers: RequestHeaders) -> Access:
        values = headers.getlist("Authorization")
        if not values:
            raise Unauthenticated("an access token is needed", headers=self._challenge())
        if len(values) > 1:
            reason = "the Authorization header stands more than once"
            raise BadRequest(reason, headers=self._challenge("invalid_request", reason))
        scheme, _, token = values[0].partition(" ")
        if scheme.lower() != "bearer":
            raise self._no_bearer(scheme)
        try:
            return await self._tokens.read(token.strip(" "))
        except InvalidToken as error:
            raise Unauthenticated(error.reason, headers=self._challenge("invalid_token", error.reason)) from error

    def _no_bearer(self, scheme: str) -> Unauthenticated:
        # RFC 6750 §3.1: no error code for a request that did not use this scheme at all
        bound = "a sender-constrained token (DPoP) cannot be checked here yet"
        other = "an access token is needed: the Authorization scheme must be Bearer"
        return Unauthenticated(bound if scheme.lower() == "dpop" else other, headers=self._challenge())

    def _insufficient(self, client: Client) -> Forbidden:
        reason = "the token carries none of the scopes that its client is registered for"
        scope = " ".join(sorted(client.scopes))
        challenge = self._challenge("insufficient_scope", reason)
        challenge["WWW-Authenticate"] += f', scope="{scope}"'
        return Forbidden(reason, headers=challenge, extensions={"scopes": sorted(client.scopes)})

    def _challenge(self, error: str | None = None, description: str = "") -> dict[str, str]:
        """Return the `WWW-Authenticate` header of RFC 6750 §3; ``description`` has no quote and no backslash."""
        parts = [f'Bearer realm="{self._realm}"']
        if error is not None:
            parts += [f'error="{error}"', f'error_description="{description}"']
        return {"WWW-Authenticate": ", ".join(parts)}


def _single(headers: RequestHeaders, name: str) -> str | None:
    values = headers.getlist(name)
    if len(values) > 1:
        raise BadRequest(f"the header `{name}` stands more than once")
    return values[0] if values else None


def _purpose(headers: RequestHeaders, client: Client) -> str:
    """Return the declared purpose, or the client's default; raises `BadRequest` or `Forbidden` naming the allowed."""
    value = _single(headers, "Credit-Purpose")
    allowed = ", ".join(client.purposes)
    extensions = {"allowed": list(client.purposes)}
    if value is None:
        if client.default_purpose is not None:
            return client.default_purpose
        raise BadRequest(f"the header `Credit-Purpose` is needed: one of {allowed}", extensions=extensions)
    if value in client.purposes:
        return value
    if PURPOSE.fullmatch(value) is None:
        raise BadRequest(f"`Credit-Purpose` is not a purpose code; allowed: {allowed}", extensions=extensions)
    raise Forbidden(f"client `{client.id}` may not ask for `{value}`; allowed: {allowed}", extensions=extensions)


def _case(headers: RequestHeaders, client: Client, purpose: str) -> str | None:
    value = _single(headers, "Credit-Case")
    if value is None:
        if purpose in client.case_required:
            raise BadRequest(f"purpose `{purpose}` needs a project or case number in the header `Credit-Case`")
        return None
    case = _decode(value)
    if case is None or not 1 <= len(case) <= MAXIMUM_CASE_LENGTH or not case.isprintable() or case != case.strip():
        raise BadRequest(f"`Credit-Case` must be 1 to {MAXIMUM_CASE_LENGTH} printable characters in UTF-8")
    if holds_personal_number(case):
        raise BadRequest("`Credit-Case` looks like a personal number: send a project or case number")
    return case


def _consent(headers: RequestHeaders) -> str | None:
    value = _single(headers, "Credit-Consent")
    if value is not None:
        references(value)
    return value


def _decode(value: str) -> str | None:
    """Return the text of a header value that came as UTF-8 and was read as Latin-1; None when it was no UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None
