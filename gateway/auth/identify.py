"""From a request to the `Caller`: whose token it is, and what the client declares this request is for.

    Authorization    Bearer <token>, or DPoP <token> with a proof in the header DPoP; once
    Credit-Purpose   one of the client's purposes; may be missing when the client has a default
    Credit-Case      project or case number, at most 128 printable characters, UTF-8; some purposes require it
    Credit-Consent   consents of subjects, by id or as signed tokens (`gateway.consents.references`)

Refusals quote a value only where its form rules out a personal number. Challenges stand in `gateway.auth.challenges`.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Final

from gateway.auth.access import Access, InvalidToken
from gateway.auth.challenges import Challenges
from gateway.auth.clients import Client
from gateway.auth.dpop import InvalidProof
from gateway.auth.personal import holds_personal_number
from gateway.auth.possession import NonceNeeded, Possession, Scheme
from gateway.auth.presented import Presented, RequestHeaders
from gateway.auth.register import Register, register_of
from gateway.auth.tokens import Issuer, TokenReader
from gateway.caller import Caller
from gateway.consents import references
from gateway.errors import BadRequest, Forbidden, RequestError, Unauthenticated

PURPOSE: Final = re.compile(r"[A-Z][A-Z_]{0,63}")
MAXIMUM_CASE_LENGTH: Final = 128
SCHEMES: Final[Mapping[str, Scheme]] = {"bearer": "Bearer", "dpop": "DPoP"}
"""Authorization scheme in small letters -> as it is written; schemes have no case (RFC 9110 §11.1)."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A token that is good, and was shown by whoever may hold it."""

    scheme: Scheme
    token: str = field(repr=False)
    access: Access


class Authenticator:
    """Knows the trusted ``issuers``, our name as an ``audience``, the registered clients, and how possession is proved.

    Without ``possession`` DPoP proofs are taken on loopback only, and no certificate is believed.
    """

    def __init__(
        self,
        issuers: Iterable[Issuer],
        audience: str,
        clients: Register | Mapping[str, Client],
        realm: str = "credit-gateway",
        possession: Possession | None = None,
    ) -> None:
        self._issuers = tuple(issuers)
        self._clients = register_of(clients)
        self._tokens = TokenReader(self._issuers, audience)
        self._possession = possession or Possession()
        self._challenges = Challenges(realm)

    def knowing(self, clients: Register | Mapping[str, Client]) -> "Authenticator":
        """Return an authenticator of the same issuers, keys and remembered tokens that knows other ``clients``."""
        other = copy(self)
        other._clients = register_of(clients)  # noqa: SLF001 (a copy of our own)
        return other

    async def start(self) -> None:
        """Read the issuers' keys and begin to keep them fresh; an issuer that is down stops nothing."""
        await asyncio.gather(*(issuer.keys.start() for issuer in self._issuers))

    async def close(self) -> None:
        """Stop keeping keys fresh, and asking."""
        for issuer in self._issuers:
            await issuer.keys.close()
            if issuer.introspection is not None:
                await issuer.introspection.close()

    async def identify(self, presented: Presented) -> Caller:
        """Return who asks, and what for.

        Raises `Unauthenticated` (no good token, or no proof of its possession), `Forbidden` (unregistered client, no
        scope left, purpose not allowed), `BadRequest` (a header that cannot be taken) or `KeysUnavailable`.
        """
        return self.caller(presented.headers, await self.prove(presented))

    async def prove(self, presented: Presented) -> Proven:
        """Return whose token came with a request, its possession proved.

        Raises `Unauthenticated`, `BadRequest` or `KeysUnavailable`.
        """
        scheme, token = self._credentials(presented.headers)
        return Proven(scheme, token, await self._access(presented, scheme, token))

    async def still(self, proven: Proven) -> Proven:
        """Return what the token of ``proven`` says now; raises as `prove`. Whoever held it has proved that before."""
        access = await self._read(proven.scheme, proven.token)
        if access.binding != proven.access.binding or access.client != proven.access.client:
            raise Unauthenticated("the token is not what it was", headers=self._challenges.offer())
        return Proven(proven.scheme, proven.token, access)

    def caller(self, headers: RequestHeaders, proven: Proven) -> Caller:
        """Return who asks with the token ``proven``, and by ``headers`` what for; raises `Forbidden`, `BadRequest`."""
        try:
            return self._caller(headers, proven.scheme, proven.access)
        except RequestError as error:
            error.client = proven.access.client
            raise

    def _caller(self, headers: RequestHeaders, scheme: Scheme, access: Access) -> Caller:
        client = self._clients.find(access.client)
        if client is None:
            raise Forbidden(f"client `{access.client}` is not registered at this gateway, or is suspended")
        scopes = access.scopes & client.scopes
        if not scopes:
            raise self._insufficient(scheme, client)
        purpose = _purpose(headers, client)
        case, consent = _case(headers, client, purpose), _consent(headers)
        return Caller(client.id, client.department, scopes, purpose, case, consent, subject=access.subject)

    def _credentials(self, headers: RequestHeaders) -> tuple[Scheme, str]:
        """Return the scheme and the token of the only Authorization header."""
        values = headers.getlist("Authorization")
        if not values:
            raise Unauthenticated("an access token is needed", headers=self._challenges.offer())
        if len(values) > 1:
            reason = "the Authorization header stands more than once"
            raise BadRequest(reason, headers=self._challenges.refuse("Bearer", "invalid_request", reason))
        name, _, token = values[0].partition(" ")
        scheme = SCHEMES.get(name.lower())
        if scheme is None:
            reason = "an access token is needed: the Authorization scheme must be Bearer or DPoP"
            raise Unauthenticated(reason, headers=self._challenges.offer())
        return scheme, token.strip(" ")

    async def _access(self, presented: Presented, scheme: Scheme, token: str) -> Access:
        """Return what the token says, its possession proved where it asks for that."""
        access = await self._read(scheme, token)
        try:
            await self._possession.check(presented, scheme, token, access)
        except InvalidToken as error:
            headers = self._challenges.refuse(scheme, "invalid_token", error.reason)
            raise Unauthenticated(error.reason, headers=headers) from error
        except NonceNeeded as error:
            raise Unauthenticated(error.reason, headers=self._challenges.ask_nonce(error)) from error
        except InvalidProof as error:
            headers = self._challenges.refuse(scheme, "invalid_dpop_proof", error.reason)
            raise Unauthenticated(error.reason, headers=headers) from error
        return access

    async def _read(self, scheme: Scheme, token: str) -> Access:
        try:
            return await self._tokens.read(token)
        except InvalidToken as error:
            headers = self._challenges.refuse(scheme, "invalid_token", error.reason)
            raise Unauthenticated(error.reason, headers=headers) from error

    def _insufficient(self, scheme: Scheme, client: Client) -> Forbidden:
        reason = "the token carries none of the scopes that its client is registered for"
        headers = self._challenges.lacking(scheme, reason, " ".join(sorted(client.scopes)))
        return Forbidden(reason, headers=headers, extensions={"scopes": sorted(client.scopes)})


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
