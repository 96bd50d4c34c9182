"""Receipts, checkpoints and replays as the graph shows them; the attributes are those of the types in the schema."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.checks.replay import CheckReplay
from gateway.ledger import Denial, Entry, Proven, SourceUse
from gateway.proof.bundle import Receipt
from gateway.proof.explain import ExplainedField
from gateway.proof.finding import Finding
from gateway.proof.merkle import leaf_hash
from gateway.proof.note import Checkpoint, read_checkpoint, split_note


@dataclass(frozen=True, slots=True)
class ShownCount:
    """One coverage status, counted."""

    status: str
    count: int


@dataclass(frozen=True, slots=True)
class ShownUse:
    """What was asked of one entity of one source."""

    source: str
    use: SourceUse

    def __getattr__(self, name: str) -> object:
        return getattr(self.use, name)

    @property
    def statuses(self) -> list[ShownCount]:
        """How it answered, by status."""
        return [ShownCount(status, count) for status, count in sorted(self.use.statuses.items())]


@dataclass(frozen=True, slots=True)
class ShownTimestamp:
    """A timestamp over the checkpoint of a receipt; ``token`` is base64 of the DER."""

    anchor: str
    at: str
    token: str


@dataclass(frozen=True, slots=True)
class ShownReceipt:
    """An entry with its proof; what is not here is an attribute of the entry."""

    sealed: Entry
    proven: Proven
    link: str
    timestamps: Sequence[ShownTimestamp] = ()

    def __getattr__(self, name: str) -> object:
        return getattr(self.sealed, name)

    @property
    def id(self) -> str:
        """The receipt."""
        return self.sealed.receipt

    @property
    def case_number(self) -> str | None:
        """The number of the case."""
        return self.sealed.case

    @property
    def sources(self) -> list[ShownUse]:
        """What was asked of sources, in the order of their names."""
        return [ShownUse(source, use) for source, uses in self.sealed.sources.items() for use in uses]

    @property
    def denied(self) -> Sequence[Denial]:
        """What was denied."""
        return self.sealed.denied

    @property
    def entry(self) -> str:
        """The exact text of the entry."""
        return self.proven.entry

    @property
    def index(self) -> int:
        """Its place in the log."""
        return self.proven.index

    @property
    def tree_size(self) -> int:
        """How many entries the tree of the checkpoint has."""
        return checkpoint_of(self.proven.checkpoint).size

    @property
    def algorithm(self) -> str:
        """The hash of the tree."""
        return self.proven.algorithm

    @property
    def inclusion(self) -> list[str]:
        """The path to the root, base64."""
        return [b64encode(each).decode() for each in self.proven.path]

    @property
    def checkpoint(self) -> str:
        """The signed note."""
        return self.proven.checkpoint

    @property
    def leaf(self) -> str:
        """The hash of the entry as a leaf, base64."""
        return b64encode(leaf_hash(self.proven.entry.encode(), self.proven.algorithm)).decode()

    @property
    def shape(self) -> str | None:
        """The text of the shape."""
        return self.proven.shape


@dataclass(frozen=True, slots=True)
class ShownCheckpoint:
    """A signed checkpoint and the keys by which the log is known."""

    note: str
    keys: Sequence[str]

    def __getattr__(self, name: str) -> object:
        return getattr(checkpoint_of(self.note), name)

    @property
    def root(self) -> str:
        """The root of the tree, base64."""
        return b64encode(checkpoint_of(self.note).root).decode()


@dataclass(frozen=True, slots=True)
class ShownConsistency:
    """A consistency proof; hashes in base64."""

    from_: int
    to: int
    path: list[str]


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version that was in force, and the one of today; None where there is none any more."""

    what: str
    name: str
    then: str
    now: str | None

    @property
    def in_force(self) -> bool:
        """Whether it is in force still."""
        return self.then == self.now


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field of the answer, and the versions of the source files that it was read by."""

    told: ExplainedField
    sources: Sequence[ShownVersion]

    def __getattr__(self, name: str) -> object:
        return getattr(self.told, name)


@dataclass(frozen=True, slots=True)
class ShownReplay:
    """What became of a bundle that was handed back."""

    verdict: str
    zh: str
    en: str
    findings: Sequence[Finding]
    receipt: str | None
    at: str | None
    versions: Sequence[ShownVersion]
    fields: Sequence[ShownField]
    checks: Sequence[CheckReplay] = ()


def checkpoint_of(note: str) -> Checkpoint:
    """Return the checkpoint of a note that the ledger itself has signed."""
    return read_checkpoint(split_note(note)[0])


def receipt_of(proven: Proven) -> Receipt:
    """Return the receipt of ``proven`` as bundles have it."""
    leaf = leaf_hash(proven.entry.encode(), proven.algorithm)
    return Receipt(proven.entry, proven.index, proven.algorithm, proven.path, proven.checkpoint, leaf, proven.shape)
