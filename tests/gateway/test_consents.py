"""Consents in SQLite and in PostgreSQL: what counts, what does not and why, and that a revocation counts at once."""

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.consents import Named
from gateway.consents.consents import Consents, MutationReused
from gateway.consents.model import Refusal, refusal
from gateway.consents.tables import Authority
from gateway.errors import ConsentsUnavailable
from gateway.ledger import new_receipt
from tests.gateway.consents import DAY, SUBJECT, consent, file_url, new_database, opened, recorded
from tests.servers import Server

BANK = Authority("bank")


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return file_url(tmp_path)
    server: Server = request.getfixturevalue("postgres_server")
    return await new_database(server, f"consents_{new_receipt()}")


@pytest.fixture
async def consents(url: str) -> AsyncIterator[Consents]:
    async with opened(url) as found:
        yield found


async def named(consents: Consents, *references: str, **asked: str) -> Named:
    return await consents.named(references, **{"client": "bank", "purpose": "BANK_CREDIT", "day": DAY, **asked})


async def test_a_consent_counts_for_its_grantee_purpose_and_days(consents: Consents) -> None:
    said = consent()
    stored, made = await consents.record(recorded(said), None, "")
    assert (stored.consent, made) == (said, True)
    assert await named(consents, said.id) == Named((said,), {})
    for asked, why in (
        ({"client": "agency"}, "UNKNOWN"),
        ({"purpose": "AGENCY"}, "OTHER_PURPOSE"),
        ({"day": "2026-10-31"}, "NOT_YET_VALID"),
        ({"day": "2026-12-01"}, "EXPIRED"),
    ):
        assert await named(consents, said.id, **asked) == Named((), {said.id: why})
    for day in (said.not_before, said.not_after):
        assert (await named(consents, said.id, day=day)).live == (said,)


async def test_several_are_told_apart_in_their_order(consents: Consents) -> None:
    first, second, other = consent(), consent(), consent(grantee="agency")
    for each in (first, second, other):
        await consents.record(recorded(each), None, "")
    none = new_receipt()
    found = await named(consents, second.id, other.id, first.id, none)
    assert found == Named((second, first), {other.id: "UNKNOWN", none: "UNKNOWN"})


async def test_a_revocation_counts_in_every_replica_from_the_next_query_on(url: str) -> None:
    async with opened(url) as one, opened(url) as other:
        said = consent()
        await one.record(recorded(said), None, "")
        assert (await named(other, said.id)).live == (said,)
        revoked = await one.revoke(said.id, BANK, "bank")
        assert revoked is not None
        assert revoked.revoked_by == "bank"
        assert await named(other, said.id) == Named((), {said.id: "REVOKED"})
        assert await other.revoke(said.id, Authority(None, SUBJECT), "portal") == revoked, "the first stays"


async def test_what_was_recorded_is_there_after_a_restart(url: str) -> None:
    said = consent()
    async with opened(url) as before:
        await before.record(recorded(said), None, "")
    async with opened(url) as after:
        assert (await named(after, said.id)).live == (said,)


async def test_nobody_but_those_it_concerns_revokes_or_sees(consents: Consents) -> None:
    said = consent()
    await consents.record(recorded(said, by="window", as_="WINDOW"), None, "")
    for stranger in (Authority("agency"), Authority(None), Authority("agency", "91230881TJ00006176", window=True)):
        assert await consents.revoke(said.id, stranger, "agency") is None
        assert await consents.held(stranger, None, 10) == []
    for party in (BANK, Authority("window"), Authority(None, SUBJECT)):
        assert [each.consent.id for each in await consents.held(party, None, 10)] == [said.id]
    assert await named(consents, said.id) == Named((said,), {})


async def test_a_portal_that_many_subjects_share_does_not_hold_their_consents(consents: Consents) -> None:
    said = consent()
    await consents.record(recorded(said, by="portal", as_="SUBJECT"), None, "")
    assert await consents.revoke(said.id, Authority("portal", "91230881TJ00006176"), "portal") is None
    assert await consents.held(Authority("portal"), None, 10) == []


async def test_what_is_held_comes_newest_first_and_in_pages(consents: Consents) -> None:
    said = [consent(), consent(subject="91230881TJ00006176"), consent()]
    for each in said:
        await consents.record(recorded(each), None, "")
    found = [each.consent for each in await consents.held(BANK, None, 2)]
    assert found == [said[2], said[1]]
    assert [each.consent for each in await consents.held(BANK, None, 2, found[-1].id)] == [said[0]]
    assert [each.consent for each in await consents.held(BANK, SUBJECT, 10)] == [said[2], said[0]]


async def test_one_key_records_once_whoever_is_first(url: str) -> None:
    async with opened(url) as one, opened(url) as other:
        stores = (one, other, one, other)
        tried = [store.record(recorded(consent()), "key", "input") for store in stores]
        results = await asyncio.gather(*tried)
        assert len({stored.consent.id for stored, _ in results}) == 1
        assert sum(made for _, made in results) == 1
        with pytest.raises(MutationReused):
            await one.record(recorded(consent()), "key", "another input")
        assert len(await one.held(BANK, None, 10)) == 1


async def test_a_store_that_is_away_makes_consents_not_count(consents: Consents) -> None:
    said = consent()
    await consents.record(recorded(said), None, "")
    await consents.close()
    assert await named(consents, said.id) == Named((), {said.id: "UNAVAILABLE"})
    with pytest.raises(ConsentsUnavailable):
        await consents.revoke(said.id, BANK, "bank")


async def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "consents.sqlite").touch(0o644)
    async with opened(file_url(tmp_path)) as consents:
        await consents.record(recorded(consent()), None, "")
        for path in tmp_path.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


@pytest.mark.parametrize("url", ["mysql://x", "sqlite://", "nonsense"])
async def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="the consents' URL must begin"):
        async with opened(url):
            pass


DAYS = st.dates().map(lambda day: day.isoformat())


@given(st.sampled_from(["bank", "agency"]), st.sampled_from(["BANK_CREDIT", "AGENCY"]), DAYS, DAYS, DAYS, st.booleans())
def test_a_consent_is_refused_unless_it_is_live(
    client: str, purpose: str, start: str, end: str, day: str, revoked: bool
) -> None:
    changes: dict[str, Any] = {"revoked_at": "2026-11-02T00:00:00.000Z"} if revoked else {}
    said = consent(not_before=start, not_after=end, **changes)
    why = refusal(said, client, purpose, day)
    counts = client == said.grantee and purpose in said.purposes and not revoked and start <= day <= end
    assert (why is None) == counts
    assert client == "bank" or why is Refusal.UNKNOWN
