"""A mutation is carried out and sealed whole, told without a word of ours, and durable before it is told."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any, cast

import pytest
import sqlalchemy as sa
from graphql import GraphQLError

from gateway.checks.checker import Checker
from gateway.consents.consents import Consents
from gateway.consents.input import Terms
from gateway.consents.tables import Authority
from gateway.http import GraphQLRequest
from gateway.inner import Answered, Inner, Question
from gateway.ledger import Ledger, Secret
from gateway.measures import Register
from gateway.mutate import Mutations, _told
from gateway.plan.document import Documents
from gateway.reports.changes import Orders
from gateway.reports.issued import noting
from gateway.reports.maker import House, Maker
from gateway.reports.words import same
from gateway.rules import RuleBook
from gateway.seal import Seal
from gateway.watch.changes import Watching
from schema.schema import SCHEMA
from tests.end_to_end.consenting import RECORD, given
from tests.gateway import tokens
from tests.gateway.consents import DAY, file_url, opened
from tests.gateway.objections import filed
from tests.gateway.test_consent_changes import BANK, POLICY
from tests.servers import Server

DOCUMENTS = Documents(SCHEMA)
NO_SCREENINGS: Any = None
"""None of these mutations begins one."""


@pytest.fixture
async def mutations(tmp_path: Path) -> AsyncIterator[Mutations]:
    ledger = await Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    async with opened(file_url(tmp_path)) as consents, filed(tmp_path) as filing:
        terms = Terms({"bank": tokens.BANK}, 366)
        watching = cast("Watching", None)  # no watch is started here
        checker = Checker(Inner(_nobody), RuleBook)
        seal = Seal(Secret(b"k" * 32), "c", "p")
        house = House(same(""), "", 100, str, same)
        orders = Orders(Maker(Inner(_nobody), None, lambda: house, noting(ledger, lambda: seal), 1), "")
        yield Mutations(
            SCHEMA, POLICY, consents, terms, filing, checker, Register(), NO_SCREENINGS, ledger, seal, watching, orders
        )
    await ledger.close()


async def _nobody(question: Question) -> Answered:
    raise AssertionError("nothing is asked")


async def answer(mutations: Mutations) -> bytes:
    request = GraphQLRequest(RECORD, None, {"given": given()}, {}, "POST")
    operation = DOCUMENTS.operation(RECORD, None)
    return (await mutations.answer(request, operation, BANK, DAY, monotonic())).body


@pytest.mark.parametrize("steps", range(6))
async def test_a_caller_that_hangs_up_does_not_get_past_the_ledger(mutations: Mutations, steps: int) -> None:
    work = asyncio.create_task(answer(mutations))
    for _ in range(steps + 1):
        await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await mutations.finish()
    (entry,) = await mutations.ledger.entries()
    assert (entry.outcome, len(entry.subjects)) == ("ANSWERED", 1)


async def test_a_ledger_that_fails_leaves_no_answer_and_no_noise(mutations: Mutations) -> None:
    await mutations.ledger.close()
    work = asyncio.create_task(answer(mutations))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    work.cancel()
    await asyncio.wait([work])
    await mutations.finish()


async def test_what_was_answered_is_on_disk(mutations: Mutations, tmp_path: Path) -> None:
    """A copy of the files, taken when the answer is there, holds the consent: as after a kill."""
    await answer(mutations)
    copied = tmp_path / "copied"
    copied.mkdir()
    for path in tmp_path.glob("consents.sqlite*"):
        if not path.name.endswith("-shm"):
            shutil.copy(path, copied)
    async with opened(file_url(copied)) as consents:
        (held,) = await consents.held(Authority("bank"), None, 10)
    assert held.consent.grantee == "bank"


async def test_a_commit_is_synced(tmp_path: Path, postgres_server: Server) -> None:
    async with opened(file_url(tmp_path)) as consents:
        assert await asked(consents, "PRAGMA synchronous") == 2
        assert await asked(consents, "PRAGMA journal_mode") == "wal"
    async with opened(f"postgresql://postgres@127.0.0.1:{postgres_server.port}/postgres") as consents:
        assert await asked(consents, "SHOW synchronous_commit") == "on"


async def asked(consents: Consents, statement: str) -> object:
    return await consents._do(consents._writer, lambda connection: connection.execute(sa.text(statement)).scalar_one())


def test_of_a_fault_of_ours_nothing_but_an_id_is_told() -> None:
    told = _told(GraphQLError("secret", path=["recordConsent"], original_error=ValueError("secret")))
    assert told["extensions"]["code"] == "INTERNAL"
    assert len(told["extensions"]["id"]) == 32
    assert "secret" not in str(told)
    assert told["path"] == ["recordConsent"]


def test_a_long_number_in_a_message_is_starred() -> None:
    assert _told(GraphQLError("got `230881198501010013`"))["message"] == "got `****`"
