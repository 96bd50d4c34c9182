"""The second person's signature under a policy file: a compact JWS (RFC 7515) beside it, `<department>.jws`.

What is signed is the meaning of the file as canonical JSON (members sorted, no blanks, as RFC 8785 has it), with the
department, the post that wrote it, the post that signs, and when. The reader is strict: the header holds `alg`, `kid`
and `typ` and nothing else, the key is the one that the signers file registers under that id, the algorithm the one of
that key; a payload that is not written canonically is refused, so that no two readers can understand it differently.

Decided 2026-11: a signature counts while its key is valid, on the day it was made and today. The time in it is the
signer's own word, so that an expired key which somebody found could sign for the past. Before a key expires the file
is signed anew. What was signed stays signed: to withdraw a grant for good, sign the narrower file.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from connectors.hours import CHINA_TIME
from connectors.spec import Name, Text
from gateway.auth.documents import read_json
from gateway.days import is_day
from gateway.departmental.declared import ApprovalSpec, ClosureSpec, Declared, DutySpec
from gateway.departmental.model import PolicyFile
from gateway.departmental.signers import Signer

TYPE: Final = "credit-policy+jws"
MAXIMUM_BYTES: Final = 1_000_000
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SEGMENT: Final = re.compile(r"[A-Za-z0-9_-]+")


class InvalidSignature(Exception):
    """A signature that does not count; ``reason`` quotes names of posts, keys and departments only."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed; ``signed_at`` is ISO 8601 in UTC to the second, every grant has both its days."""

    department: Name
    author: Text
    signer: Text
    signed_at: str
    duties: list[DutySpec]
    approvals: list[ApprovalSpec]
    closures: list[ClosureSpec]

    def policy_file(self) -> PolicyFile:
        """Return what was signed as the file says it: everything in it is of the department that signed."""
        said = Declared(author=self.author, duties=self.duties, approvals=self.approvals, closures=self.closures)
        return said.policy_file(self.department)


_Grant = DutySpec | ApprovalSpec | ClosureSpec


class _Registry(JWSRegistry):
    """The algorithms of our keys, without joserfc's warning that EdDSA has a new name (RFC 9864)."""

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]  # INVARIANT: called with the algorithm of a registered key only.


_REGISTRY: Final = _Registry(strict_check_header=False)


def statement_of(file: PolicyFile, signer: Signer, signed_at: str) -> Statement:
    """Return what ``signer`` says by signing ``file`` at ``signed_at`` (ISO 8601 in UTC, to the second)."""
    return Statement(
        department=file.department,
        author=file.author,
        signer=signer.post,
        signed_at=signed_at,
        duties=_sorted(DutySpec, file.decided.duties),
        approvals=_sorted(ApprovalSpec, file.decided.approvals),
        closures=_sorted(ClosureSpec, file.decided.closures),
    )


def encode_statement(statement: Statement) -> bytes:
    """Return the canonical JSON of ``statement``."""
    return msgspec.json.encode(statement, order="sorted")


def sign(statement: Statement, signer: Signer, private: Key) -> str:
    """Return the compact JWS of ``statement`` by the ``private`` key of ``signer``."""
    header = {"alg": signer.algorithm, "kid": signer.kid, "typ": TYPE}
    return jws.serialize_compact(header, encode_statement(statement), private, registry=_REGISTRY)


def read_signature(raw: bytes, department: str, signers: Mapping[str, Signer], today: str) -> Statement:
    """Return what the signature file ``raw`` of ``department`` says; raises `InvalidSignature` unless it counts today.

    ``today`` is a day (ISO 8601) in China, like the days of keys.
    """
    header, payload, text = _take_apart(raw)
    signer = _signer(header, department, signers)
    try:
        jws.deserialize_compact(text, signer.key, registry=_REGISTRY)
    except (JoseError, ValueError):
        raise InvalidSignature("the signature is not that of the key which it names") from None
    statement = _statement(payload)
    _check_parties(statement, signer, department)
    _check_days(statement, signer, today)
    return statement


def same_post(one: str, other: str) -> bool:
    """Return whether two posts are one: neither width nor case nor blanks nor invisible marks make another of it."""
    return _plain(one) == _plain(other)


def _plain(post: str) -> str:
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", post).casefold())
    return "".join(each for each in text if each.isalnum())


def _take_apart(raw: bytes) -> tuple[dict[str, Any], bytes, str]:
    """Return header, payload and text of a compact JWS, nothing checked but its form."""
    if len(raw) > MAXIMUM_BYTES:
        raise InvalidSignature(f"longer than {MAXIMUM_BYTES} bytes")
    text = raw.decode("ascii", "replace").removesuffix("\n")
    segments = text.split(".")
    if len(segments) != 3 or not all(_SEGMENT.fullmatch(each) for each in segments):
        raise InvalidSignature("no compact JWS: three parts in base64url, joined by dots")
    try:
        decoded = [urlsafe_b64decode(each.encode()) for each in segments]
        header = read_json(decoded[0])
    except ValueError:
        raise InvalidSignature("its header cannot be read") from None
    # One text for one signature: base64url has several for the same bytes.
    if any(urlsafe_b64encode(each).decode() != segment for each, segment in zip(decoded, segments, strict=True)):
        raise InvalidSignature("its base64url is not canonical")
    if not isinstance(header, dict) or header.keys() != {"alg", "kid", "typ"}:
        raise InvalidSignature("its header must hold `alg`, `kid` and `typ`, and nothing else")
    if header["typ"] != TYPE:
        raise InvalidSignature(f"its `typ` is not `{TYPE}`")
    return header, decoded[1], text


def _signer(header: Mapping[str, Any], department: str, signers: Mapping[str, Signer]) -> Signer:
    kid = header["kid"]
    signer = signers.get(kid) if isinstance(kid, str) else None
    if signer is None:
        raise InvalidSignature("it names a key that signers.toml does not know")
    if header["alg"] != signer.algorithm:
        raise InvalidSignature(f"its `alg` is not {signer.algorithm}, that of key `{signer.kid}`")
    if signer.department != department:
        raise InvalidSignature(f"key `{signer.kid}` signs for `{signer.department}`, not for `{department}`")
    return signer


def _statement(payload: bytes) -> Statement:
    try:
        statement = msgspec.json.decode(payload, type=Statement)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise InvalidSignature("what is signed is not the content of a policy file") from None
    if encode_statement(statement) != payload:
        raise InvalidSignature("what is signed is not written canonically")
    grants: list[_Grant] = [*statement.duties, *statement.approvals, *statement.closures]
    if not all(each.since and each.until and is_day(each.since) and is_day(each.until) for each in grants):
        raise InvalidSignature("what is signed names a day that is none")
    return statement


def _check_parties(statement: Statement, signer: Signer, department: str) -> None:
    if statement.department != department:
        raise InvalidSignature(f"what is signed is the file of `{statement.department}`")
    if statement.signer != signer.post:
        raise InvalidSignature(f"it names another signer than the post of key `{signer.kid}`")
    # INVARIANT: four eyes: whoever wrote a file does not sign it.
    if same_post(statement.author, signer.post):
        raise InvalidSignature(f"`{signer.post}` wrote the file: another post has to sign it")


def _check_days(statement: Statement, signer: Signer, today: str) -> None:
    day = day_of(statement.signed_at)
    if day is None or day > today:
        raise InvalidSignature("it was signed at a time that is none, or has not come yet")
    for at, each in (("when it was signed", day), ("today", today)):
        if not signer.valid(each):
            raise InvalidSignature(f"key `{signer.kid}` is not valid {at}: {signer.since} to {signer.until}")


def day_of(instant: str) -> str | None:
    """Return the day in China of an ``instant`` (ISO 8601 in UTC, to the second), None when it is none."""
    if _INSTANT.fullmatch(instant) is None:
        return None
    try:
        return datetime.fromisoformat(instant).astimezone(CHINA_TIME).date().isoformat()
    except (ValueError, OverflowError):
        return None


def _sorted(kind: Callable[..., Any], grants: tuple[Any, ...]) -> list[Any]:
    """Return ``grants`` as a file lists them, in one order whatever the order of the file, and of its lists."""
    found = [
        kind(
            **{
                name: sorted(value) if isinstance(value, frozenset) else value
                for name in kind.__struct_fields__  # type: ignore[attr-defined]
                for value in (getattr(each, name),)
            }
        )
        for each in grants
    ]
    return sorted(found, key=lambda each: msgspec.json.encode(each, order="sorted"))
