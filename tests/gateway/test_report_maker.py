"""Who makes reports: no document without a durable issue, and no more at once than can be made."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from gateway.caller import Caller
from gateway.errors import LedgerUnavailable, RateLimited, ReportsOff
from gateway.inner import Answered
from gateway.ledger import Entry
from gateway.ledger.entry import Kind
from gateway.reports.issued import Issued
from gateway.reports.keys import ReportKey, load_report_key
from gateway.reports.maker import MAXIMUM_WAITING, House, Maker
from gateway.reports.order import Key, Order
from gateway.reports.words import Words, same
from tests.gateway.report_answers import RECEIPT, item, page, section

CALLER = Caller("bank", None, frozenset(), "BANK_CREDIT")
ORDER = Order(Key("91230881TJ00000350", "USCC"), "json")


class Asking:
    """Answers the query of a report with one page; ``held`` keeps it waiting."""

    def __init__(self, held: asyncio.Event | None = None) -> None:
        self._held = held
        registered = section([item("registration", name="示例公司")])
        self._subject = page({"registration": registered}).subject

    async def ask(self, document: str, variables: Mapping[str, Any], caller: Caller, kind: Kind = "QUERY") -> Answered:
        if self._held is not None:
            await self._held.wait()
        return Answered(RECEIPT, orjson.dumps({"data": {"subject": self._subject}}))


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ReportKey:
    folder = tmp_path_factory.mktemp("report")
    found = load_report_key(None, {}, folder, folder, production=False)
    assert found is not None
    return found


class Noted:
    """A ledger that takes issues, or cannot be written."""

    def __init__(self, *, down: bool = False) -> None:
        self.issued: list[tuple[Issued, str, str]] = []
        self._down = down

    async def __call__(self, issued: Issued, subject: str, caller: Caller) -> Entry:
        if self._down:
            raise LedgerUnavailable("the ledger cannot be written")
        self.issued.append((issued, subject, caller.client))
        return Entry(
            receipt=issued.receipt,
            at="2026-11-26T03:09:38.123Z",
            client=caller.client,
            department=None,
            purpose=caller.purpose,
            case=None,
            outcome="ANSWERED",
            policy_version="",
            catalogue_version="",
            response_digest=issued.digest,
        )


def maker(key: ReportKey | None, noted: Noted, held: asyncio.Event | None = None) -> Maker:
    house = House(Words("示例平台", "Example"), "https://credit.example", 100, str, same)
    return Maker(Asking(held), key, lambda: house, noted, at_once=1)


async def test_the_issue_is_noted_before_the_document_is_given(key: ReportKey) -> None:
    noted = Noted()
    made = await maker(key, noted).make(ORDER, CALLER, "")
    ((issued, subject, client),) = noted.issued
    assert issued == made.issued
    assert (subject, client, issued.answers) == ("91230881TJ00000350", "bank", (RECEIPT,))
    assert orjson.loads(made.body)["report"]["issue"]["id"] == issued.receipt
    assert f"https://credit.example/receipts/{issued.receipt}".encode() in made.body


async def test_no_document_is_given_when_the_ledger_cannot_be_written(key: ReportKey) -> None:
    with pytest.raises(LedgerUnavailable):
        await maker(key, Noted(down=True)).make(ORDER, CALLER, "")


async def test_nothing_is_asked_without_a_key() -> None:
    with pytest.raises(ReportsOff):
        await maker(None, Noted(), asyncio.Event()).make(ORDER, CALLER, "")


async def test_who_would_wait_behind_too_many_is_asked_to_come_back(key: ReportKey) -> None:
    held, noted = asyncio.Event(), Noted()
    busy = maker(key, noted, held)
    waiting = [asyncio.create_task(busy.make(ORDER, CALLER, "")) for _ in range(MAXIMUM_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited):
        await busy.make(ORDER, CALLER, "")
    held.set()
    made = await asyncio.gather(*waiting)
    assert len({each.issued.number for each in made}) == len(noted.issued) == MAXIMUM_WAITING
    await busy.make(ORDER, CALLER, "")
