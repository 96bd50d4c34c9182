"""Roots that the gateway answers from what it keeps itself (consents, the ledger, objections), not from any source.

Each is a function registered under the kind of its root (`schema.bindings.Root`) by `gateway.app`; `gateway.desk`
calls it in the place of fetching, and what it tells is projected, sealed and told like all else. A field of
`Subscription` is a stream of such answers (`gateway.subscriptions`).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
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

Stream = Callable[[Rights, Mapping[str, Any], str], AsyncIterator[Told | Untold]]
"""From the same to what is told event by event: an async generator function, which is closed when the client goes.

It raises a `RequestError` for what cannot be asked: before its first event that refuses the subscription. An `Untold`
is told as null with its reason. It is asked for the next event when the one before is on its way, so that it never runs
ahead of a slow client. ``Rights`` are those at the start: a subscription whose caller, policy or catalogue change
meanwhile is ended.
"""
