"""Whether the parts of the configuration agree with each other, beyond what the reader of each file can see.

A mistake makes something useless that somebody relies on; a note is worth a look. The files are sound by themselves.
"""

from collections.abc import Iterator

from connectors.errors import Mistake
from gateway.configuration import Configuration
from gateway.policy.model import OWNER_PREFIX


def agreement_mistakes(configuration: Configuration) -> list[Mistake]:
    """Return what two files say that cannot both be meant."""
    return [*owner_mistakes(configuration), *_closed_fields(configuration)]


def owner_mistakes(configuration: Configuration) -> Iterator[Mistake]:
    """Yield the owners' scopes of clients that open nothing: of no source, or of another department's."""
    sources = configuration.catalogue.sources
    for client in configuration.clients.values():
        for scope in sorted(client.scopes):
            if not scope.startswith(OWNER_PREFIX):
                continue
            source = sources.get(scope.removeprefix(OWNER_PREFIX))
            if source is None:
                told = f"scope `{scope}` is of no source; known: {', '.join(sources)}"
            elif source.department != client.department:
                told = f"scope `{scope}` opens nothing: `{source.name}` belongs to `{source.department}`"
            else:
                continue
            yield Mistake("clients.toml", f"clients.{client.id}.scopes", told)


def _closed_fields(configuration: Configuration) -> Iterator[Mistake]:
    """Yield the fields that nobody could ever see, though their level says that somebody should."""
    ways = configuration.policy.fields
    for source in configuration.catalogue.sources.values():
        for part, entity in source.entities.items():
            for name, spec in entity.fields.items():
                way = ways.get((spec.scope, spec.disclosure))
                if spec.disclosure != "OWNER" and way is not None and way.direct is None and way.consent is None:
                    place = f"entities.{part}.fields.{name}"
                    told = f"no purpose opens scope `{spec.scope}` at level {spec.disclosure}"
                    yield Mistake(f"{source.name}.toml", place, told)


def agreement_notes(configuration: Configuration) -> list[str]:
    """Return what is sound and still may not be meant: fields whose scope no client holds, what is not signed for."""
    held = {scope for client in configuration.clients.values() for scope in client.scopes}
    closed: dict[str, int] = {}
    for source in configuration.catalogue.sources.values():
        for entity in source.entities.values():
            for spec in entity.fields.values():
                way = configuration.policy.fields.get((spec.scope, spec.disclosure))
                holders = way.direct.holders if way is not None and way.direct is not None else ({spec.scope},)
                if any(held.isdisjoint(each) for each in holders):
                    closed[f"{source.name}: {spec.scope}"] = closed.get(f"{source.name}: {spec.scope}", 0) + 1
    notes = [f"{name} is held by no client: {count} fields are shown to nobody" for name, count in closed.items()]
    return notes + _unsigned(configuration)


def _unsigned(configuration: Configuration) -> list[str]:
    """Return one note about all policy files that production would refuse: they count in development."""
    refused = [name for name, each in configuration.covered.items() if not each.sound]
    if not refused:
        return []
    told = "policy files open more than is signed for, which production refuses"
    return [f"{len(refused)} {told}: {', '.join(refused)}; `policy verify` tells why"]
