"""How a batch makes the tree grow, and how hashes of the tree are read back from where they lie."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from gateway.ledger.entry import Entry, encode_entry
from gateway.ledger.facets import Found, found_of
from gateway.ledger.tables import LEDGER, LEDGER_NODE, NODE_HEIGHT, TILE, Query
from gateway.proof.merkle import Algorithm, Frontier, complete_ranges, leaf_hash, node_hash


class LedgerDamaged(Exception):
    """The tables do not hold the tree that their head tells of."""


class Row(NamedTuple):
    """One entry on its way to the tables: what LEDGER says of it, its subjects, and the text of its shape if given."""

    receipt: str
    at: str
    kind: str
    client: str
    department: str | None
    purpose: str
    outcome: str
    code: str | None
    shape: str
    entry: str
    subjects: tuple[str, ...]
    shape_text: str | None
    found: Found


def row_of(entry: Entry, shape_text: str | None = None) -> Row:
    """Return the row of ``entry``."""
    return Row(
        entry.receipt,
        entry.at,
        entry.kind,
        entry.client,
        entry.department,
        entry.purpose,
        entry.outcome,
        entry.code,
        entry.shape,
        encode_entry(entry),
        tuple(dict.fromkeys(entry.subjects)) if len(entry.subjects) > 1 else entry.subjects,
        shape_text,
        found_of(entry),
    )


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log stands: its tree, its name and the hash of its tree, which never change."""

    frontier: Frontier
    origin: str

    @property
    def size(self) -> int:
        """How many entries there are."""
        return self.frontier.size

    @property
    def algorithm(self) -> Algorithm:
        """The hash of the tree."""
        return self.frontier.algorithm


@dataclass(slots=True)
class Growth:
    """What one batch adds to the tables, as tuples in the order of their columns."""

    leaves: list[tuple[Any, ...]] = field(default_factory=list)
    subjects: list[tuple[str, int]] = field(default_factory=list)
    nodes: list[tuple[int, int, bytes]] = field(default_factory=list)
    facets: list[tuple[int, int, int, int, int]] = field(default_factory=list)


def grow(frontier: Frontier, rows: Sequence[Row]) -> Growth:
    """Append ``rows`` to ``frontier``; return what that adds to the tables."""
    growth = Growth()
    for row in rows:
        index = frontier.size
        leaf = leaf_hash(row.entry.encode(), frontier.algorithm)
        completed = frontier.append(leaf)
        growth.leaves.append((index, *row[:9], leaf, row.entry))
        growth.subjects += [(subject, index) for subject in row.subjects]
        if len(completed) > NODE_HEIGHT:
            growth.nodes += stored_nodes(completed, index)
        growth.facets.append((row.found.facets.number, index, *row.found.figures))
    return growth


def stored_nodes(completed: Sequence[bytes], index: int) -> list[tuple[int, int, bytes]]:
    """Return the rows of LEDGER_NODE among the subtrees that the leaf at ``index`` ``completed``, by height."""
    return [(height, index >> height, completed[height]) for height in range(NODE_HEIGHT, len(completed), NODE_HEIGHT)]


Read = Callable[[Query], Sequence[Any]]
"""Returns the rows that a query selects."""


class Tiles:
    """Reads hashes of ranges of a tree (`gateway.proof.merkle.HashOf`): 256 of one height at a time, each once."""

    def __init__(self, read: Read, algorithm: Algorithm) -> None:
        self._read = read
        self._algorithm: Algorithm = algorithm
        self._tiles: dict[tuple[int, int], dict[int, bytes]] = {}

    def __call__(self, start: int, end: int) -> bytes:
        """Return the hash of the leaves from ``start`` on, before ``end``; raise LedgerDamaged when one is missing."""
        parts = [self._subtree(at, (until - at).bit_length() - 1) for at, until in complete_ranges(start, end)]
        found = parts.pop()
        while parts:
            found = node_hash(parts.pop(), found, self._algorithm)
        return found

    def root(self, size: int) -> bytes:
        """Return the root of the tree when it had ``size`` leaves."""
        return Frontier.of(size, self, self._algorithm).root()

    def _subtree(self, start: int, height: int) -> bytes:
        """Return the root of the complete subtree of ``height`` that begins with the leaf ``start``."""
        level = height - height % NODE_HEIGHT
        first = start >> level
        tile = self._tile(level, first // TILE)
        try:
            hashes = [tile[each] for each in range(first, first + (1 << (height - level)))]
        except KeyError as missing:
            what = f"entry {missing}" if level == 0 else f"the hash of height {level} at {missing}"
            raise LedgerDamaged(f"{what} is missing in the ledger") from None
        while len(hashes) > 1:
            hashes = [node_hash(*pair, self._algorithm) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]

    def _tile(self, level: int, number: int) -> dict[int, bytes]:
        place = level, number
        if place not in self._tiles:
            self._tiles[place] = dict(self._read(_tile_query(level, number)))
        return self._tiles[place]


def _tile_query(level: int, tile: int) -> Query:
    first, last = tile * TILE, (tile + 1) * TILE - 1
    if level == 0:
        return sa.select(LEDGER.c["index"], LEDGER.c.leaf).where(LEDGER.c["index"].between(first, last))
    index = LEDGER_NODE.c["index"]
    return sa.select(index, LEDGER_NODE.c.hash).where(LEDGER_NODE.c.level == level, index.between(first, last))
