"""Source files before their departments, as tests of one department ask them: through the real connector."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from connectors import open_connector
from connectors.base import Answer, Batch, Connector
from connectors.load import Known, load_sources
from connectors.spec import SourceSpec
from gateway.departments import load_departments
from gateway.policy import load_policy

CONFIG: Final = Path(__file__).parents[2] / "config"


def source_specs() -> dict[str, SourceSpec]:
    """Return all source files of `config/sources`."""
    policy = load_policy(CONFIG / "scopes.toml")
    return load_sources(CONFIG / "sources", Known(load_departments(CONFIG / "departments.toml"), policy.field_mistake))


class Asked:
    """One source, asked for all fields of a part."""

    def __init__(self, spec: SourceSpec, connector: Connector) -> None:
        self.spec = spec
        self.connector = connector

    async def answer(
        self, part: str, scheme: str, keys: Iterable[str], aliases: Mapping[str, Mapping[str, str]] | None = None
    ) -> Answer:
        """Return what the source says about ``keys``."""
        fields = tuple(self.spec.entities[part].fields)
        return await self.connector.fetch(Batch(part, scheme, tuple(keys), fields, aliases=aliases or {}))

    async def records(
        self, part: str, scheme: str, key: str, aliases: Mapping[str, Mapping[str, str]] | None = None
    ) -> list[dict[str, Any]]:
        """Return the records of ``key``, field by field; all of them must be readable."""
        answer = await self.answer(part, scheme, [key], aliases)
        assert not answer.unreadable
        fields = tuple(self.spec.entities[part].fields)
        return [dict(zip(fields, row.values, strict=True)) for row in answer.rows.get(key, ())]


@asynccontextmanager
async def asked(source: str, environment: Mapping[str, str]) -> AsyncIterator[Asked]:
    """Open the source file ``source`` with the addresses of ``environment``."""
    spec = source_specs()[source]
    connector = open_connector(spec, environment, CONFIG / "sources")
    yield Asked(spec, connector)
    await connector.close()
