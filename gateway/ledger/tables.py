"""The tables of the ledger, the same in SQLite and PostgreSQL, for whoever writes or reads them.

`index` is the place of an entry in the log, from 0 without a gap: the order of commits, whatever the clocks say. Beside
the exact text of an entry stand the columns that it is searched by. Each has an index that ends in `index`, so that a
page of any of them is read by its key (`where index < :last order by index desc`), however many entries there are.
What the seven cost together (SQLite, entries of 1 KB): 190 bytes an entry and, in batches of 32, about 20 us of the 60
that the writing thread takes for one. Turned down: a search by the text of entries, which would read them all.

A subject is found in `ledger_subject`; what the fields of an answer mean in `ledger_shape`, once for all answers of a
plan. `ledger_node` holds the roots of complete subtrees of height 8, 16, 24 ...: a proof reads at most 256 hashes of
each height. `ledger_head` is the one row that each batch takes, moves and gives back.
"""

from typing import Any, Final

import sqlalchemy as sa

from gateway.ledger.facets import facet_tables

Query = sa.Select[*tuple[Any, ...]]
"""Whatever selects from these tables."""
METADATA: Final = sa.MetaData()
_INDEX: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # in SQLite: the row's own number
NODE_HEIGHT: Final = 8
"""Every how many levels of the tree hashes are stored."""
TILE: Final = 1 << NODE_HEIGHT

LEDGER: Final = sa.Table(
    "ledger",
    METADATA,
    sa.Column("index", _INDEX, primary_key=True, autoincrement=False),
    sa.Column("receipt", sa.String(32), nullable=False, unique=True),
    sa.Column("at", sa.String(24), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("code", sa.Text),
    sa.Column("shape", sa.String(32), nullable=False),
    sa.Column("leaf", sa.LargeBinary(32), nullable=False),
    sa.Column("entry", sa.Text, nullable=False),
)
SEARCHED: Final = ("at", "kind", "client", "department", "purpose", "outcome", "shape")
"""The columns of LEDGER with an index of their own. A period: `period` tells the places of its entries."""
for _name in SEARCHED:
    sa.Index(f"ledger_{_name}_index", LEDGER.c[_name], LEDGER.c["index"])

LEDGER_SUBJECT: Final = sa.Table(
    "ledger_subject",
    METADATA,
    sa.Column("pseudonym", sa.String(73), primary_key=True),
    sa.Column("index", _INDEX, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
LEDGER_SHAPE: Final = sa.Table(
    "ledger_shape",
    METADATA,
    sa.Column("digest", sa.String(32), primary_key=True),
    sa.Column("shape", sa.Text, nullable=False),
)
LEDGER_NODE: Final = sa.Table(
    "ledger_node",
    METADATA,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("index", _INDEX, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)
LEDGER_HEAD: Final = sa.Table(
    "ledger_head",
    METADATA,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    sa.Column("size", _INDEX, nullable=False),
    sa.Column("frontier", sa.LargeBinary, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("algorithm", sa.Text, nullable=False),
)
LEDGER_CHECKPOINT: Final = sa.Table(
    "ledger_checkpoint",
    METADATA,
    sa.Column("size", _INDEX, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(24), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)
FACETS, FACET_NAMES, DAYS = facet_tables(METADATA)
PROBE: Final = sa.Table("ledger_probe", METADATA, sa.Column("id", sa.Integer, primary_key=True))


def period(since: str, until: str) -> Query:
    """Return what selects the first and the last `index` of the entries with ``since <= at < until``.

    Within those places other times occur, where a clock was set back or two replicas' clocks differ: compare `at` too.
    """
    place = LEDGER.c["index"]
    return sa.select(sa.func.min(place), sa.func.max(place)).where(LEDGER.c.at >= since, LEDGER.c.at < until)
