"""Addresses and secrets for every source, at none of which anybody is: for a gateway that starts all the same."""

from collections.abc import Iterable

from connectors.load import variables
from connectors.spec import FileSource, SourceSpec, SqlSource

SECRET = "hidden"


def nobody_there(sources: Iterable[SourceSpec]) -> dict[str, str]:
    """Return the variables that ``sources`` need: addresses that lead nowhere, and `SECRET` for the rest."""
    environment: dict[str, str] = {}
    for spec in sources:
        environment.update(dict.fromkeys(variables(spec), SECRET))
        if isinstance(spec, FileSource):
            environment[spec.folder_env] = f"/no/such/{spec.name}"
        elif isinstance(spec, SqlSource):
            environment[spec.url_env] = f"postgresql+asyncpg://reader:{SECRET}@127.0.0.1:1/{spec.name}"
        else:
            environment[spec.url_env] = f"http://127.0.0.1:1/{spec.name}"
    return environment
