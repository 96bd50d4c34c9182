"""Reading of consent tokens: a signed JWT by which a trusted consent issuer states a consent (RFC 7519, RFC 8725).

    header   alg (ES256 ES384 PS256 EdDSA), kid, typ: consent+jwt
    claims   iss jti iat nbf exp aud, and subject (USCC) grantee purposes fields evidence; all of them, and no `cnf`

A type of its own (RFC 8725 §3.11) and issuers of their own (§3.12): an access token is no consent, a consent token
gives no access, whoever signed it. Nothing of the payload counts before the signature is good, except `iss`, which only
chooses among the keys of the issuers we trust. The end of a consent has no leeway: it never outlives what was signed.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from connectors.hours import CHINA_TIME
from gateway.auth.clients import CLIENT_ID
from gateway.auth.documents import read_json
from gateway.auth.keys import ALGORITHMS, Keys
from gateway.auth.personal import holds_personal_number
from gateway.consents.checks import EVIDENCE, MAXIMUM_FIELDS, MAXIMUM_PURPOSES, PURPOSE, subject_mistake
from gateway.consents.fields import field_mistake
from gateway.consents.model import Consent
from gateway.consents.tables import token_digest

TYPES: Final = frozenset({"consent+jwt", "application/consent+jwt"})
SIGNATURES: Final = frozenset({"ES256", "ES384", "PS256", "EdDSA", "Ed25519"}) & ALGORITHMS.keys()
LEEWAY_SECONDS: Final = 60
"""How far the issuer's clock may be ahead of ours."""
DAY_SECONDS: Final = 86_400
LATEST: Final = 253_402_214_400
"""9999-12-31: no later time has a date."""
JTI: Final = re.compile(r"[A-Za-z0-9._~:-]{1,128}")


class InvalidConsent(Exception):
    """A consent token that is not good here; ``reason`` quotes nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class KeysUnread(Exception):
    """The keys of the token's issuer were never read: it can be neither taken nor refused."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a good token says: the consent, when it counts in UNIX time, and its digest (see `token_digest`)."""

    consent: Consent
    from_time: float
    until_time: float
    token: str


class _Registry(JWSRegistry):
    """The signature algorithms of `SIGNATURES`, without joserfc's warning that EdDSA has a new name (RFC 9864)."""

    max_header_length = 4096

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]  # INVARIANT: `_read_header` has let pass only names of `SIGNATURES`.


_REGISTRY: Final = _Registry(strict_check_header=False)


class ConsentTokens:
    """Reads tokens of ``issuers`` (`iss` -> keys) for ``audience``, each for at most ``max_days`` days."""

    def __init__(self, issuers: Mapping[str, Keys], audience: str, max_days: int) -> None:
        self.issuers = dict(issuers)
        self._audience = audience
        self._max_days = max_days

    async def read(self, token: str, now: float) -> Stated:
        """Return what ``token`` says at the UNIX time ``now``; raises `InvalidConsent`, `KeysUnread`.

        Whether it counts already, or still, is for the caller to say.
        """
        segments = token.split(".")
        if len(segments) != 3:
            raise InvalidConsent("it is no signed JWT of three parts")
        algorithm, kid = _read_header(_read_segment(segments[0]))
        claims = _read_segment(segments[1])
        issuer = claims.get("iss")
        keys = self.issuers.get(issuer) if isinstance(issuer, str) else None
        if keys is None or not isinstance(issuer, str):
            raise InvalidConsent("its issuer is not trusted to state consents here")
        _check_signature(token, await _find_key(keys, algorithm, kid))
        self._check_audience(claims)
        return self._stated(issuer, claims, now)

    def _check_audience(self, claims: Mapping[str, Any]) -> None:
        said = claims.get("aud")
        audiences = said if isinstance(said, list) else [said]
        if self._audience not in audiences:
            raise InvalidConsent("it is meant for another audience")
        if "cnf" in claims:
            raise InvalidConsent("it is bound to a key (cnf), which cannot be checked here")

    def _stated(self, issuer: str, claims: Mapping[str, Any], now: float) -> Stated:
        issued, start, end = (_time(claims, name) for name in ("iat", "nbf", "exp"))
        if issued > now + LEEWAY_SECONDS:
            raise InvalidConsent("it was issued in the future (iat)")
        if end <= start or end - start > self._max_days * DAY_SECONDS:
            raise InvalidConsent(f"it does not last from more than 0 seconds to {self._max_days} days (nbf, exp)")
        jti = _text(claims, "jti", JTI)
        if holds_personal_number(jti):
            raise InvalidConsent("its jti looks like a personal number")
        token = token_digest(issuer, jti)
        consent = Consent(
            id=f"token:{token[:32]}",
            subject=_subject(claims),
            grantee=_text(claims, "grantee", CLIENT_ID),
            purposes=frozenset(_texts(claims, "purposes", MAXIMUM_PURPOSES, PURPOSE)),
            fields=frozenset(_fields(claims)),
            not_before=_day(start),
            not_after=_day(end),
            form="TOKEN",
            evidence=_text(claims, "evidence", EVIDENCE),
        )
        return Stated(consent, start - LEEWAY_SECONDS, end, token)


def _read_header(header: Mapping[str, Any]) -> tuple[str, str | None]:
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise InvalidConsent("its typ is not consent+jwt")
    if not isinstance(algorithm, str) or algorithm not in SIGNATURES:
        raise InvalidConsent("its signature is of no kind that is taken here")
    # No extension is understood here: RFC 7515 §4.1.11 then wants `crit` refused, RFC 7797 wants `b64` in it.
    if "crit" in header or "b64" in header:
        raise InvalidConsent("its header asks for an extension that is not understood here")
    if kid is not None and not isinstance(kid, str):
        raise InvalidConsent("its kid is no string")
    return algorithm, kid


def _read_segment(segment: str) -> dict[str, Any]:
    try:
        read = read_json(urlsafe_b64decode(segment.encode("ascii")))
    except ValueError as error:
        raise InvalidConsent("it cannot be read: base64url, UTF-8 or JSON is not well-formed") from error
    if not isinstance(read, dict):
        raise InvalidConsent("it cannot be read: a part is no JSON object")
    return read


async def _find_key(keys: Keys, algorithm: str, kid: str | None) -> Key:
    """Return the key that checks the token, after one look for new keys at the issuer when it is not known."""
    key = keys.find(algorithm, kid)
    if key is None and await keys.refetch():
        key = keys.find(algorithm, kid)
    if key is not None:
        return key
    if not keys.known:
        raise KeysUnread
    raise InvalidConsent("it is signed with a key that its issuer does not publish for this algorithm")


def _check_signature(token: str, key: Key) -> None:
    try:
        jws.deserialize_compact(token, key, registry=_REGISTRY)
    except (JoseError, ValueError) as error:
        raise InvalidConsent("its signature is not valid") from error


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidConsent(f"its {name} is no time")
    if not 0 <= value <= LATEST:
        raise InvalidConsent(f"its {name} is no time")
    return float(value)


def _day(at: float) -> str:
    """Return the day in China of a UNIX time."""
    return datetime.fromtimestamp(at, CHINA_TIME).date().isoformat()


def _text(claims: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or form.fullmatch(value) is None:
        raise InvalidConsent(f"its {name} is missing or not of its form")
    return value


def _texts(claims: Mapping[str, Any], name: str, most: int, form: re.Pattern[str]) -> list[str]:
    values = claims.get(name)
    if not isinstance(values, list) or not 1 <= len(values) <= most:
        raise InvalidConsent(f"its {name} are no list of 1 to {most}")
    if not all(isinstance(each, str) and form.fullmatch(each) for each in values):
        raise InvalidConsent(f"its {name} are not of their form")
    return values


def _fields(claims: Mapping[str, Any]) -> list[str]:
    fields = _texts(claims, "fields", MAXIMUM_FIELDS, re.compile(r"[A-Za-z]+\.(\*|[a-z0-9_]+)"))
    if any(field_mistake(each) is not None for each in fields):
        raise InvalidConsent("its fields name what no consent can open")
    return fields


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("subject")
    if not isinstance(subject, str) or subject_mistake(subject) is not None:
        raise InvalidConsent("its subject is no unified social credit code")
    return subject
