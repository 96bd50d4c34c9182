"""SQLAlchemy's dialects of databases that descend from PostgreSQL, speak its protocol, and call themselves otherwise.

SQLAlchemy reads the version from what a server calls itself, and refuses those that do not say PostgreSQL. The packages
with dialects of their own do not load beside SQLAlchemy 2.1 (2026-11: opengauss-sqlalchemy 2.4.0, dmSQLAlchemy 2.0.17).
"""

from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi, PGDialect_asyncpg


class Descendant(PGDialect_asyncpg):
    """A descendant of PostgreSQL 9.2 or later; what we write needs nothing newer."""

    supports_statement_cache = True

    def _get_server_version_info(self, connection: Any) -> tuple[int, ...]:
        return (9, 2)


class KingbaseDialect(Descendant):
    """KingbaseES in its PostgreSQL mode, through asyncpg."""


class OpenGaussDialect(Descendant):
    """openGauss and GaussDB, through the driver that knows how they check passwords."""

    driver = "async_gaussdb"

    @classmethod
    def import_dbapi(cls) -> Any:
        return AsyncAdapt_asyncpg_dbapi(__import__("async_gaussdb"))  # type: ignore[no-untyped-call]


def register() -> None:
    """Let SQLAlchemy find these dialects by the driver names of URLs."""
    registry.register("kingbase.asyncpg", __name__, KingbaseDialect.__name__)
    registry.register("opengauss.async_gaussdb", __name__, OpenGaussDialect.__name__)
