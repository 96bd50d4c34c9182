"""Files that departments drop into a folder: CSV, in UTF-8 or an encoding of Chinese."""

from connectors.file.connector import FileConnector

__all__ = ["FileConnector"]
