"""SD-JWTs that are signed, and yet are none: what RFC 9901 §7.1 says a verifier must refuse, whoever signed it.

Guard: `gateway.reports.selective._Reading`.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from gateway.reports.keys import ReportKey
from gateway.reports.selective import TYPE, NotSelective, read_selective
from gateway.reports.signed import signature
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
