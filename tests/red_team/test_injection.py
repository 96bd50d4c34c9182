"""Attacks by what a key says: into SQL, addresses, bodies, envelopes, documents sent on, and tables in files.

Each kind of source holds a record under the hostile key and one under another. What it receives is the key, exactly,
and nothing else: the one record is found, the other is not.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from lxml import etree
from msgspec.structs import replace

from connectors import open_connector
from connectors.base import Batch
from connectors.spec import KeySpec
from gateway.demo.listen import Answered, Asked
from schema.identifiers import canonical_name
from tests.connectors import sql_sources
from tests.connectors.departments import listening
from tests.contract.kinds import OPENERS
from tests.contract.sites import ENTITY, FIELDS, HttpSite, Site
from tests.servers import Server

KEYS: Final = {
    "a quote": "甲'OR'1'='1",
    "a double quote": '甲"OR""="',
    "a backslash before a quote": "甲\\';DROP/**/TABLE/**/PENALTIES;#",
    "a character that ends in a backslash in gbk": "縗'OR/**/1#",
    "a comment": "甲';--",
    "wildcards": "甲%_*?",
    "an array": "{甲,NULL}",
    "a place for a parameter": "甲$1?:KEY%S{0}",
    "the end of an element": "甲</NSRSBH><NSRSBH>乙",
    "the end of a section": "甲<!--乙-->&LT;",
    "an entity": "<!ENTITY甲SYSTEM'FILE:///ETC/PASSWD'>&甲;",
    "a further parameter": "甲&CODE=乙&PAGE=9#",
    "a path": "../../../ETC/PASSWD?甲",
    "an escape": "甲%00%0D%0A%27",
    "the end of a text in json": '甲","$NE":"乙',
    "the end of an argument": '甲"}{SECRET}#',
    "a variable of a template": "${JNDI:LDAP://甲}{{7*7}}",
    "a formula": "=CMD|'/C!CALC'!A1甲",
    "a formula of another kind": "@甲+SUM1;2",
    "a list": "甲,乙;丙",
    "a character of two units": "甲𠮷'😀",
}
"""Each as the keys of a batch are written: nothing but the connector stands between it and the source."""
OTHER: Final = "乙公司"


def test_each_key_is_one_that_a_batch_may_hold() -> None:
    assert {name: canonical_name(key) for name, key in KEYS.items()} == KEYS


def named(site: Site, column: str = "code") -> Any:
    """Return the source file of ``site``, asked by name."""
    entity = site.spec.entities[ENTITY]
    keys = {"NAME": KeySpec(column=column)}
    return replace(site.spec, entities={ENTITY: replace(entity, keys=keys)})


async def found(spec: Any, environ: Mapping[str, str], folder: Path, key: str) -> dict[str, list[Any]]:
    """Return what a fresh connector finds under ``key``: the first value of every record by its key."""
    connector = open_connector(spec, environ, folder)
    try:
        answer = await connector.fetch(Batch(ENTITY, "NAME", (key,), FIELDS))
    finally:
        await connector.close()
    assert not answer.unreadable
    return {name: [row.values[0] for row in rows] for name, rows in answer.rows.items()}


# Guard: SQL is written without keys, which go as parameters (`connectors.sql.statements`); files are read whole and
# their cells compared (`connectors.file.index`).
TABLES: Final = [
    pytest.param(kind, key, id=f"{kind}-{name}")
    for kind in ("sql", "file", "file-xlsx")
    for name, key in KEYS.items()
    if (kind, key[0]) != ("file-xlsx", "=")  # what writes the workbook would make a formula of it
]


@pytest.mark.parametrize(("kind", "key"), TABLES)
async def test_a_table_is_asked_for_the_key_alone(tmp_path: Path, kind: str, key: str) -> None:
    async with OPENERS[kind](tmp_path) as site:
        site.hold([(OTHER, "2", "别人的", "2026-01-02"), (key, "1", "本人的", "2026-01-01")])
        assert await found(named(site), site.environ, site.folder, key) == {key: ["本人的"]}
        assert await found(named(site), site.environ, site.folder, OTHER) == {OTHER: ["别人的"]}


@pytest.fixture(scope="session", params=["postgres", "mariadb"])
async def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> sql_sources.Site:
    kind: str = request.param
    server: Server = request.getfixturevalue(f"{kind}_server")
    text = "text" if kind == "postgres" else "varchar(60) CHARACTER SET utf8mb4"
    rows = [f"({_literal(kind, key)}, '{at}', '本人的', '2026-01-01')" for at, key in enumerate(KEYS.values())]
    made = sql_sources._SITES[kind](server.port, tmp_path_factory.mktemp("injected"))
    await made.run([
        f"CREATE TABLE injected (name {text}, id {text}, content {text}, decided {text})",
        f"INSERT INTO injected VALUES ('{OTHER}', 'x', '别人的', '2026-01-02'), {', '.join(rows)}",
    ])  # fmt: skip
    return made


def _literal(kind: str, text: str) -> str:
    digits = text.encode().hex()
    return f"convert_from('\\x{digits}', 'UTF8')" if kind == "postgres" else f"CONVERT(x'{digits}' USING utf8mb4)"


# Guard: the same, with the drivers of servers, which write parameters in two ways.
@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
async def test_a_database_is_asked_for_the_key_alone(database: sql_sources.Site, key: str) -> None:
    described = sql_sources.entity(
        "injected", keys={"NAME": KeySpec(column="name")}, also_by=[], tombstone=None, as_of=None
    )
    spec = sql_sources.source(entities={ENTITY: described})
    environ = {sql_sources.URL: database.url}
    connector = open_connector(spec, environ, Path())
    try:
        answer = await connector.fetch(Batch(ENTITY, "NAME", (key, "丙"), ("content",)))
        everything = await connector.fetch(Batch(ENTITY, "NAME", (*KEYS.values(), OTHER), ("content",)))
    finally:
        await connector.close()
    assert {name: [row.values for row in rows] for name, rows in answer.rows.items()} == {key: [("本人的",)]}
    assert len(everything.rows) == len(KEYS) + 1, "the table is whole"


# Guard: a key is quoted in an address (`rest.question`), encoded in a body, escaped in an envelope (`soap.interface`),
# a variable of a document (`graphql.question`). What else is sent is what is sent about anybody.


def _in_address(asked: Asked) -> tuple[Any, str]:
    assert (asked.path, asked.body, set(asked.query)) == ("/api/penalties", b"", {"code"})
    return asked.query["code"], "&".join(sorted(asked.query))


def _in_body(asked: Asked) -> tuple[Any, str]:
    (keys,) = orjson.loads(asked.body).values()
    return keys[0], f"{asked.target!r} {len(keys)}"


def _in_envelope(asked: Asked) -> tuple[Any, str]:
    every = list(etree.fromstring(asked.body).iter())
    (text,) = [each.text for each in every if each.text and each.text.strip()]
    return text, " ".join(str(each.tag) for each in every)


def _in_variables(asked: Asked) -> tuple[Any, str]:
    (key,) = orjson.loads(asked.body)["variables"].values()
    return key[0] if isinstance(key, list) else key, orjson.loads(asked.body)["query"]


READERS: Final[dict[str, Callable[[Asked], tuple[Any, str]]]] = {
    "rest": _in_address,
    "rest-batch": _in_body,
    "soap": _in_envelope,
    "graphql": _in_variables,
    "graphql-one": _in_variables,
}
"""Kind -> what reads the key that a department was asked for, and all else that it was told."""


@pytest.fixture(scope="module", params=READERS)
async def interface(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, Site]]:
    kind: str = request.param
    async with OPENERS[kind](tmp_path_factory.mktemp("interface")) as site:
        yield kind, site


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
async def test_an_interface_is_asked_for_the_key_alone(interface: tuple[str, Site], key: str) -> None:
    kind, site = interface
    assert isinstance(site, HttpSite)
    heard: list[tuple[Any, str, frozenset[bytes]]] = []

    def reply(asked: Asked) -> Answered:
        said, beside = READERS[kind](asked)
        heard.append((said, beside, frozenset(asked.headers)))
        rows = [{"code": said, "number": "1", "content": "本人的", "decided": "2026-01-01"}]
        return Answered(site._told(rows, asked))

    spec = named(site, "/code" if kind == "graphql-one" else "code")
    async with listening(reply) as (_, url):
        assert await found(spec, {"SITE_URL": url}, site.folder, key) == {key: ["本人的"]}
        assert await found(spec, {"SITE_URL": url}, site.folder, OTHER) == {OTHER: ["本人的"]}
    (hostile, *told), (_, *usual) = heard[0], heard[-1]
    assert hostile == key
    assert told == usual, "all else is as it is for anybody"
