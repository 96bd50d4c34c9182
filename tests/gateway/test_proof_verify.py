"""What a verifier says of a bundle: that all holds, or where something was altered."""

import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.proof.bundle import (
    Bundle,
    BundleError,
    Consistency,
    bundle_text,
    read_bundle,
    read_receipt,
    read_text,
    receipt_members,
)
from gateway.proof.finding import Finding, Verdict, Verified, holds
from gateway.proof.merkle import Algorithm, root_of
from gateway.proof.note import sign_checkpoint, stamped
from gateway.proof.parts import encode
from gateway.proof.verify import Other, verify
from tests.gateway.bundles import (
    IMPOSTOR,
    KEY,
    ORIGIN,
    SALT,
    STRANGER,
    encode_other,
    entry_of,
    good,
    keys,
    log_of,
    response,
)

GOOD = good()
ANSWER = GOOD.answer or ""
EXACT = ["CHECKPOINT_SIGNED", "INCLUDED", "ANSWER_EXACT", "ID_SAME", "SHAPE_SAME"]


def codes(verified: Verified) -> list[str]:
    return [each.code for each in verified.findings]


def failed(verified: Verified) -> dict[str, str]:
    return {each.code: each.place for each in verified.findings if each.verdict is Verdict.FAILS}


def with_receipt(bundle: Bundle = GOOD, **changes: Any) -> Bundle:
    return replace(bundle, receipt=replace(bundle.receipt, **changes))


@pytest.mark.parametrize("algorithm", ["sha-256", "sm3"])
@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (5, 13), (12, 13), (7, 8)])
def test_all_holds(algorithm: Algorithm, index: int, size: int) -> None:
    found = verify(good(index, size, algorithm), keys())
    assert codes(found) == EXACT
    assert found.verdict is Verdict.HOLDS


def test_all_holds_after_a_way_through_a_file() -> None:
    assert read_bundle(bundle_text(GOOD)) == GOOD


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (json.dumps(json.loads(ANSWER), indent=2, ensure_ascii=False), "ANSWER_COMPACT"),
        (ANSWER + "\r\n", "ANSWER_COMPACT"),
        (json.dumps(json.loads(ANSWER)), "ANSWER_REWRITTEN"),
        (ANSWER.replace("0.5", "5.0e-1"), "ANSWER_REWRITTEN"),
        (ANSWER.replace("/", "\\/"), "ANSWER_REWRITTEN"),
    ],
    ids=["indented", "line-end", "ascii", "number", "slashes"],
)
def test_the_same_answer_in_another_form(answer: str, code: str) -> None:
    found = verify(replace(GOOD, answer=answer), keys())
    assert codes(found) == ["CHECKPOINT_SIGNED", "INCLUDED", code, "ID_SAME", "SHAPE_SAME"]
    assert found.verdict is Verdict.HOLDS


def altered(**changes: Any) -> str:
    """Return the answer with one member of its data changed."""
    value = orjson.loads(ANSWER)
    value["data"]["subject"].update(changes)
    return orjson.dumps(value).decode()


ALTERATIONS: dict[str, tuple[Bundle, dict[str, str]]] = {
    "a leaf": (
        replace(GOOD, answer=ANSWER.replace("20000.00", "10000.00")),
        {"ANSWER_ALTERED": "answer", "PIECE_ALTERED": "answer: data.subject.penalties"},
    ),
    "a leaf of the first level": (
        replace(GOOD, answer=ANSWER.replace('"n":3', '"n":4')),
        {"ANSWER_ALTERED": "answer", "PIECE_ALTERED": "answer: data.n"},
    ),
    "an error gone": (
        replace(GOOD, answer=ANSWER.replace("is not open", "is open")),
        {"ANSWER_ALTERED": "answer", "PIECE_ALTERED": "answer: errors"},
    ),
    "a section added": (
        replace(GOOD, answer=altered(rewards={"items": []})),
        {"ANSWER_ALTERED": "answer", "PIECE_ADDED": "answer: data.subject.rewards"},
    ),
    "a member beside the data": (
        replace(GOOD, answer=ANSWER[:-1] + ',"hint":1}'),
        {"ANSWER_ALTERED": "answer", "PIECE_ADDED": "answer: hint"},
    ),
    "order": (
        replace(GOOD, answer=ANSWER.replace('"n":3', "").replace('"data":{', '"data":{"n":3,').replace("},},", "}},")),
        {"ANSWER_ALTERED": "answer", "ORDER_ALTERED": "answer"},
    ),
    "salt": (
        replace(GOOD, answer=ANSWER.replace(SALT, "A" + SALT[1:])),
        {"ANSWER_ALTERED": "answer", "PIECES_ALL": "answer: extensions.receipt.salt"},
    ),
    "no salt": (
        replace(GOOD, answer=ANSWER.replace('"salt"', '"sale"')),
        {"ANSWER_ALTERED": "answer", "SALT_MISSING": "answer: extensions.receipt.salt"},
    ),
    "no JSON": (replace(GOOD, answer=ANSWER[:-1]), {"ANSWER_UNREADABLE": "answer"}),
    "no object": (
        replace(GOOD, answer="[]"),
        {"ANSWER_ALTERED": "answer", "SALT_MISSING": "answer: extensions.receipt.salt"},
    ),
    "a member twice": (
        replace(GOOD, answer=ANSWER.replace('"n":3', '"n":4,"n":3')),
        {"ANSWER_UNREADABLE": "answer"},
    ),
    "entry": (
        with_receipt(entry=GOOD.receipt.entry.replace('"client":"bank"', '"client":"tank"')),
        {"ENTRY_ALTERED": "receipt.entry"},
    ),
    "digest in the entry": (
        with_receipt(entry=GOOD.receipt.entry.replace('"response_digest":"', '"response_digest":"0')),
        {"ENTRY_ALTERED": "receipt.entry", "DIGEST_ALTERED": "receipt.entry: response_digest"},
    ),
    "digest of a piece in the entry": (
        with_receipt(entry=GOOD.receipt.entry.replace('"data.n":"', '"data.n":"0')),
        {"ENTRY_ALTERED": "receipt.entry", "PART_OTHER": "receipt.entry: parts.data.n"},
    ),
    "id in the entry": (
        with_receipt(entry=GOOD.receipt.entry.replace('"receipt":"', '"receipt":"0')),
        {"ENTRY_ALTERED": "receipt.entry", "ID_OTHER": "receipt.entry: receipt"},
    ),
    "entry without JSON": (
        with_receipt(entry=GOOD.receipt.entry[1:]),
        {"ENTRY_ALTERED": "receipt.entry", "ENTRY_UNREADABLE": "receipt.entry"},
    ),
    "entry without digest": (
        with_receipt(entry=GOOD.receipt.entry.replace("response_digest", "response_digesT")),
        {"ENTRY_ALTERED": "receipt.entry", "ENTRY_LACKS": "receipt.entry: response_digest"},
    ),
    "entry with strange parts": (
        with_receipt(entry=GOOD.receipt.entry.replace('"parts":{', '"parts":{"x":1,')),
        {"ENTRY_ALTERED": "receipt.entry", "ENTRY_LACKS": "receipt.entry: parts"},
    ),
    "entry, its leaf unknown": (
        with_receipt(entry=GOOD.receipt.entry.replace('"client":"bank"', '"client":"tank"'), leaf=None),
        {"NOT_IN_TREE": "receipt.entry"},
    ),
    "leaf": (with_receipt(leaf=bytes(32)), {"LEAF_ALTERED": "receipt.leaf"}),
    "index": (with_receipt(index=4), {"PATH_ALTERED": "receipt.inclusion"}),
    "index beyond": (with_receipt(index=2**53 - 1), {"INDEX_BEYOND": "receipt.index"}),
    "path cut": (with_receipt(inclusion=GOOD.receipt.inclusion[:-1]), {"PATH_LENGTH": "receipt.inclusion"}),
    "path lengthened": (
        with_receipt(inclusion=(*GOOD.receipt.inclusion, bytes(32))),
        {"PATH_LENGTH": "receipt.inclusion"},
    ),
    "algorithm": (with_receipt(algorithm="sm3"), {"ALGORITHM_OTHER": "receipt.algorithm"}),
    "shape": (with_receipt(shape="{}"), {"SHAPE_OTHER": "receipt.shape"}),
    "shape in the entry": (
        with_receipt(entry=GOOD.receipt.entry.replace('"shape":"', '"shape":"0')),
        {"ENTRY_ALTERED": "receipt.entry", "SHAPE_OTHER": "receipt.entry: shape"},
    ),
    "size in the checkpoint": (
        with_receipt(checkpoint=GOOD.receipt.checkpoint.replace("\n13\n", "\n14\n")),
        {"CHECKPOINT_FORGED": "receipt.checkpoint"},
    ),
    "checkpoint without signature": (
        with_receipt(checkpoint=GOOD.receipt.checkpoint.partition("\n\n")[0]),
        {"CHECKPOINT_UNREADABLE": "receipt.checkpoint"},
    ),
    "checkpoint of an impostor": (
        with_receipt(checkpoint=log_of(GOOD.receipt.entry).checkpoint(None, IMPOSTOR)),
        {"CHECKPOINT_OTHER_KEY": "receipt.checkpoint"},
    ),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_alteration_is_found_where_it_is(name: str) -> None:
    bundle, places = ALTERATIONS[name]
    found = verify(bundle, keys())
    assert failed(found) == places
    assert found.verdict is Verdict.FAILS
    assert all(each.zh and each.en and "{" not in each.en for each in found.findings)


@pytest.mark.parametrize(
    ("bundle", "of", "code"),
    [
        (GOOD, [], "CHECKPOINT_NO_KEY"),
        (replace(GOOD, answer=None), keys(), "ANSWER_ABSENT"),
    ],
    ids=["no key", "no answer"],
)
def test_what_cannot_be_said_does_not_hold(bundle: Bundle, of: list[Any], code: str) -> None:
    found = verify(bundle, of)
    assert code in codes(found)
    assert found.verdict is Verdict.UNKNOWN
    assert "INCLUDED" not in codes(found) or of


def test_a_wrong_key_does_not_hold() -> None:
    found = verify(GOOD, keys(STRANGER, IMPOSTOR))
    assert failed(found) == {"CHECKPOINT_OTHER_KEY": "receipt.checkpoint"}
    assert "INCLUDED_UNSIGNED" in [each.code for each in found.findings if each.verdict is Verdict.UNKNOWN]


def test_one_of_several_keys_is_enough() -> None:
    assert verify(GOOD, keys(STRANGER, KEY)).verdict is Verdict.HOLDS


def test_what_the_proof_does_not_rest_on_is_told() -> None:
    found = verify(with_receipt(shape=None, timestamps=({"token": "x"},)), keys())
    assert [each.code for each in found.findings if each.verdict is Verdict.UNKNOWN] == [
        "SHAPE_ABSENT",
        "TIMESTAMPS_UNCHECKED",
    ]
    assert found.verdict is Verdict.HOLDS


def test_timestamps_are_checked_where_somebody_can() -> None:
    def check(stamps: Any, checkpoint: Any, note: str) -> list[Finding]:
        assert (len(stamps), checkpoint.size, note) == (1, 13, GOOD.receipt.checkpoint)
        return [holds("SAME_TREE", "receipt.timestamps", size="13")]

    assert codes(verify(with_receipt(timestamps=(1,)), keys(), timestamps=check))[-1] == "SAME_TREE"


LOG = log_of(GOOD.receipt.entry)
LONGER = replace(LOG, entries=(*LOG.entries, *map(encode_other, range(20, 27))))
FORK = replace(LONGER, entries=("{}", *LONGER.entries[1:]))


@pytest.mark.parametrize(
    ("other", "code", "verdict"),
    [
        (Other(LOG.checkpoint()), "SAME_TREE", Verdict.HOLDS),
        (Other(LONGER.checkpoint(), LONGER.consistency(13, 20)), "CONSISTENT", Verdict.HOLDS),
        (Other(LOG.checkpoint(8), LOG.consistency(8, 13)), "CONSISTENT", Verdict.HOLDS),
        (Other(LONGER.checkpoint()), "CONSISTENCY_ABSENT", Verdict.UNKNOWN),
        (Other(LONGER.checkpoint(), LONGER.consistency(12, 20)), "CONSISTENCY_ABSENT", Verdict.UNKNOWN),
        (Other(FORK.checkpoint(), FORK.consistency(13, 20)), "FORKED", Verdict.FAILS),
        (Other(FORK.checkpoint(13)), "FORKED", Verdict.FAILS),
        (Other(LOG.checkpoint(None, STRANGER)), "CHECKPOINT_OTHER_KEY", Verdict.FAILS),
        (Other(LOG.checkpoint(origin="elsewhere")), "OTHER_LOG", Verdict.FAILS),
        (Other("x"), "CHECKPOINT_UNREADABLE", Verdict.FAILS),
        (Other(LONGER.checkpoint(), Consistency(13, 20, ())), "FORKED", Verdict.FAILS),
    ],
)
def test_another_checkpoint(other: Other, code: str, verdict: Verdict) -> None:
    found = verify(GOOD, keys(), other)
    assert code in codes(found)
    assert found.verdict is verdict


@pytest.mark.parametrize("size", [8, 13])
def test_a_checkpoint_that_names_another_hash_is_of_no_tree_of_ours(size: int) -> None:
    root = root_of(LOG.leaves[:size], "sha-256")
    note = sign_checkpoint(stamped(ORIGIN, size, root, "sm3", "2026-11-26T08:00:00.000Z"), KEY)
    found = verify(GOOD, keys(), Other(note, LOG.consistency(size, 13)))
    assert failed(found) == {"FORKED": "checkpoint"}


def test_a_table_of_fields_that_no_entry_names_does_not_hold() -> None:
    encoded = encode(response(), SALT)
    log = log_of(entry_of(encoded.body, encoded.parts, shape=""))
    found = verify(Bundle(log.receipt(5), encoded.body.decode()), keys())
    assert failed(found) == {"SHAPE_UNNAMED": "receipt.shape"}


def test_a_text_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.proof.bundle.MAXIMUM_BYTES", 10)
    assert read_text(b"0" * 10) == "0" * 10
    with pytest.raises(BundleError) as raised:
        read_text(b"0" * 11)
    assert raised.value.code == "READ_LARGE"


def flipped(text: str, at: int, bit: int) -> str:
    """Return ``text`` with one bit of its UTF-8 flipped, where that is a text still."""
    data = bytearray(text.encode())
    data[at % len(data)] ^= 1 << bit
    try:
        return data.decode()
    except UnicodeDecodeError:
        assume(False)
        raise


AT = st.integers(0, 1 << 20)
BIT = st.integers(0, 7)


@given(AT, BIT)
def test_any_byte_of_the_answer(at: int, bit: int) -> None:
    answer = flipped(ANSWER, at, bit)
    found = verify(replace(GOOD, answer=answer), keys())
    if found.verdict is Verdict.HOLDS:
        assert orjson.loads(answer) == orjson.loads(ANSWER)  # only whitespace, or the spelling of an escape
        return
    places = failed(found)
    assert all(place.startswith("answer") for place in places.values())
    assert set(places) <= {
        "ANSWER_ALTERED", "ANSWER_UNREADABLE", "PIECE_ALTERED", "PIECE_ADDED", "PIECE_MISSING", "PIECES_ALL",
        "SALT_MISSING", "ID_OTHER",
    }  # fmt: skip
    if "PIECE_ALTERED" in places:
        assert changed_piece(answer) == places["PIECE_ALTERED"]


def changed_piece(answer: str) -> str:
    """Return the place of the piece whose value differs."""
    told = encode(orjson.loads(answer), SALT).parts
    was = encode(orjson.loads(ANSWER), SALT).parts
    return "answer: " + ", ".join(path for path in told if was.get(path) != told[path] and path in was)


@given(AT, BIT)
def test_any_byte_of_the_entry(at: int, bit: int) -> None:
    found = verify(with_receipt(entry=flipped(GOOD.receipt.entry, at, bit)), keys())
    places = failed(found)
    assert places["ENTRY_ALTERED"] == "receipt.entry"
    assert all(place.startswith("receipt.entry") for place in places.values())


@given(AT, BIT)
def test_any_byte_of_the_checkpoint(at: int, bit: int) -> None:
    found = verify(with_receipt(checkpoint=flipped(GOOD.receipt.checkpoint, at, bit)), keys())
    assert set(failed(found).values()) == {"receipt.checkpoint"}


@given(AT, BIT)
def test_any_byte_of_the_shape(at: int, bit: int) -> None:
    shape = flipped(GOOD.receipt.shape or "", at, bit)
    assert failed(verify(with_receipt(shape=shape), keys())) == {"SHAPE_OTHER": "receipt.shape"}


@given(
    st.integers(0, 12).flatmap(lambda index: st.tuples(st.just(index), AT, BIT)), st.sampled_from(["sha-256", "sm3"])
)
def test_any_byte_of_the_path(place: tuple[int, int, int], algorithm: Algorithm) -> None:
    index, at, bit = place
    bundle = good(index, 13, algorithm)
    data = bytearray(b"".join(bundle.receipt.inclusion))
    data[at % len(data)] ^= 1 << bit
    path = tuple(bytes(data[each : each + 32]) for each in range(0, len(data), 32))
    assert failed(verify(with_receipt(bundle, inclusion=path), keys())) == {"PATH_ALTERED": "receipt.inclusion"}


@given(AT, BIT)
def test_any_byte_of_the_file(at: int, bit: int) -> None:
    """A byte of the file itself: it cannot be read any more, says the same, or does not hold."""
    bundle = _read(flipped(bundle_text(GOOD), at, bit))
    if bundle is not None and verify(bundle, keys()).verdict is Verdict.HOLDS:
        assert bundle.receipt == GOOD.receipt
        assert orjson.loads(bundle.answer or "") == orjson.loads(ANSWER)


def _read(text: str) -> Bundle | None:
    try:
        return read_bundle(text)
    except BundleError:
        return None


def test_the_answer_of_another_receipt() -> None:
    encoded = encode(response("f" * 32, "another"), "another")
    found = verify(replace(GOOD, answer=encoded.body.decode()), keys())
    assert failed(found) == {
        "ANSWER_ALTERED": "answer",
        "PIECES_ALL": "answer: extensions.receipt.salt",
        "ID_OTHER": "answer: extensions.receipt.id",
    }


def test_an_entry_without_pieces_cannot_locate() -> None:
    log = log_of(entry_of(b"other", {}))
    found = verify(Bundle(log.receipt(5), ANSWER), keys())
    assert failed(found) == {"ANSWER_ALTERED": "answer"}
    assert "PIECES_UNSAID" in codes(found)


WRONG: dict[str, tuple[Any, str]] = {
    "list": ([], "expected an object"),
    "nothing": ({}, "format: is missing"),
    "format": ({"format": "x/2", "answer": "", "receipt": {}}, "format: expected one of credit-gateway/bundle/1"),
    "unknown": ({"format": "credit-gateway/bundle/1", "hint": 1}, "hint: unknown; known are format, answer, receipt"),
    "answer": ({"format": "credit-gateway/bundle/1", "answer": 1, "receipt": {}}, "answer: expected a text"),
}
MEMBERS = receipt_members(GOOD.receipt)
WRONG_RECEIPTS: dict[str, tuple[dict[str, Any], str]] = {
    "entry": ({"entry": None}, "entry: expected a text"),
    "index as text": ({"index": "5"}, "index: expected a whole number from 0 to 9007199254740991"),
    "index as boolean": ({"index": True}, "index: expected a whole number from 0 to 9007199254740991"),
    "index below 0": ({"index": -1}, "index: expected a whole number from 0 to 9007199254740991"),
    "huge index": ({"index": 2**53}, "index: expected a whole number from 0 to 9007199254740991"),
    "huger index": ({"index": 2**64}, "index: expected a whole number from 0 to 9007199254740991"),
    "index with a fraction": ({"index": 5.5}, "index: expected a whole number from 0 to 9007199254740991"),
    "algorithm": ({"algorithm": "md5"}, "algorithm: expected one of sha-256, sm3"),
    "algorithm as a list": ({"algorithm": ["sm3"]}, "algorithm: expected one of sha-256, sm3"),
    "path": ({"inclusion": {}}, "inclusion: expected a list of at most 64"),
    "long path": ({"inclusion": [MEMBERS["leaf"]] * 65}, "inclusion: expected a list of at most 64"),
    "short hash": (
        {"inclusion": [b64encode(bytes(31)).decode()]},
        "inclusion[0]: expected the base64 of 32 bytes, in the one form that it has",
    ),
    "hash written otherwise": (
        {"inclusion": [MEMBERS["leaf"], "A" * 42 + "B="]},
        "inclusion[1]: expected the base64 of 32 bytes, in the one form that it has",
    ),
    "checkpoint": ({"checkpoint": []}, "checkpoint: expected a text"),
    "shape": ({"shape": {}}, "shape: expected a text"),
    "leaf": ({"leaf": "\u00e9"}, "leaf: expected the base64 of 32 bytes, in the one form that it has"),
    "timestamps": ({"timestamps": {}}, "timestamps: expected a list of at most 16"),
    "what is unknown": (
        {"\u202egpj.exe": 1},
        "?gpj.exe: unknown; known are entry, index, algorithm, inclusion, checkpoint, leaf, shape, timestamps",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_bundle(name: str) -> None:
    value, told = WRONG[name]
    with pytest.raises(BundleError) as error:
        read_bundle(json.dumps(value))
    assert str(error.value) == told


@pytest.mark.parametrize("name", WRONG_RECEIPTS)
def test_what_is_no_receipt(name: str) -> None:
    changes, told = WRONG_RECEIPTS[name]
    with pytest.raises(BundleError) as error:
        read_receipt(json.dumps(MEMBERS | changes))
    assert str(error.value) == told
    with pytest.raises(BundleError) as error:
        read_bundle(json.dumps({"format": "credit-gateway/bundle/1", "answer": "", "receipt": MEMBERS | changes}))
    assert str(error.value) == f"receipt.{told}"


def test_a_member_of_the_bundle_twice() -> None:
    text = bundle_text(GOOD).replace('"answer":', '"answer": "",\n  "answer":')
    with pytest.raises(BundleError, match="a second member of the same name at line 4, column 3"):
        read_bundle(text)


def test_origin_is_that_of_the_key() -> None:
    assert KEY.verifier.name == ORIGIN
