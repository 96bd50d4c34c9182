"""HTTP JSON interfaces of departments: one key a call or many, in pages or whole, signed or not."""

from connectors.rest.connector import RestConnector

__all__ = ["RestConnector"]
