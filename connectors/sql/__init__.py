"""Databases of departments, or their front-end machines, always read-only: `connectors.sql.kinds` lists them."""

from connectors.sql.connector import SqlConnector

__all__ = ["SqlConnector"]
