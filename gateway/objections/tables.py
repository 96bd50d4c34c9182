"""The tables of objections, their messages and the marks of records: SQLAlchemy Core, for SQLite and PostgreSQL.

Nothing of a record is in them: records and subjects are pseudonyms (`gateway.ledger.pseudonym`). The key of a record
stands in a message only, sealed (`gateway.objections.message`), and goes when the message has arrived.

`record_marks` holds what counts at every reading of a record. Each change of it carries the next revision, taken under
the lock of the one row of `objection_head`: whoever has read up to a revision misses none before it.
"""

import json
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gateway.objections.model import Filed, Sending, Step, Ticket

METADATA: Final = sa.MetaData()
OBJECTIONS: Final = sa.Table(
    "objections",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("filed_at", sa.String(24), nullable=False),
    sa.Column("filed_by", sa.String(128), nullable=False),
    sa.Column("filed_as", sa.String(16), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False),
    sa.Column("receipt", sa.String(32), nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("source", sa.String(64), nullable=False),
    sa.Column("department", sa.String(64), nullable=False),
    sa.Column("entity", sa.String(64), nullable=False),
    sa.Column("field", sa.String(160), nullable=False),
    sa.Column("record", sa.String(80), nullable=False),
    sa.Column("ground", sa.String(24), nullable=False),
    sa.Column("statement", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("contact", sa.String(64)),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("changed_at", sa.String(24), nullable=False),
    sa.Column("accept_by", sa.String(10)),
    sa.Column("due_on", sa.String(10)),
    sa.Column("live", sa.String(64), unique=True),
    sa.Column("mutation", sa.String(64), unique=True),
    sa.Column("input", sa.String(64), nullable=False),
    sa.Index("objections_subject", "subject"),
    sa.Index("objections_source", "source", "state"),
)
"""``evidence`` is a JSON list. ``live`` is the digest of who objects to what, while that is open: nobody files one
thing twice. ``mutation`` is the digest of who sent which idempotency key, ``input`` of what was asked with it."""
STEPS: Final = sa.Table(
    "objection_steps",
    METADATA,
    sa.Column("objection", sa.String(32), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.String(24), nullable=False),
    sa.Column("before", sa.String(16), nullable=False),
    sa.Column("after", sa.String(16), nullable=False),
    sa.Column("by", sa.String(128), nullable=False),
    sa.Column("note", sa.Text),
)
OUTBOX: Final = sa.Table(
    "objection_outbox",
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("objection", sa.String(32), nullable=False, unique=True),
    sa.Column("department", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", sa.Float(53), nullable=False),
    sa.Column("lease", sa.String(32)),
    sa.Column("leased_until", sa.Float(53)),
    sa.Column("error", sa.String(64)),
    sa.Column("sealed", sa.Text),
    sa.Index("objection_outbox_due", "state", "due_at"),
)
MARKS: Final = sa.Table(
    "record_marks",
    METADATA,
    sa.Column("record", sa.String(80), primary_key=True),
    sa.Column("source", sa.String(64), nullable=False),
    sa.Column("entity", sa.String(64), nullable=False),
    sa.Column("open", sa.Integer, nullable=False),
    sa.Column("repaired_on", sa.String(10)),
    sa.Column("basis", sa.Text),
    sa.Column("noticed_by", sa.String(128)),
    sa.Column("noticed_at", sa.String(24)),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Index("record_marks_revision", "revision"),
)
HEAD: Final = sa.Table(
    "objection_head",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("revision", sa.BigInteger, nullable=False),
)
"""One row, with the id 1."""


def insert_once(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert ``row`` unless a row with one of its unique values stands; return whether it was inserted."""
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return bool(connection.execute(insert(table).values(**row).on_conflict_do_nothing()).rowcount == 1)


def next_revision(connection: sa.Connection) -> int:
    """Return the next revision, and hold the row that gives them until the transaction ends."""
    raised = sa.update(HEAD).where(HEAD.c.id == 1).values(revision=HEAD.c.revision + 1).returning(HEAD.c.revision)
    return int(connection.execute(raised).scalar_one())


def ticket_row(ticket: Ticket) -> dict[str, Any]:
    """Return the columns of OBJECTIONS that hold ``ticket``."""
    row = {name: getattr(ticket, name) for name in Ticket.__dataclass_fields__}
    return row | {"evidence": json.dumps(ticket.evidence)}


def ticket_of(row: sa.Row[Any]) -> Ticket:
    """Return what a whole row of OBJECTIONS holds."""
    said = {name: getattr(row, name) for name in Ticket.__dataclass_fields__}
    return Ticket(**{**said, "evidence": tuple(json.loads(row.evidence))})


def sending_of(row: sa.Row[Any]) -> Sending:
    """Return what a whole row of OUTBOX holds."""
    return Sending(row.id, row.objection, row.state, row.attempts, row.due_at, row.error, row.sealed)


def filed_of(connection: sa.Connection, rows: list[sa.Row[Any]]) -> list[Filed]:
    """Return the tickets of whole ``rows`` of OBJECTIONS with their steps and messages, in their order."""
    ids = [row.id for row in rows]
    steps: dict[str, list[Step]] = {}
    of_these = sa.select(STEPS).where(STEPS.c.objection.in_(ids)).order_by(STEPS.c.number)
    for row in connection.execute(of_these):
        steps.setdefault(row.objection, []).append(Step(row.at, row.before, row.after, row.by, row.note))
    messages = connection.execute(sa.select(OUTBOX).where(OUTBOX.c.objection.in_(ids)))
    sendings = {row.objection: sending_of(row) for row in messages}
    return [Filed(ticket_of(row), tuple(steps.get(row.id, ())), sendings[row.id]) for row in rows]
