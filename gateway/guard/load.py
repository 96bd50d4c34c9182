"""From the guard file to the rules."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from connectors.declaration import read_toml, sound_part
from connectors.errors import ConfigError, Mistake
from gateway.guard.declared import OTHERWISE, CanarySpec, ClientSpec, Declared, Known, mistakes
from gateway.guard.model import ANY_PURPOSE, EVERYBODY, Counted, GuardRules
from schema.identifiers import canonical_name, normalize

__all__ = ["Known", "load_guard"]


def load_guard(path: Path, known: Known) -> GuardRules:
    """Return the rules of the guard file ``path``; raises `ConfigError` with every mistake of it."""
    tables = read_toml(path)
    found: list[Mistake] = []
    sound = sound_part(tables, Declared, "", lambda place, message: found.append(Mistake(path.name, place, message)))
    found += [Mistake(path.name, place, message) for place, message in mistakes(sound, known)]
    if found:
        raise ConfigError(found)
    return _compile(msgspec.convert(tables, Declared))


def _compile(declared: Declared) -> GuardRules:
    return GuardRules(
        declared.persons.enterprises_per_request,
        dict(_budgets(EVERYBODY, declared))
        | {key: budget for client, spec in declared.clients.items() for key, budget in _budgets(client, spec)},
        {value: name for name, spec in declared.canaries.items() for value in _values(spec)},
    )


def _budgets(client: str, spec: Declared | ClientSpec) -> Iterator[tuple[tuple[Counted, str, str], int]]:
    tables: Mapping[Counted, Mapping[str, int]] = {"subjects": spec.subjects_per_day, "persons": spec.persons_per_day}
    for counted, table in tables.items():
        for purpose, budget in table.items():
            yield (counted, client, ANY_PURPOSE if purpose == OTHERWISE else purpose), budget


def _values(canary: CanarySpec) -> Iterator[str]:
    """Yield what a canary may be asked for by, as `gateway.resolve` writes keys: its code, what follows, its names."""
    code = canary.uscc
    yield from (code, code[8:17], code[2:8] + code[8:17])
    yield from (canonical_name(normalize(name)) for name in canary.names)
