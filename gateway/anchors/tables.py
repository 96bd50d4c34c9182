"""The tables of anchors, in the ledger's database: which checkpoint each has, and the tokens of timestamps."""

from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()
LEDGER_ANCHOR: Final = sa.Table(
    "ledger_anchor",
    METADATA,
    sa.Column("anchor", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("at", sa.String(24), nullable=False),
)
"""The last checkpoint that an anchor took, and when."""
LEDGER_TIMESTAMP: Final = sa.Table(
    "ledger_timestamp",
    METADATA,
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("anchor", sa.Text, primary_key=True),
    sa.Column("at", sa.String(24), primary_key=True),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("token", sa.LargeBinary, nullable=False),
)
"""A token over ``note``, a checkpoint of ``size``; ``at`` is the time that the token states."""
