"""Roots that the gateway answers from what it keeps itself (consents, the ledger, objections), not from any source.

Each is a function registered under the kind of its root (`schema.bindings.Root`) by `gateway.app`; `gateway.desk`
calls it in the place of fetching, and what it tells is projected, sealed and told like all else.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.plan.asks import Rights


@dataclass(frozen=True, slots=True)
class Told:
    """What one root tells: value objects with the attributes of the root's type, one or none where it is no list.

    ``about`` are whoever it is about, (scheme, normalized value), for the pseudonyms of the ledger entry; ``withheld``
    says what was kept back from the caller, (field, reason), for the denials of the entry alone.
    """

    values: Sequence[Any]
    about: Sequence[tuple[str, str]] = ()
    withheld: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Untold:
    """The root is null: ``extensions`` of its error (`code`, `reason`, `needs`) say why."""

    extensions: Mapping[str, Any]


Own = Callable[[Rights, Mapping[str, Any], str], Awaitable[Told | Untold]]
"""From the caller's rights, the arguments and the day (ISO 8601); raises `BadQuery` for an argument out of range."""
