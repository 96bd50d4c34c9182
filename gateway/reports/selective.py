"""The selective form: an SD-JWT (RFC 9901) whose holder may withhold sections or records, and the rest still verifies.

    always open     form, version, reportNo, generatedAt, issuer, subject, askedFor, receipts, disclaimer
    one disclosure  `labels`, `hints`, and each of the nine sections: `part1` … `part9` (RFC 9901 §4.2.1)
    one disclosure  each record, as an element of its section's list (§4.2.2)

A verifier sees that something is withheld, and in which section: a record that is withheld leaves its digest behind, so
"withheld" never reads as "none". No key of the holder is bound: whoever has a report may hand it on. Written here, on
joserfc: the package `sd-jwt` (0.10) brings a second JOSE library and checks less than §7.1 asks; the tests let it read
what this file makes.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import orjson
from cryptography import x509
from joserfc.util import urlsafe_b64decode

from gateway.proof.json_text import JsonError, compact
from gateway.reports.contents import PARTS
from gateway.reports.keys import ReportKey
from gateway.reports.signed import checked, signature

TYPE: Final = "credit-report+sd-jwt"
SALT_BYTES: Final = 16
PART_CLAIMS: Final = tuple(f"part{part.number}" for part in PARTS)
CLAIMS: Final = ("labels", "hints", *PART_CLAIMS)
"""What a holder may withhold, by the name of its claim."""
_RESERVED: Final = frozenset({"_sd", "_sd_alg", "..."})
_ALGORITHM: Final = "sha-256"


class NotSelective(ValueError):
    """The text is no SD-JWT that RFC 9901 §7.1 lets pass; ``reason`` is a code of `findings`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Shown:
    """What an SD-JWT shows: its claims, the names of those withheld, and by part shown how many records are."""

    claims: dict[str, Any]
    withheld: tuple[str, ...]
    withheld_records: Mapping[str, int]
    certificates: tuple[x509.Certificate, ...]


def issue(report: Mapping[str, Any], key: ReportKey) -> str:
    """Return ``report`` (plain JSON values) as an SD-JWT with all its disclosures."""
    disclosures: list[str] = []
    claims = {name: value for name, value in report.items() if name not in ("labels", "hints", "parts")}
    closed = {"labels": report["labels"], "hints": report["hints"]}
    closed |= {f"part{part['number']}": _with_records(part, disclosures) for part in report["parts"]}
    digests = [_disclose([_salt(), name, value], disclosures) for name, value in closed.items()]
    payload = {**claims, "_sd_alg": _ALGORITHM, "_sd": sorted(digests)}
    token = signature(orjson.dumps(payload), TYPE, key, detached=False)
    return "~".join([token, *disclosures, ""])


def withhold(text: str, claims: Collection[str], records: Collection[str]) -> str:
    """Return the SD-JWT ``text`` without the disclosures of ``claims`` and of the records of those ids.

    Raises `NotSelective` for what is none, KeyError for a name or an id that it does not disclose.
    """
    token, *disclosures = _pieces(text)
    opened = {_digest(each): _Disclosure.read(each) for each in disclosures}
    dropped: set[str] = set()
    for name in claims:
        found = [digest for digest, each in opened.items() if each.name == name]
        if not found:
            raise KeyError(name)
        dropped |= {*found, *(inner for each in found for inner in _digests(opened[each].value))}
    for record in records:
        found = [digest for digest, each in opened.items() if each.name is None and _is_record(each.value, record)]
        if not found:
            raise KeyError(record)
        dropped |= set(found)
    return "~".join([token, *(each for each in disclosures if _digest(each) not in dropped), ""])


def read_selective(text: str) -> Shown:
    """Return what the SD-JWT ``text`` shows, once its signature and every disclosure hold (RFC 9901 §7.1).

    Raises `NotSelective`, `NotSigned`.
    """
    token, *disclosures = _pieces(text)
    content, certificates = checked(token, TYPE)
    payload = _strict(content)
    if not isinstance(payload, dict) or payload.pop("_sd_alg", None) != _ALGORITHM:
        raise NotSelective("SD_PAYLOAD")
    reading = _Reading.of(disclosures)
    claims = reading.opened(payload)
    if reading.unused:
        raise NotSelective("SD_UNREFERENCED")
    withheld = tuple(name for name in CLAIMS if name not in claims)
    missing = {name: reading.missing[name] for name in PART_CLAIMS if reading.missing.get(name)}
    return Shown(claims, withheld, missing, certificates)


@dataclass(frozen=True, slots=True)
class _Disclosure:
    """A claim (``name`` and value) or an element of a list (no name)."""

    name: str | None
    value: Any

    @classmethod
    def read(cls, text: str) -> "_Disclosure":
        try:
            told = _strict(urlsafe_b64decode(text.encode("ascii")))
        except ValueError:
            raise NotSelective("SD_DISCLOSURE") from None
        match told:
            case [str(), value]:
                return cls(None, value)
            case [str(), str(name), value] if name not in _RESERVED:
                return cls(name, value)
        raise NotSelective("SD_DISCLOSURE")


@dataclass(slots=True)
class _Reading:
    """Puts disclosures into the places of their digests; each is used once, and so is each digest."""

    disclosures: dict[str, _Disclosure]
    unused: set[str]
    seen: set[str] = field(default_factory=set)
    missing: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, disclosures: list[str]) -> "_Reading":
        opened = {_digest(each): _Disclosure.read(each) for each in disclosures}
        if len(opened) != len(disclosures):
            raise NotSelective("SD_TWICE")
        return cls(opened, set(opened))

    def opened(self, value: Any, part: str = "") -> Any:
        if isinstance(value, dict):
            return self._object(value, part)
        if isinstance(value, list):
            return [found for each in value for found in self._element(each, part)]
        return value

    def _object(self, value: dict[str, Any], part: str) -> dict[str, Any]:
        digests = value.get("_sd", [])
        if not isinstance(digests, list) or "..." in value:
            raise NotSelective("SD_PAYLOAD")
        shown = {name: self.opened(each, part) for name, each in value.items() if name != "_sd"}
        for digest in digests:
            found = self._take(digest)
            if found is None:
                continue
            if found.name is None or found.name in shown:
                raise NotSelective("SD_DISCLOSURE")
            shown[found.name] = self.opened(found.value, found.name)
        return shown

    def _element(self, value: Any, part: str) -> Iterator[Any]:
        if not isinstance(value, dict) or value.keys() != {"..."}:
            yield self.opened(value, part)
            return
        found = self._take(value["..."])
        if found is None:
            self.missing[part] = self.missing.get(part, 0) + 1
        elif found.name is not None:
            raise NotSelective("SD_DISCLOSURE")
        else:
            yield self.opened(found.value, part)

    def _take(self, digest: Any) -> _Disclosure | None:
        if not isinstance(digest, str) or digest in self.seen:
            raise NotSelective("SD_TWICE")
        self.seen.add(digest)
        self.unused.discard(digest)
        return self.disclosures.get(digest)


def _with_records(part: Mapping[str, Any], disclosures: list[str]) -> dict[str, Any]:
    """Return ``part`` with its records as digests, their disclosures added."""
    sections = [
        {**section, "records": [{"...": _disclose([_salt(), each], disclosures)} for each in section["records"]]}
        for section in part["sections"]
    ]
    return {**part, "sections": sections}


def _disclose(told: list[Any], disclosures: list[str]) -> str:
    text = urlsafe_b64encode(orjson.dumps(told)).rstrip(b"=").decode()
    disclosures.append(text)
    return _digest(text)


def _digest(disclosure: str) -> str:
    return urlsafe_b64encode(sha256(disclosure.encode()).digest()).rstrip(b"=").decode()


def _salt() -> str:
    return urlsafe_b64encode(secrets.token_bytes(SALT_BYTES)).rstrip(b"=").decode()


def _pieces(text: str) -> list[str]:
    """Return the JWT and the disclosures; what follows the last `~` would bind a key, which no report does."""
    token, *rest = text.strip().split("~")
    if not rest or rest[-1] != "" or not token.isascii():
        raise NotSelective("SD_FORM")
    return [token, *rest[:-1]]


def _strict(content: bytes) -> Any:
    try:
        return orjson.loads(compact(content.decode()))
    except (JsonError, UnicodeDecodeError):
        raise NotSelective("SD_DISCLOSURE") from None


def _digests(value: Any) -> Iterator[str]:
    """Yield the digests of elements anywhere in ``value``."""
    if isinstance(value, dict):
        if value.keys() == {"..."}:
            yield value["..."]
        for each in value.values():
            yield from _digests(each)
    elif isinstance(value, list):
        for each in value:
            yield from _digests(each)


def _is_record(value: Any, record: str) -> bool:
    return isinstance(value, dict) and value.get("recordId") == record
