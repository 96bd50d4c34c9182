"""The kinds of database, by the driver name of a SQLAlchemy URL; the drivers of some come with an extra."""

from collections.abc import Mapping
from typing import Final

from connectors.sql.dialects import register
from connectors.sql.servers import Descendant, Maria, Oracle, Postgres
from connectors.sql.sqlite import Sqlite

KINDS: Final[Mapping[str, type[Postgres] | type[Maria] | type[Oracle] | type[Sqlite]]] = {
    "postgresql+asyncpg": Postgres,
    "mariadb+asyncmy": Maria,
    "mysql+asyncmy": Maria,
    "sqlite+aiosqlite": Sqlite,
    "kingbase+asyncpg": Descendant,
    "opengauss+async_gaussdb": Descendant,
    "oracle+oracledb_async": Oracle,
}
EXTRAS: Final[Mapping[str, str]] = {"opengauss+async_gaussdb": "opengauss", "oracle+oracledb_async": "oracle"}
"""Driver name -> the extra of this project that installs it."""

register()
