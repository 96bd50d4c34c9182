"""Databases of departments, or their front-end machines: SQLite, PostgreSQL, MariaDB and MySQL, always read-only."""

from connectors.sql.connector import SqlConnector

__all__ = ["SqlConnector"]
