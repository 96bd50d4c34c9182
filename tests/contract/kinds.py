"""Each kind of connector with the same small department behind it."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from connectors import open_connector
from connectors.spec import (
    FieldSpec,
    FileEntity,
    FileSource,
    GraphqlEntity,
    GraphqlSource,
    KeySpec,
    RestEntity,
    RestSource,
    SoapEntity,
    SoapSource,
    SourceSpec,
    SqlEntity,
    SqlSource,
)
from gateway.kit.bench import Bench
from tests.connectors.departments import listening
from tests.connectors.envelopes import FOLDER
from tests.contract.sites import COLUMNS, ENTITY, HttpSite, Site, StoredSite
from tests.faults import fault_proxy

_BASE: Final[dict[str, Any]] = {
    "name": "site",
    "department": "court",
    "title": "测试系统",
    "contact": "测试",
    "timeout_seconds": 5.0,
    "concurrency": 4,
}
_ENTITY: Final[dict[str, Any]] = {
    "keys": {"USCC": KeySpec(column="code")},
    "record_key": ["number"],
    "fields": {
        "content": FieldSpec(column="content", type="text", scope="public"),
        "decided_on": FieldSpec(column="decided", type="date", scope="public"),
    },
}


def open_sql(folder: Path) -> AbstractAsyncContextManager[Site]:
    """Open a site in SQLite."""
    entities = {ENTITY: SqlEntity(table="penalties", **_ENTITY)}
    spec = SqlSource(url_env="SITE_URL", batch_size=50, entities=entities, **_BASE)
    path = folder / "site.sqlite"
    return _stored(spec, {"SITE_URL": f"sqlite+aiosqlite:///{path}"}, path)


def open_file(folder: Path) -> AbstractAsyncContextManager[Site]:
    """Open a site that drops a CSV file."""
    entities = {ENTITY: FileEntity(pattern="site*.csv", **_ENTITY)}
    spec = FileSource(folder_env="SITE_FOLDER", batch_size=50, entities=entities, **_BASE)
    return _stored(spec, {"SITE_FOLDER": str(folder)}, folder / "site-2026.csv")


def open_workbooks(folder: Path) -> AbstractAsyncContextManager[Site]:
    """Open a site that drops a workbook."""
    entities = {ENTITY: FileEntity(pattern="site*.xlsx", **_ENTITY)}
    spec = FileSource(folder_env="SITE_FOLDER", batch_size=50, format="xlsx", entities=entities, **_BASE)
    return _stored(spec, {"SITE_FOLDER": str(folder)}, folder / "site-2026.xlsx")


def open_rest(folder: Path) -> AbstractAsyncContextManager[Site]:
    """Open a site with an HTTP JSON interface that takes one key a call, in the address."""
    entities = {ENTITY: RestEntity(path="/api/penalties", key_parameter="code", items="data", **_ENTITY)}
    return _served(RestSource(url_env="SITE_URL", batch_size=1, entities=entities, **_BASE), folder)


def open_rest_batch(folder: Path) -> AbstractAsyncContextManager[Site]:
    """Open a site with an HTTP JSON interface that takes many keys a call, in the body."""
    told: dict[str, Any] = {"path": "/api/penalties", "method": "POST", "key_parameter": "codes", "items": "data"}
    entities = {ENTITY: RestEntity(**told, **_ENTITY)}
    return _served(RestSource(url_env="SITE_URL", batch_size=20, entities=entities, **_BASE), folder)


def open_soap(folder: Path) -> AbstractAsyncContextManager[Site]:
    """Open a site with a SOAP interface."""
    elements = "".join(f'<xs:element name="{name}" type="xs:string"/>' for name in COLUMNS)
    rating = re.compile(r'(<xs:complexType name="Rating">\s*<xs:sequence>).*?(</xs:sequence>)', re.DOTALL)
    wsdl, changed = rating.subn(rf"\1{elements}\2", (FOLDER / "tax_credit.wsdl").read_text(encoding="utf-8"))
    assert changed == 1
    (folder / "site.wsdl").write_text(wsdl, encoding="utf-8")
    told: dict[str, Any] = {"operation": "queryCredit", "key_element": "nsrsbh", "items": "pjxx.item"}
    entities = {ENTITY: SoapEntity(**told, **_ENTITY)}
    return _served(SoapSource(url_env="SITE_URL", wsdl="site.wsdl", batch_size=1, entities=entities, **_BASE), folder)


def open_graphql(folder: Path) -> AbstractAsyncContextManager[Site]:
    """Open a site with a GraphQL interface that takes a list of keys."""
    told: dict[str, Any] = {"field": "penalties", "key_argument": "codes", "key_type": "[String!]!", "items": ""}
    entities = {ENTITY: GraphqlEntity(**told, **_ENTITY)}
    return _served(GraphqlSource(url_env="SITE_URL", batch_size=20, entities=entities, **_BASE), folder)


def open_graphql_one(folder: Path) -> AbstractAsyncContextManager[Site]:
    """Open a site with a GraphQL interface that takes one key a call, which stands above the records."""
    told: dict[str, Any] = {"field": "subject", "key_argument": "code", "key_type": "String!", "items": "penalties"}
    entities = {ENTITY: GraphqlEntity(**told, **(_ENTITY | {"keys": {"USCC": KeySpec(column="/code")}}))}
    return _served(GraphqlSource(url_env="SITE_URL", batch_size=1, entities=entities, **_BASE), folder)


@asynccontextmanager
async def _served(spec: RestSource | SoapSource | GraphqlSource, folder: Path) -> AsyncIterator[Site]:
    sites: list[HttpSite] = []
    async with listening(lambda asked: sites[0].answer(asked)) as (_, url), fault_proxy(url) as proxy:
        sites.append(HttpSite(spec, {"SITE_URL": proxy.before(url)}, folder, proxy))
        yield sites[0]


@asynccontextmanager
async def _stored(spec: SourceSpec, environ: Mapping[str, str], path: Path) -> AsyncIterator[Site]:
    site = StoredSite(spec, environ, path)
    site.hold(())
    yield site


def bench_of(site: Site) -> Bench:
    """Return the source of ``site``, to be opened as often as is needed."""
    return Bench(site.spec, lambda spec, environ: open_connector(spec, environ, site.folder), site.environ)


OPENERS: Final[dict[str, Callable[[Path], AbstractAsyncContextManager[Site]]]] = {
    "sql": open_sql,
    "rest": open_rest,
    "rest-batch": open_rest_batch,
    "soap": open_soap,
    "graphql": open_graphql,
    "graphql-one": open_graphql_one,
    "file": open_file,
    "file-xlsx": open_workbooks,
}
"""A kind, perhaps with a way to be asked, and what opens a department of it in a folder."""
