"""The tables of jobs and their slices: SQLAlchemy Core, the same for SQLite and PostgreSQL.

# INVARIANT: no record and no field of one is in them: verdicts, ids of rules, names of sources and receipts only
(invariant 1). Keys of subjects are there only for a job whose keys were sent, encrypted, and until it ends.

What a caller sends reaches a statement as a bound parameter only; its idempotency key is stored as a digest.
"""

from typing import Any, Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()
JOBS: Final = sa.Table(
    "screening_jobs",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("client", sa.String(128), nullable=False),
    sa.Column("purpose", sa.String(64), nullable=False),
    sa.Column("rules", sa.String(160), nullable=False),
    sa.Column("as_of", sa.String(10), nullable=False),
    sa.Column("input", sa.String(64), nullable=False),
    sa.Column("settings", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("slices", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("sealed", sa.LargeBinary),
    sa.Column("created_at", sa.String(24), nullable=False),
    sa.Column("expires_at", sa.String(24), nullable=False),
    sa.Column("ended_at", sa.String(24)),
    sa.Column("manifest", sa.Text),
    sa.Column("failure", sa.String(64)),
    sa.Column("mutation", sa.String(64), unique=True),
    sa.Column("asked", sa.String(64), nullable=False),
    sa.Index("screening_jobs_client", "client", "id"),
    sa.Index("screening_jobs_state", "state"),
)
"""``input`` is the digest of the portfolio, ``settings`` JSON of how it is read, ``sealed`` who asks (encrypted);
``mutation`` is the digest of who sent which idempotency key, ``asked`` of what was asked with it."""
SLICES: Final = sa.Table(
    "screening_slices",
    METADATA,
    sa.Column("job", sa.String(32), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("until", sa.String(24)),
    sa.Column("holder", sa.String(64)),
    sa.Column("held_until", sa.Float),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("counts", sa.Text),
    sa.Column("outcomes", sa.LargeBinary),
    sa.Column("named", sa.LargeBinary),
    sa.Index("screening_slices_state", "job", "state"),
)
"""``state`` is OPEN, WAITS (some rows are to be asked again after ``until``) or DONE; ``holder`` has taken the slice,
and is given up at ``held_until`` (UNIX time); ``attempts`` failed; ``outcomes`` are compressed JSON, ``named`` the keys
of an inline job, encrypted."""

Row = sa.Row[Any]
