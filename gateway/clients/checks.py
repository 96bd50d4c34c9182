"""What a new client is held to before it is written: all that `check` holds the whole register to."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from connectors.errors import ConfigError, Mistake
from gateway.auth.clients import read_clients
from gateway.catalogue.across import department_mistakes
from gateway.clients.model import ClientRefused, Entry
from gateway.configuration import Configuration
from gateway.kit.agreement import owner_mistakes

NEW: Final = "client new"
"""Where a mistake is said to be: nothing is written yet."""


def require_sound(configuration: Configuration, name: str, spec: dict[str, Any]) -> None:
    """Raise `ConfigError` with every mistake that `check` would find in the client."""
    policy, departments = configuration.policy, configuration.departments
    clients = read_clients({"clients": {name: spec}}, NEW, policy, departments)
    mistakes = [*department_mistakes((), clients.values(), policy, departments)]
    mistakes += owner_mistakes(replace(configuration, clients=clients))
    if mistakes:
        raise ConfigError([Mistake(NEW, each.place, each.message) for each in mistakes])


def refuse_shared(spec: Mapping[str, Any], entries: Iterable[Entry]) -> None:
    """Raise `ClientRefused` when another client has its secret where this one is to have it."""
    for key in ("secret_env", "secret_file"):
        if (value := spec.get(key)) is not None:
            for each in entries:
                if each.spec.get(key) == value:
                    raise ClientRefused(
                        f"`{value}` is the secret of `{each.id}`: name another with --{key.replace('_', '-')}"
                    )
