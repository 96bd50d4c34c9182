"""Attacks on receipts: answers and proofs that are exchanged or forged, receipts of others, the page that verifies."""

import json
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from gateway.proof.bundle import Bundle, BundleError, bundle_text, read_bundle
from gateway.proof.finding import Verdict
from gateway.proof.merkle import leaf_hash, node_hash
from gateway.proof.note import SigningKey, sign_checkpoint, stamped
from gateway.proof.parts import encode
from gateway.proof.verify import verify
from tests.browser import browser
from tests.end_to_end.keeping import answered, kept, receipt_of, replayed
from tests.end_to_end.queries import uscc_key
from tests.end_to_end.served import Served
from tests.gateway.bundles import (
    AT,
    IMPOSTOR,
    KEY,
    ORIGIN,
    STRANGER,
    Log,
    encode_other,
    entry_of,
    good,
    keys,
    log_of,
    response,
)

GOOD = good()
ANSWER = GOOD.answer or ""
RECEIPT = "query($id: String!) { receipt(id: $id) { id } }"


def forged(**changes: Any) -> Bundle:
    return replace(GOOD, receipt=replace(GOOD.receipt, **changes))


def other_answer() -> Bundle:
    """Return another good bundle of the same log's key: the answer to somebody else."""
    encoded = encode(response("f" * 32, "other salt"), "other salt")
    log = log_of(entry_of(encoded.body, encoded.parts, "f" * 32, "portal"), 3, 9)
    return Bundle(log.receipt(3), encoded.body.decode())


def own_log(key: SigningKey) -> Bundle:
    """Return a bundle that holds in every part, under a log of the forger's own with the name of ours."""
    encoded = encode(response() | {"data": {"subject": None}}, "s")
    log = log_of(entry_of(encoded.body, encoded.parts))
    return Bundle(replace(log.receipt(5), checkpoint=log.checkpoint(None, key)), encoded.body.decode())


def node_as_leaf() -> Bundle:
    """Return a bundle whose `entry` is the two hashes below a node of the tree: guarded by the prefix of leaves."""
    left, right = (leaf_hash(each.encode(), "sha-256") for each in (encode_other(0), encode_other(1)))
    root = node_hash(left, right, "sha-256")
    note = sign_checkpoint(stamped(ORIGIN, 1, root, "sha-256", AT), KEY)
    entry = (b"\x01" + left + right).decode("latin-1")
    return forged(entry=entry, index=0, inclusion=(), checkpoint=note, leaf=None)


# Guard: every check of `gateway.proof.verify` is made against what a key given by the verifier has signed.
FORGERIES: dict[str, Bundle] = {
    "the answer of another receipt": replace(GOOD, answer=other_answer().answer),
    "the receipt of another answer": Bundle(other_answer().receipt, ANSWER),
    "the entry of another receipt": forged(entry=other_answer().receipt.entry),
    "the checkpoint of another log size": forged(checkpoint=log_of(GOOD.receipt.entry, 5, 12).checkpoint()),
    "a log of the forger's own under our name": own_log(IMPOSTOR),
    "a log of the forger's own under its name": own_log(STRANGER),
    "our key id over the forger's signature": forged(
        checkpoint=GOOD.receipt.checkpoint.rpartition(" ")[0]
        + " "
        + b64encode(KEY.verifier.id + IMPOSTOR.verifier.id * 16).decode()
        + "\n"
    ),
    "a second text before our signature": forged(checkpoint="x\n\n" + GOOD.receipt.checkpoint),
    "no signature": forged(checkpoint=GOOD.receipt.checkpoint.partition("\n\n")[0] + "\n\n"),
    "a truncated path": forged(inclusion=GOOD.receipt.inclusion[:-1]),
    "an empty path": forged(inclusion=()),
    "a path turned round": forged(inclusion=GOOD.receipt.inclusion[::-1]),
    "a longer path": forged(inclusion=(*GOOD.receipt.inclusion, *GOOD.receipt.inclusion)),
    "an index beyond the log": forged(index=13),
    "a huge index": forged(index=2**53 - 1),
    "the index of a neighbor": forged(index=4),
    "a leaf hash that fits another entry": forged(entry=encode_other(2), leaf=GOOD.receipt.leaf),
    "a node passed off as an entry": node_as_leaf(),
    "the other hash": forged(algorithm="sm3"),
    "a member twice in the answer": replace(GOOD, answer=ANSWER.replace('"n":3', '"n":4,"n":3')),
    "a member twice under an escape": replace(GOOD, answer=ANSWER.replace('"n":3', '"\\u006e":4,"n":3')),
    "a member twice in the entry": forged(entry=GOOD.receipt.entry.replace("{", '{"client":"x",', 1)),
    "a letter that looks the same": replace(GOOD, answer=ANSWER.replace("amount", "\u0430mount")),
    "a letter composed otherwise": replace(
        GOOD, answer=ANSWER.replace("and", "a\u0301nd").replace("open", "o\u0301pen")
    ),
    "a zero-width space within a text": replace(GOOD, answer=ANSWER.replace("20000.00", "20000\u200b.00")),
    "whitespace within a text": replace(GOOD, answer=ANSWER.replace("20000.00", "20000.00 ")),
    "a no-break space between tokens": replace(GOOD, answer=ANSWER.replace(",", ",\u00a0", 1)),
    "a byte order mark": replace(GOOD, answer="\ufeff" + ANSWER),
    "a number that rounds to the same": replace(GOOD, answer=ANSWER.replace('"n":3', '"n":3.0000000000000001')),
    "a comment": replace(GOOD, answer=ANSWER + "/* */"),
    "another table of fields": forged(shape='{"paths":{"n":"Registration.name"}}'),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_does_not_hold(name: str) -> None:
    assert FORGERIES[name] != GOOD
    assert verify(FORGERIES[name], keys()).verdict is not Verdict.HOLDS


@pytest.mark.parametrize(
    "key",
    [STRANGER, IMPOSTOR],
    ids=["a stranger's", "an impostor's of our name"],
)
def test_a_forger_may_bring_its_key_but_not_make_it_ours(key: SigningKey) -> None:
    """Guard: a key is told by its name and the digest over name and key."""
    assert verify(GOOD, [key.verifier]).verdict is Verdict.FAILS
    assert verify(own_log(key), keys()).verdict is Verdict.FAILS


# Guard: `gateway.proof.bundle` reads strictly, and nothing in it recurses or grows.
@pytest.mark.parametrize(
    "text",
    [
        '{"format":"credit-gateway/bundle/1","answer":"a","answer":"b","receipt":{}}',
        "[" * 500_000,
        '{"a":' * 100_000,
        bundle_text(GOOD).replace('"index": 5', '"index": 5e400'),
        bundle_text(GOOD).replace('"index": 5', '"index": ' + "9" * 100_000),
        bundle_text(GOOD).replace('"index": 5', '"index": "5"'),
        bundle_text(GOOD).replace('"index": 5', '"index": 5, "__proto__": {}'),
        bundle_text(GOOD).replace("同江", "\\ud800"),
    ],
    ids=["a member twice", "deep lists", "deep objects", "infinity", "digits", "text", "a prototype", "half a pair"],
)
def test_a_hostile_file_is_refused(text: str) -> None:
    with pytest.raises(BundleError):
        read_bundle(text)


# Guard: `gateway.receipts.rights`: the client that asked, and auditors; all else looks as if it were not there.
@pytest.mark.parametrize("client", ["portal", "procurement", "enterprise", "consent_window"])
async def test_receipts_of_others_look_unknown(served: Served, client: str) -> None:
    there = (await answered(served)).receipt
    said = {"purpose": "BIDDING", "case": "2026-118"} if client == "procurement" else {}
    found = [await served.ask(client, RECEIPT, **said, id=each) for each in (there, "0" * 32)]
    told = [{**each.content, "extensions": None} for each in found]
    assert told[0] == told[1]
    assert found[0].data["receipt"] is None


async def test_over_http_they_look_unknown_too(served: Served) -> None:
    there = (await answered(served)).receipt
    found = [await receipt_of(served, each, "portal") for each in (there, "0" * 32)]
    assert [each.status for each in found] == [404, 404]
    assert found[0].body == found[1].body


# Guard: `is_receipt` takes 32 hexadecimal digits and nothing else; the route is one segment.
@pytest.mark.parametrize(
    "path",
    [
        "..%2f..%2fetc%2fpasswd",
        "../ledger.sqlite",
        "%2e%2e/%2e%2e/ledger.secret",
        "%00",
        "1' OR '1'='1",
        "%25",
        "0" * 31,
        "0" * 4000,
        "\u0660" * 32,
        "{id}",
        "",
    ],
    ids=[
        "slash",
        "dots",
        "escaped dots",
        "null",
        "sql",
        "like",
        "short",
        "long",
        "other digits",
        "template",
        "nothing",
    ],
)
async def test_no_path_but_a_receipt(served: Served, path: str) -> None:
    headers = {"Authorization": f"Bearer {served.token('auditor')}"}
    url = URL(f"{served.origin}/receipts/{path}", encoded=path.isascii())
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        assert response.status in {400, 404}


@pytest.mark.parametrize("near", [1, -1, 1 << 62], ids=["the next", "the one before", "another random part"])
async def test_ids_cannot_be_guessed_from_one(served: Served, near: int) -> None:
    """Guard: 62 random bits of each receipt (`new_receipt`); an auditor, who may read all, finds nothing nearby."""
    there = int((await answered(served)).receipt, 16)
    assert (await receipt_of(served, f"{there + near:032x}", "auditor")).status == 404


async def test_without_a_token_there_is_no_receipt(served: Served) -> None:
    """Guard: the route asks the desk, which identifies first."""
    there = (await answered(served)).receipt
    assert (await served.get(f"/receipts/{there}", {"Accept": "application/json"})).status == 401
    assert (await served.get(f"/receipts/{there}", {"Authorization": "Bearer x"})).status == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_receipts_cannot_be_written(served: Served, method: str) -> None:
    """Guard: the routes take GET alone."""
    there = (await answered(served)).receipt
    headers = {"Authorization": f"Bearer {served.token('auditor')}"}
    async with served.session.request(method, f"{served.origin}/receipts/{there}", headers=headers) as response:
        assert response.status == 405


async def test_a_replay_tells_nothing_of_another_clients_receipt(served: Served) -> None:
    """Guard: the gateway's own tree is looked into only for who may read the receipt."""
    bundle = await kept(served)
    told = (await replayed(served, bundle, "portal")).data["replay"]
    assert told["findings"][-1]["code"] == "OWN_UNKNOWN"
    assert (told["verdict"], told["receipt"], told["versions"], told["fields"]) == ("UNKNOWN", None, [], [])


async def test_a_replay_is_of_this_gateway_alone(served: Served) -> None:
    """Guard: the checkpoint must be signed by the gateway's own key, whatever else holds."""
    told = (await replayed(served, GOOD)).data["replay"]
    assert told["verdict"] == "FAILS"
    assert "CHECKPOINT_OTHER_KEY" in [each["code"] for each in told["findings"]]


@pytest.mark.parametrize(
    "text",
    ["", "x", "{}", "[" * 100_000, '{"110101199003074514":1}'],
    ids=["nothing", "no JSON", "no bundle", "deep", "a personal number"],
)
async def test_what_is_no_bundle_is_a_bad_query(served: Served, text: str) -> None:
    """Guard: a bundle is read strictly, and the error tells no number that stood in it."""
    told = await replayed(served, text)
    assert told.content["errors"][0]["extensions"]["code"] == "BAD_QUERY"
    assert b"110101199003074514" not in told.body


async def test_a_subject_does_not_read_what_its_neighbor_asked(served: Served) -> None:
    """Guard: clients of many subjects read only what is about the subject of their token."""
    query = "query($key: SubjectKey!) { subject(key: $key) { ... on Organization { name } } }"
    other = await served.ask("enterprise", query, key=uscc_key(3))
    assert (await served.ask("enterprise", RECEIPT, id=other.receipt)).data["receipt"] is None


HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'


async def test_no_markup_of_an_answer_runs_in_the_page(tmp_path: Path) -> None:
    """Guard: the page sets text, never markup; and its policy (`gateway.http.verifier`) lets no such script run."""
    value = json.loads(ANSWER)
    value["data"][HOSTILE] = {HOSTILE: 1}
    bundle = replace(GOOD, answer=json.dumps(value), receipt=replace(GOOD.receipt, timestamps=(HOSTILE,)))
    (tmp_path / "answer.json").write_text(bundle_text(bundle))
    (tmp_path / f"{HOSTILE.replace('/', '')}.json").write_text(json.dumps({"format": "x", HOSTILE: 1}))
    (tmp_path / "note.json").write_text(
        bundle_text(forged(checkpoint=Log((GOOD.receipt.entry,)).checkpoint(None, SigningKey("<b>x</b>", bytes(32)))))
    )
    page_file = Path(__file__).parents[2] / "gateway" / "portal" / "verify" / "index.html"
    with browser() as page:
        page.open(page_file.as_uri())
        page.evaluate(f"at('keys').value = {json.dumps(str(KEY.verifier))}")
        page.choose("#files", *sorted(tmp_path.iterdir()))
        page.evaluate("at('check').click()")
        page.until("document.querySelectorAll('article').length === 3")
        assert "onerror" in page.evaluate("at('result').textContent")
        assert page.evaluate("at('result').querySelectorAll('img, script, b').length") == 0
        assert page.evaluate("window.hit") is None


async def test_the_page_may_not_be_framed_nor_send_anything(served: Served) -> None:
    """Guard: the headers of the page."""
    policy = (await served.get("/verify/")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
    assert "frame-ancestors 'none'" in policy
