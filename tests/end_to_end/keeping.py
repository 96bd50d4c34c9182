"""What a client does with its answers: it keeps them as bundles, verifies them, and hands them back."""

import orjson

from gateway.proof.bundle import FORMAT, Bundle, bundle_text, read_bundle
from gateway.proof.finding import Verified
from gateway.proof.note import VerifierKey
from gateway.proof.verify import verify
from tests.end_to_end.queries import uscc_key
from tests.end_to_end.served import Served, Told

ASK = """query($key: SubjectKey!) { subject(key: $key) { ... on Organization {
  name penalties { state items { fineAmount { amount } decisionNo } } taxRatings { items { level score } }
} } }"""
REPLAY = """query($bundle: String!) { replay(bundle: $bundle) {
  verdict zh en receipt at findings { code verdict place zh en }
  versions { what name then now inForce }
  fields { path field entity decision reason sources { what name then now inForce } }
} }"""
KEY = uscc_key(1)


async def answered(served: Served, client: str = "bank", purpose: str | None = None) -> Told:
    """Return an answer about one subject."""
    told = await served.ask(client, ASK, purpose=purpose, key=KEY)
    assert told.content.get("data"), told.body
    return told


async def receipt_of(served: Served, receipt_id: str, client: str = "bank", accept: str = "application/json") -> Told:
    """Return what `GET /receipts/{id}` says to ``client``."""
    headers = {"Authorization": f"Bearer {served.token(client)}", "Accept": accept}
    return await served.get(f"/receipts/{receipt_id}", headers)


async def kept(served: Served, client: str = "bank") -> Bundle:
    """Return the bundle of a new answer to ``client``."""
    answer = await answered(served, client)
    receipt = await receipt_of(served, answer.receipt, client)
    assert receipt.status == 200, receipt.body
    text = orjson.dumps({"format": FORMAT, "answer": answer.body.decode(), "receipt": receipt.content}).decode()
    return read_bundle(text)


async def keys_of(served: Served) -> list[VerifierKey]:
    """Return the public keys of the gateway."""
    told = await served.get("/ledger/keys")
    return [VerifierKey.parse(line) for line in told.body.decode().splitlines()]


async def verified(served: Served, bundle: Bundle) -> Verified:
    """Return what a verifier says of ``bundle``."""
    return verify(bundle, await keys_of(served))


async def replayed(served: Served, bundle: Bundle | str, client: str = "bank") -> Told:
    """Return what the gateway says of a bundle that is handed back."""
    text = bundle if isinstance(bundle, str) else bundle_text(bundle)
    return await served.ask(client, REPLAY, bundle=text)
