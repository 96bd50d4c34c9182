"""Files that departments drop into a folder: CSV, in UTF-8 or an encoding of Chinese, and Excel workbooks."""

from connectors.file.connector import FileConnector

__all__ = ["FileConnector"]
