"""What `[limits]` of `gateway.toml`, and `limits` of a client, may say. Sizes are counts, times are seconds."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Final, Literal, TypeAlias

from msgspec import Meta, Struct

PositiveInt: TypeAlias = Annotated[int, Meta(ge=1)]
Documents: TypeAlias = Literal["any", "trusted"]
"""Which documents a client may send: any, or those of `config/documents/` only."""


class DocumentLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How large a document may be. Fragments count wherever they are spread, as they do in the answer."""

    max_bytes: PositiveInt = 65_536
    max_tokens: PositiveInt = 4_000
    max_depth: Annotated[int, Meta(ge=1, le=64)] = 24
    max_aliases: PositiveInt = 500
    max_root_fields: PositiveInt = 200
    max_directives: PositiveInt = 500
    max_directives_per_location: PositiveInt = 8
    max_fragments: Annotated[int, Meta(ge=1, le=400)] = 100
    max_variables: PositiveInt = 100
    max_introspected: PositiveInt = 150_000


class ListLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much one field may ask for: ``max_first`` items of a page, keys of subjects, values of one filter."""

    max_first: Annotated[int, Meta(ge=20)] = 1_000
    max_keys: PositiveInt = 1_000
    max_values: PositiveInt = 1_000


class SubscriptionLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many subscriptions there may be at one replica, and how long it waits for what.

    ``connections`` are WebSockets and event streams of all clients together, ``in_flight`` operations of any kind of
    one WebSocket; ``queue`` counts messages that a client has not taken yet.
    """

    per_client: PositiveInt = 20
    connections: PositiveInt = 500
    in_flight: PositiveInt = 50
    max_message_bytes: Annotated[int, Meta(ge=1_024, le=1 << 20)] = 131_072
    queue: PositiveInt = 32
    init_seconds: Annotated[float, Meta(gt=0, le=60)] = 10.0
    check_seconds: Annotated[float, Meta(gt=0, le=300)] = 5.0


class ClientDefaults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a client may take that has no limits of its own; `requests` and `cost` are for one window."""

    requests: PositiveInt = 6_000
    cost: PositiveInt = 1_000_000
    window_seconds: Annotated[int, Meta(ge=1, le=86_400)] = 60
    max_cost: PositiveInt = 100_000
    max_subjects: PositiveInt = 1_000
    documents: Documents = "any"


class ClientLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits of one client; what is left out is as the settings say.

    ``introspection`` left out is allowed in development and off in production.
    """

    requests: PositiveInt | None = None
    cost: PositiveInt | None = None
    window_seconds: Annotated[int, Meta(ge=1, le=86_400)] | None = None
    max_cost: PositiveInt | None = None
    max_subjects: PositiveInt | None = None
    documents: Documents | None = None
    introspection: bool | None = None


AS_SET: Final = ClientLimits()
"""The limits of a client that has none of its own."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one client may take: per window ``requests`` and ``cost``, per request the others."""

    requests: int
    cost: int
    window_seconds: int
    max_cost: int
    max_subjects: int
    documents: Documents
    introspection: bool


@lru_cache
def allowance(own: ClientLimits, defaults: ClientDefaults, *, production: bool) -> Allowance:
    """Return what a client with limits of its ``own`` may take; no request costs more than a whole window's budget."""
    cost = own.cost or defaults.cost
    return Allowance(
        requests=own.requests or defaults.requests,
        cost=cost,
        window_seconds=own.window_seconds or defaults.window_seconds,
        max_cost=min(own.max_cost or defaults.max_cost, cost),
        max_subjects=own.max_subjects or defaults.max_subjects,
        documents=own.documents or defaults.documents,
        introspection=not production if own.introspection is None else own.introspection,
    )
