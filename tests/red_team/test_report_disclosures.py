"""SD-JWTs that are signed, and yet are none: what RFC 9901 §7.1 says a verifier must refuse, whoever signed it.

Guard: `gateway.reports.selective._Reading`.
"""

from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jws

from gateway.reports.keys import ReportKey
from gateway.reports.selective import TYPE, NotSelective, read_selective
from gateway.reports.signed import (
    ALGORITHMS,
    JSON_TYPE,
    NotSigned,
    _private,
    _Registry,
    canonical,
    read_signed_json,
    signature,
)
from tests.red_team.test_reports import own_key


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ReportKey:
    return own_key(Path(tmp_path_factory.mktemp("key")))


def disclosure(*told: Any) -> str:
    return urlsafe_b64encode(orjson.dumps(list(told))).rstrip(b"=").decode()


def digest(text: str) -> str:
    return urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()


def signed(key: ReportKey, payload: dict[str, Any], *disclosures: str) -> str:
    token = signature(orjson.dumps({"_sd_alg": "sha-256", **payload}), TYPE, key, detached=False)
    return "~".join([token, *disclosures, ""])


PART: Final = disclosure("salt", "part1", {"number": 1, "sections": []})
RECORD: Final = disclosure("salt", {"recordId": "r"})
LISTS: Final = disclosure("salt", "part1", {"sections": [{"records": [{"...": digest(RECORD)}]}]})


def test_what_is_well_formed_is_read(key: ReportKey) -> None:
    assert read_selective(signed(key, {"_sd": [digest(PART)]}, PART)).claims == {"part1": {"number": 1, "sections": []}}
    shown = read_selective(signed(key, {"_sd": [digest(LISTS)]}, LISTS, RECORD))
    assert shown.claims["part1"]["sections"][0]["records"] == [{"recordId": "r"}]


REFUSED: Final[dict[str, tuple[dict[str, Any], tuple[str, ...], str]]] = {
    "a digest twice in one place": ({"_sd": [digest(PART), digest(PART)]}, (PART,), "SD_TWICE"),
    "a digest in two places": ({"_sd": [digest(PART)], "a": {"_sd": [digest(PART)]}}, (PART,), "SD_TWICE"),
    "a digest that is no text": ({"_sd": [7]}, (), "SD_TWICE"),
    "digests that are no list": ({"_sd": digest(PART)}, (PART,), "SD_PAYLOAD"),
    "a claim that is there already": ({"_sd": [digest(PART)], "part1": {}}, (PART,), "SD_DISCLOSURE"),
    "a record in the place of a claim": ({"_sd": [digest(RECORD)]}, (RECORD,), "SD_DISCLOSURE"),
    "a claim in the place of a record": ({"a": [{"...": digest(PART)}]}, (PART,), "SD_DISCLOSURE"),
    "a place of a list in an object": ({"a": {"...": digest(PART), "b": 1}}, (PART,), "SD_PAYLOAD"),
    "a disclosure that nothing refers to": ({"_sd": []}, (PART,), "SD_UNREFERENCED"),
    "a disclosure twice": ({"_sd": [digest(PART)]}, (PART, PART), "SD_TWICE"),
    "the hash of another": ({"_sd_alg": "sha-512", "_sd": [digest(PART)]}, (PART,), "SD_PAYLOAD"),
    "a claim called _sd": (
        {"_sd": [digest(disclosure("salt", "_sd", []))]},
        (disclosure("salt", "_sd", []),),
        "SD_DISCLOSURE",
    ),
    "a claim called ...": (
        {"_sd": [digest(disclosure("salt", "...", "x"))]},
        (disclosure("salt", "...", "x"),),
        "SD_DISCLOSURE",
    ),
    "a disclosure of four parts": (
        {"_sd": [digest(disclosure("salt", "a", 1, 2))]},
        (disclosure("salt", "a", 1, 2),),
        "SD_DISCLOSURE",
    ),
}


@pytest.mark.parametrize(("payload", "disclosures", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_a_verifier_must_refuse_is_refused(
    key: ReportKey, payload: dict[str, Any], disclosures: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(NotSelective) as error:
        read_selective(signed(key, payload, *disclosures))
    assert error.value.reason == reason


def test_no_hash_at_all_is_refused(key: ReportKey) -> None:
    token = signature(orjson.dumps({"_sd": []}), TYPE, key, detached=False)
    with pytest.raises(NotSelective):
        read_selective(f"{token}~")


# Guard: `gateway.reports.signed.checked` takes a header of exactly three members, of the type of the form that is read.


def jws_with(key: ReportKey, content: bytes, **header: Any) -> str:
    chain = [b64encode(each.public_bytes(Encoding.DER)).decode() for each in key.certificates]
    told = {"alg": key.algorithm, "typ": JSON_TYPE, "x5c": chain} | header
    registry = _Registry(algorithms=list(ALGORITHMS), strict_check_header=False)
    return jws.serialize_compact(told, content, _private(key.key), registry=registry)


REPORT: Final[dict[str, Any]] = {"form": "credit-report", "version": "1"}


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"typ": TYPE},
        {"typ": "JWT"},
        {"typ": JSON_TYPE.upper()},
        {"kid": "a"},
        {"jku": "https://evil.example/keys"},
        {"jwk": {"kty": "oct", "k": "AA"}},
        {"cty": "json"},
    ],
    ids=["as it should be", "of the other form", "any JWT", "in capitals", "a key id", "an address", "a key", "more"],
)
def test_a_header_that_says_anything_else_signs_no_report(key: ReportKey, header: dict[str, Any]) -> None:
    """Even where the signature is good: what it is over may have been meant for another reader."""
    compacted = jws.detach_content(jws_with(key, canonical(REPORT), **header))
    text = orjson.dumps({"report": REPORT, "signature": compacted}).decode()
    if not header:
        assert read_signed_json(text)[0] == REPORT
        return
    with pytest.raises(NotSigned) as error:
        read_signed_json(text)
    assert error.value.reason == "NO_SIGNATURE"


def test_no_header_lacks_its_certificates(key: ReportKey) -> None:
    for chain in ([], [""], ["not base64"], [b64encode(b"x").decode()] * 9):
        compacted = jws.detach_content(jws_with(key, canonical(REPORT), x5c=chain))
        with pytest.raises(NotSigned):
            read_signed_json(orjson.dumps({"report": REPORT, "signature": compacted}).decode())
