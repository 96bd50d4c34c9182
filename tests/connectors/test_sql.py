"""Questions to real SQLite, PostgreSQL and MariaDB databases: whose rows come back, and what was asked for."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from connectors import open_connector
from connectors.base import Batch
from connectors.errors import ConfigError, SourceError, SourceMisread
from connectors.spec import KeySpec, RecordsOf, Scheme, SqlEntity
from connectors.sql import SqlConnector
from connectors.sql.connector import Question
from tests.connectors.sql_sources import (
    ENTITY,
    FIELDS,
    NOBODY,
    ORG_CODE,
    REG_NO,
    URL,
    A,
    B,
    C,
    D,
    Site,
    batch,
    contents,
    entity,
    field,
    source,
)

FULL_WIDTH = str.maketrans("()", "（）")
INJECTIONS = (
    "' OR '1'='1", "x') OR 1=1 -- ", "\\' OR 1=1 -- ", "\\", "%s", "%(a)s", "%%", ":key_0_0", "?", "$1", "{", "{A}",
    'a"b', "a`b", "a;DROP TABLE penalties", "a\nb", "县", "\x00",
)  # fmt: skip


@pytest.fixture
async def connector(site: Site) -> AsyncIterator[SqlConnector]:
    async with site.connector() as connector:
        yield connector


async def test_found(connector: SqlConnector) -> None:
    answer = await connector.fetch(batch(A))
    row = answer.rows[A][0]
    assert row.record_key == "1"
    assert row.values[:2] == ("甲公司", "罚款")
    assert row.values[2].amount == "2000"
    assert row.values[3] == "2020-03-16"
    assert row.as_of == "2020-03-17T08:00:00+08:00"
    assert answer.unreadable == {}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer.fetched_at)


async def test_rare_characters_and_other_date_forms(connector: SqlConnector) -> None:
    row = (await connector.fetch(batch(A))).rows[A][1]
    assert row.values == ("甲公司", "警告,𠮷䶮㛃", None, "2021-01-02")


async def test_none_on_record_and_unknown_key(connector: SqlConnector) -> None:
    assert (await connector.fetch(batch(NOBODY))).rows == {}


async def test_empty_batch_asks_nothing() -> None:
    connector = SqlConnector(source(), {URL: "postgresql+asyncpg://nobody@127.0.0.1:1/none"}, Path())
    assert (await connector.fetch(batch())).rows == {}
    await connector.close()


async def test_many_keys_in_any_order(connector: SqlConnector) -> None:
    straight = await connector.fetch(batch(A, B, NOBODY, C, D))
    turned = await connector.fetch(batch(D, C, NOBODY, B, A))
    assert straight.rows.keys() == turned.rows.keys() == {A, B, D}
    for key in (A, B, D):
        assert sorted(contents(straight, key)) == sorted(contents(turned, key))


async def test_full_batch(site: Site) -> None:
    keys = [f"{at:018d}" for at in range(498)]
    async with site.connector() as connector:
        assert (await connector.fetch(batch(*keys, A, B))).rows.keys() == {A, B}


async def test_twin_rows_are_both_kept(connector: SqlConnector) -> None:
    assert contents(await connector.fetch(batch(B)), B) == ["罚款", "罚款"]


async def test_tombstones_are_not_shown(connector: SqlConnector) -> None:
    assert "已删除" not in contents(await connector.fetch(batch(A)), A)


async def test_only_what_a_department_decided_is_asked_for(site: Site) -> None:
    of = RecordsOf(column="content", departments={"fire_rescue": ["罚款", "it's \\ 50%"], "court": ["警告,𠮷䶮㛃"]})
    async with site.connector(entities={ENTITY: entity(records_of=of)}) as connector:
        for department, mine in (("fire_rescue", ["罚款"]), ("court", ["警告,𠮷䶮㛃"]), ("taxation", []), (None, None)):
            asked = replace(batch(A), decided_by=department, fields=("counterpart_name", "content"))
            found = sorted(row.values[1] for row in (await connector.fetch(asked)).rows.get(A, ()))
            assert found == (mine if mine is not None else ["罚款", "警告,𠮷䶮㛃"]), department
        texts = [question.text for question in cached_questions(connector, "fire_rescue", "taxation", None)]
    assert ["罚款" in text for text in texts] == [True, False, False]


def cached_questions(connector: SqlConnector, *departments: str | None) -> list[Question]:
    """Return the questions that ask for what each of ``departments`` decided; the database was sent their texts."""
    size = None if connector._database.arrays else 1
    fields = ("counterpart_name", "content")
    return [connector._question(ENTITY, "USCC", fields, False, (), size, (), each) for each in departments]


async def test_row_without_record_key_makes_the_key_unreadable(connector: SqlConnector) -> None:
    answer = await connector.fetch(batch(D))
    assert contents(answer, D) == ["丁的"]
    assert D in answer.unreadable


async def test_further_codes_find_rows_whose_own_code_is_blank(connector: SqlConnector) -> None:
    aliases = {"REG_NO": {REG_NO[C]: C, REG_NO[A]: A}, "ORG_CODE": {ORG_CODE[C]: C, ORG_CODE[A]: A}}
    answer = await connector.fetch(batch(C, A, aliases=aliases))
    assert sorted(contents(answer, C)) == ["按代码", "按注册号"], "the row of D carries C's registration number"
    assert {row.key_scheme for row in answer.rows[C]} == {"REG_NO", "ORG_CODE"}
    assert sorted(contents(answer, A)) == ["罚款", "警告,𠮷䶮㛃"]


async def test_aliases_of_others_are_not_asked(connector: SqlConnector) -> None:
    answer = await connector.fetch(batch(A, aliases={"REG_NO": {REG_NO[C]: C}, "ORG_CODE": {}}))
    assert answer.rows.keys() == {A}


@pytest.mark.parametrize("code", [A, C])
async def test_keys_are_written_as_the_source_writes_them(connector: SqlConnector, code: str) -> None:
    by_lower = await connector.fetch(Batch("Registration", "USCC", (code,), ("uscc",)))
    by_hyphen = await connector.fetch(Batch("Registration", "ORG_CODE", (ORG_CODE[code],), ("uscc",)))
    assert by_lower.rows[code][0].values == by_hyphen.rows[ORG_CODE[code]][0].values == (code,)


async def test_names_are_asked_for_in_every_spelling_and_matched_by_their_canonical_form(site: Site) -> None:
    full, half = "三江(同江)公司".translate(FULL_WIDTH), "三江(同江)公司"
    held = "SELECT id, '{}' AS name FROM penalties WHERE id = '{}'"
    rows = [held.format(name, at) for at, name in enumerate((full, half, "三江公司"), 1)]
    await site.run([f"CREATE VIEW named AS {' UNION ALL '.join(rows)}"])
    keys: dict[Scheme, KeySpec] = {"NAME": KeySpec(column="name")}
    described = SqlEntity(table="named", keys=keys, record_key=["id"], fields={"counterpart_name": field("name")})
    async with site.connector(entities={ENTITY: described}, batch_size=4) as connector:
        answer = await connector.fetch(batch(half, "甲", "乙", fields=("counterpart_name",), scheme="NAME"))
    await site.run(["DROP VIEW named"])
    assert {key: sorted(row.values[0] for row in rows) for key, rows in answer.rows.items()} == {half: [half, full]}
    assert answer.unreadable == {}


@pytest.mark.parametrize("key", INJECTIONS)
async def test_keys_are_never_sql(connector: SqlConnector, site: Site, key: str) -> None:
    if site.kind == "postgres" and "\x00" in key:
        with pytest.raises(SourceError):  # PostgreSQL has no such character
            await connector.fetch(batch(key, A))
    else:
        assert (await connector.fetch(batch(key, A))).rows.keys() == {A}


async def test_answers_have_digests(connector: SqlConnector) -> None:
    one, again = await connector.fetch(batch(A, digests=True)), await connector.fetch(batch(A, digests=True))
    other = await connector.fetch(batch(B))
    assert one.digest == again.digest != other.digest
    assert len({row.digest for row in one.rows[A]}) == len(one.rows[A])
    assert all(row.digest is None for row in other.rows[B])


async def test_only_the_columns_asked_for_are_in_the_statement(connector: SqlConnector) -> None:
    await connector.fetch(batch(A))
    question = connector._question(ENTITY, "USCC", FIELDS, False, (), None if connector._database.arrays else 1, ())
    selected = question.text.partition("FROM")[0]
    assert "*" not in question.text
    assert "secret" not in question.text
    assert re.findall(r"t\.(\w+)", selected) == list(question.reader.columns)


async def test_lengths_of_batches_share_statements(connector: SqlConnector) -> None:
    for length in range(1, 18):
        await connector.fetch(batch(A, *(f"{at:018d}" for at in range(length))))
    assert connector._question.cache_info().currsize <= 5


async def test_constant_conditions_and_odd_names(site: Site) -> None:
    entities = {ENTITY: entity(where={"mark": "I"}, tombstone=None)}
    async with site.connector(entities=entities) as connector:
        assert contents(await connector.fetch(batch(A)), A) == ["罚款"]
    async with site.connector(entities={ENTITY: entity(where={"content": "50%'\\"}, tombstone=None)}) as connector:
        assert (await connector.fetch(batch(A))).rows == {}
    backslash = {"sqlite": "char(92)", "postgres": "chr(92)", "mariadb": "char(92)"}[site.kind]
    written = f"concat('50%', {backslash}, 'N')" if site.kind != "sqlite" else f"'50%' || {backslash} || 'N'"
    columns = "id, uscc, reg_no, org_code, name, fine, decided, mark, updated"
    await site.run([f"CREATE VIEW odd AS SELECT {columns}, {written} AS content FROM penalties WHERE id = '1'"])
    for value, found in (("50%\\N", 1), ("50%N", 0), ("50%\\\\N", 0)):
        described = entity("odd", where={"content": value}, tombstone=None)
        async with site.connector(entities={ENTITY: described}) as connector:
            assert len((await connector.fetch(batch(A))).rows) == found, value
    await site.run(["DROP VIEW odd"])


async def test_missing_table_is_named(site: Site) -> None:
    async with site.connector(entities={ENTITY: entity("cf_info")}) as connector:
        with pytest.raises(SourceMisread, match="table `cf_info` is missing"):
            await connector.fetch(batch(A))


@pytest.mark.parametrize("url", ["", "no url", "oracle://scott:tiger@host/x", "postgresql://u:tiger@host/x"])
def test_wrong_urls_are_not_quoted(url: str) -> None:
    with pytest.raises(ConfigError, match="`DEPARTMENT_URL` holds no URL") as raised:
        open_connector(source(), {URL: url}, Path())
    assert "tiger" not in str(raised.value)


def test_url_that_is_not_set() -> None:
    with pytest.raises(ConfigError, match="`DEPARTMENT_URL`"):
        open_connector(source(), {}, Path())


async def test_probe(connector: SqlConnector) -> None:
    await connector.probe()


async def test_every_code_column_can_be_found_by_its_index(connector: SqlConnector, site: Site) -> None:
    size = None if connector._database.arrays else 1
    text = connector._question(ENTITY, "USCC", FIELDS, False, ("REG_NO", "ORG_CODE"), size, ()).text
    for at, code in enumerate((A, REG_NO[A], ORG_CODE[A]), 1):
        text = text.replace(f"${at}", f"'{{{code}}}'").replace("%s", f"'{code}'", 1).replace("?", f"'{code}'", 1)
    plans = {
        "sqlite": [f"EXPLAIN QUERY PLAN {text}"],
        "postgres": ["SET enable_seqscan = off", f"EXPLAIN {text}"],
        "mariadb": [f"EXPLAIN {text}"],
    }
    plan = str(await site.run(plans[site.kind]))
    assert all(f"penalties_{column}" in plan for column in ("uscc", "reg_no", "org_code")), plan
