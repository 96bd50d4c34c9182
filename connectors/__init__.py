"""The sources: what a source file may say, how a kind of system is asked, how its rows are read.

`KINDS` is the only registry. A kind is imported when the first source of it is opened: whoever only needs the words of
this package pays for no driver, and zeep alone takes half a second.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Final

from connectors.base import Connector
from connectors.spec import SourceSpec

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "sql": ("connectors.sql", "SqlConnector"),
    "rest": ("connectors.rest", "RestConnector"),
    "soap": ("connectors.soap", "SoapConnector"),
    "graphql": ("connectors.graphql", "GraphqlConnector"),
    "file": ("connectors.file", "FileConnector"),
}
"""Kind of source file -> package and class of its connector."""


def open_connector(spec: SourceSpec, environ: Mapping[str, str], folder: Path) -> Connector:
    """Return the connector of ``spec``, whose file lies in ``folder``; opens no connection, raises `ConfigError`."""
    module, name = KINDS[str(spec.__struct_config__.tag)]
    connector: Connector = getattr(import_module(module), name)(spec, environ, folder)
    return connector
