"""No durable entry, no answer: a ledger on PostgreSQL, found again by its receipts, lost, and come back."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest

from gateway.demo import Departments
from gateway.kept import LEDGER_URL_ENV
from gateway.ledger import Ledger
from tests.end_to_end.queries import PENALTIES, WHOLE, uscc_key
from tests.end_to_end.served import Served, serving
from tests.faults import FaultProxy, fault_proxy
from tests.servers import Server


@pytest.fixture
async def kept(
    demo_departments: Departments, postgres_server: Server, tmp_path: Path
) -> AsyncIterator[tuple[Served, FaultProxy, str]]:
    """A gateway, the way to its ledger, and the ledger's own address."""
    url = f"postgresql://postgres@127.0.0.1:{postgres_server.port}/postgres"
    async with fault_proxy(url) as proxy:
        environment = {**demo_departments.environment, LEDGER_URL_ENV: proxy.before(url)}
        async with serving(environment, tmp_path / "gateway") as running:
            yield running, proxy, url


async def test_without_the_ledger_no_answer_is_given_and_with_it_again(
    kept: tuple[Served, FaultProxy, str],
) -> None:
    served, proxy, url = kept
    answered = [await served.ask("bank", WHOLE, key=uscc_key(number)) for number in (1, 3)]
    await proxy.refuse()
    refused = await served.ask("bank", PENALTIES, key=uscc_key(3))
    assert (refused.status, list(refused.content)) == (503, ["errors"])
    assert refused.errors[0]["extensions"] == {"code": "LEDGER_UNAVAILABLE"}
    assert refused.headers["Retry-After"] == "1"
    ready = await served.get("/health/ready")
    assert (ready.status, ready.content["checks"]) == (503, {"ledger": "FAILED"})
    await proxy.accept()
    answered.append(await served.ask("bank", PENALTIES, key=uscc_key(3)))
    assert (await served.get("/health/ready")).status == 200
    ledger = await Ledger.open(url)
    entries = [await ledger.get(each.receipt) for each in answered]
    await ledger.close()
    for told, entry in zip(answered, entries, strict=True):
        assert entry is not None
        assert (entry.client, entry.purpose) == ("bank", "BANK_CREDIT")
        assert entry.response_digest == sha256(told.body).hexdigest()
    first, second, third = (entry for entry in entries if entry is not None)
    assert second.subjects == third.subjects != first.subjects, "one pseudonym for one subject"
    assert (first.outcome, third.outcome) == ("PARTIAL", "ANSWERED"), "the first asked for what is denied to a bank"
    assert {denial.field for denial in first.denied} == {"TaxCreditRating.*"}
