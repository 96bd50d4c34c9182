"""Tables whose columns a department renamed, moved or dropped: what is left is read, and what comes back is seen."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.base import Issue
from connectors.errors import SourceMisread, SourceUnavailable
from connectors.spec import AsOf, CurrencySpec, FieldSpec, KeySpec, Tombstone
from connectors.sql.drift import REMEMBERED_SECONDS, LostColumns
from tests.connectors.sql_sources import ENTITY, FIELDS, A, Site, batch, entity, field

NAMELESS = Issue("counterpart_name", "MISREAD", "column `name` is missing at the source")


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def table(site: Site) -> AsyncIterator[str]:
    """A table of its own with the rows of the department."""
    await site.run(["CREATE TABLE drifting AS SELECT * FROM penalties"])
    yield "drifting"
    await site.run(["DROP TABLE drifting"])


async def rename(site: Site, old: str, new: str) -> None:
    await site.run([f"ALTER TABLE drifting RENAME COLUMN {old} TO {new}"])


async def test_renamed_column_costs_its_field_until_it_is_named_back(site: Site, table: str) -> None:
    clock = Clock()
    async with site.connector(entities={ENTITY: entity(table)}) as connector:
        connector._lost = LostColumns(clock)
        assert (await connector.fetch(batch(A))).rows[A][0].values[0] == "甲公司"
        await rename(site, "name", "mc")
        for _ in range(2):
            rows = (await connector.fetch(batch(A, digests=True))).rows[A]
            assert [(row.values[0], row.values[1]) for row in rows] == [(None, "罚款"), (None, "警告,𠮷䶮㛃")]
            assert [row.issues for row in rows] == [(NAMELESS,), (NAMELESS,)]
            assert rows[0].as_of == "2020-03-17T08:00:00+08:00"
        await rename(site, "mc", "name")
        clock.now += REMEMBERED_SECONDS - 1
        if site.kind != "sqlite":  # a SQLite file that is changed is another one
            assert (await connector.fetch(batch(A))).rows[A][0].issues == (NAMELESS,), "not asked for again at once"
        clock.now += 2
        row = (await connector.fetch(batch(A))).rows[A][0]
        assert (row.values[0], row.issues) == ("甲公司", ())


async def test_what_is_missing_is_learnt_once(site: Site, table: str) -> None:
    asked: list[str] = []
    await rename(site, "name", "mc")
    async with site.connector(entities={ENTITY: entity(table)}) as connector:
        run = connector._connections.run

        async def counted(text: str, arguments: Any) -> Any:
            asked.append(text)
            return await run(text, arguments)

        connector._connections.run = counted  # type: ignore[method-assign]
        for _ in range(3):
            await connector.fetch(batch(A))
            await connector.fetch(batch(A, fields=("content",)))
    assert len(asked) == 3 + 5, "the question, what the table has, and from then on one for each"
    assert all(not re.search(r"t\.name|\*", text) for text in asked[1:])


async def test_fields_of_other_columns_are_not_touched(site: Site, table: str) -> None:
    await rename(site, "name", "mc")
    async with site.connector(entities={ENTITY: entity(table)}) as connector:
        row = (await connector.fetch(batch(A, fields=("content", "decided_on")))).rows[A][0]
        assert (row.values, row.issues) == (("罚款", "2020-03-16"), ())


async def test_several_columns_and_one_that_feeds_an_amount(site: Site, table: str) -> None:
    fields = entity().fields | {
        "fine_amount": FieldSpec(
            column="fine", type="yuan", scope="x", currency=CurrencySpec(column="bz", codes={"156": "CNY"})
        ),
        "content": field("nr"),
        "facts": FieldSpec(value="见决定书", scope="x"),
    }
    described = entity(table, fields=fields, as_of=AsOf(column="gxsj"))
    async with site.connector(entities={ENTITY: described}) as connector:
        row = (await connector.fetch(batch(A, fields=(*FIELDS, "facts")))).rows[A][0]
    assert row.values == ("甲公司", None, None, "2020-03-16", "见决定书")
    assert row.as_of is None
    assert {issue.field: issue.message for issue in row.issues} == {
        "content": "column `nr` is missing at the source",
        "fine_amount": "column `bz` is missing at the source",
        "as_of": "column `gxsj` is missing at the source",
    }


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"record_key": ["id", "xh"]}, "xh"),
        ({"keys": {"USCC": KeySpec(column="tyshxydm")}, "also_by": []}, "tyshxydm"),
        ({"tombstone": Tombstone(column="sc_bz", values=["D"])}, "sc_bz"),
        ({"where": {"lx": "1"}}, "lx"),
    ],
)
async def test_column_that_is_needed_for_all(site: Site, table: str, changes: dict[str, Any], column: str) -> None:
    async with site.connector(entities={ENTITY: entity(table, **changes)}) as connector:
        for _ in range(2):
            with pytest.raises(SourceMisread, match=f"column `{column}` is missing at the source"):
                await connector.fetch(batch(A))


async def test_code_column_of_aliases_is_needed_when_they_are_asked_for(site: Site, table: str) -> None:
    keys = entity().keys | {"TAX_NO": KeySpec(column="nsrsbh")}
    async with site.connector(entities={ENTITY: entity(table, keys=keys, also_by=["TAX_NO"])}) as connector:
        assert (await connector.fetch(batch(A))).rows.keys() == {A}
        with pytest.raises(SourceMisread, match="column `nsrsbh` is missing at the source"):
            await connector.fetch(batch(A, aliases={"TAX_NO": {A: A}}))


async def test_names_that_differ_by_case_alone(site: Site, table: str) -> None:
    fields = entity().fields | {"content": field("CONTENT"), "remark": field("bz")}
    async with site.connector(entities={ENTITY: entity(table, fields=fields)}) as connector:
        row = (await connector.fetch(batch(A, fields=("content", "remark")))).rows[A][0]
    # PostgreSQL alone tells a quoted name from another by its case.
    missing = {"content", "remark"} if site.kind == "postgres" else {"remark"}
    assert {issue.field for issue in row.issues} == missing


async def test_table_that_is_gone_is_no_drift(site: Site) -> None:
    async with site.connector(entities={ENTITY: entity("gone")}) as connector:
        with pytest.raises(SourceMisread, match="table `gone` is missing"):
            await connector.fetch(batch(A))


async def test_view_whose_own_column_is_gone_is_told_as_it_is(site: Site, table: str) -> None:
    await site.run(["CREATE VIEW drifted AS SELECT id, uscc, reg_no, org_code, name, mark, updated FROM drifting"])
    try:
        if site.kind != "postgres":  # which would not let the column go
            await rename(site, "updated", "gxsj")
            if site.kind == "sqlite":  # which changes the view with it
                await site.run(["DROP VIEW drifted", "CREATE VIEW drifted AS SELECT id, uscc, nr FROM drifting"])
            async with site.connector(entities={ENTITY: entity("drifted")}) as connector:
                with pytest.raises((SourceMisread, SourceUnavailable)):
                    await connector.fetch(batch(A, fields=("counterpart_name",)))
    finally:
        await site.run(["DROP VIEW drifted"])


def test_what_is_lost_is_forgotten_with_time_and_with_the_version_of_the_database() -> None:
    clock, version = Clock(), [1]
    lost = LostColumns(clock)
    assert lost.lost("Part", lambda: version[0]) == ()
    learnt = lost.learn("Part", 1, ["a", "b", "c"], {"b"})
    assert learnt == tuple((each, f"column `{each}` is missing at the source") for each in "ac")
    assert lost.lost("Part", lambda: version[0]) == learnt
    assert lost.lost("Part_other", lambda: version[0]) == ()
    version[0] = 2
    assert lost.lost("Part", lambda: version[0]) == ()
    lost.learn("Part", 2, ["a"], set())
    clock.now = REMEMBERED_SECONDS
    assert lost.lost("Part", lambda: version[0]) == ()
