"""The tables of watches, what is known of their sections, and their messages: SQLAlchemy Core, SQLite and PostgreSQL.

# INVARIANT: nothing of a section is in them but a keyed digest; whom a watch is about, which consents it rests on and
what a message says are sealed (`gateway.watch.sealing`), and a message that has arrived is emptied.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gateway.watch.rounds import Known

METADATA: Final = sa.MetaData()
WATCHES: Final = sa.Table(
    "watches",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("client", sa.String(128), nullable=False),
    sa.Column("owner", sa.String(80), nullable=False),
    sa.Column("purpose", sa.String(64), nullable=False),
    sa.Column("case_number", sa.Text),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("sections", sa.Text, nullable=False),
    sa.Column("subjects", sa.Integer, nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("every_seconds", sa.Float(53), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(32)),
    sa.Column("started_at", sa.String(24), nullable=False),
    sa.Column("stopped_at", sa.String(24)),
    sa.Column("asked_at", sa.String(24)),
    sa.Column("next_at", sa.Float(53), nullable=False),
    sa.Column("lease", sa.String(32)),
    sa.Column("leased_until", sa.Float(53)),
    sa.Column("mutation", sa.String(64), unique=True),
    sa.Column("input", sa.String(64), nullable=False),
    sa.Index("watches_due", "state", "next_at"),
    sa.Index("watches_owner", "owner", "state"),
)
"""``owner`` is the pseudonym of the client with the own subject that its token told: subjects that come through one
client do not see each other's. ``scopes`` and ``sections`` are JSON lists; ``mutation`` is the digest of who sent which
idempotency key, ``input`` of what was asked with it."""
STANDINGS: Final = sa.Table(
    "watch_standings",
    METADATA,
    sa.Column("watch", sa.String(32), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("section", sa.String(128), primary_key=True),
    sa.Column("state", sa.String(64)),
    sa.Column("digest", sa.String(64)),
    sa.Column("since", sa.String(24)),
    sa.Column("unknown_since", sa.String(24)),
)
"""``place`` is that of the subject's key among the watch's sealed keys."""
MESSAGES: Final = sa.Table(
    "watch_messages",
    METADATA,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("watch", sa.String(32), nullable=False),
    sa.Column("client", sa.String(128), nullable=False),
    sa.Column("owner", sa.String(80), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("made_at", sa.String(24), nullable=False),
    sa.Column("receipt", sa.String(32), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", sa.Float(53), nullable=False),
    sa.Column("lease", sa.String(32)),
    sa.Column("leased_until", sa.Float(53)),
    sa.Column("error", sa.String(64)),
    sa.Column("sealed", sa.Text),
    sa.Index("watch_messages_due", "state", "due_at"),
    sa.Index("watch_messages_owner", "owner", "id"),
)
State = Literal["ACTIVE", "STOPPED"]
Delivery = Literal["WAITING", "DELIVERED", "DEAD"]


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch as it is kept; ``next_at`` is UNIX seconds, other times are ISO 8601 in UTC."""

    id: str
    client: str
    owner: str
    purpose: str
    case_number: str | None
    scopes: tuple[str, ...]
    sections: tuple[str, ...]
    subjects: int
    sealed: str = field(repr=False)
    every_seconds: float
    state: State
    reason: str | None
    started_at: str
    stopped_at: str | None
    asked_at: str | None
    next_at: float


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is kept; ``sealed`` is None once it has arrived."""

    id: str
    watch: str
    client: str
    owner: str
    state: Delivery
    made_at: str
    receipt: str
    attempts: int
    due_at: float
    error: str | None
    sealed: str | None = field(repr=False)


_LISTS: Final = ("scopes", "sections")


def watch_row(watch: Watch) -> dict[str, Any]:
    """Return the columns of WATCHES that hold ``watch``."""
    row = {name: getattr(watch, name) for name in Watch.__dataclass_fields__}
    return row | {name: json.dumps(row[name]) for name in _LISTS}


def watch_of(row: sa.Row[Any]) -> Watch:
    """Return what a whole row of WATCHES holds."""
    said = {name: getattr(row, name) for name in Watch.__dataclass_fields__}
    return Watch(**(said | {name: tuple(json.loads(said[name])) for name in _LISTS}))


def message_row(message: Message) -> dict[str, Any]:
    """Return the columns of MESSAGES that hold ``message``."""
    return {name: getattr(message, name) for name in Message.__dataclass_fields__}


def message_of(row: sa.Row[Any]) -> Message:
    """Return what a whole row of MESSAGES holds."""
    return Message(**{name: getattr(row, name) for name in Message.__dataclass_fields__})


def known_of(row: sa.Row[Any]) -> Known:
    """Return what a row of STANDINGS says of its section."""
    return Known(row.state, row.digest, row.since, row.unknown_since)


def insert_once(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert ``row`` unless a row with one of its unique values stands; return whether it was inserted."""
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return bool(connection.execute(insert(table).values(**row).on_conflict_do_nothing()).rowcount == 1)


def upsert_standings(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Write ``rows`` of STANDINGS in the place of those that stand."""
    if not rows:
        return
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(STANDINGS)
    changed = {name: statement.excluded[name] for name in ("state", "digest", "since", "unknown_since")}
    keys = ["watch", "place", "section"]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)
