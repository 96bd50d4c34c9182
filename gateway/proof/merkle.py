"""The Merkle tree of a log (RFC 6962 §2.1, RFC 9162 §2.1): hashes, the frontier of a growing tree, and its proofs.

D[n] is the list of n leaves; MTH(D[start:end]) the hash of a range of them. Hashes of leaves begin with 0x00, those of
nodes with 0x01, so that no leaf can be passed off as a node. A reader of hashes (`HashOf`) gives MTH of a range; all
ranges that are asked for begin at a multiple of their length, rounded up to a power of two. Whatever goes into a tree
here is a *leaf hash* (`leaf_hash` of the text): nothing below hashes a text twice.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Literal, get_args

from cryptography.hazmat.primitives import hashes

Algorithm = Literal["sha-256", "sm3"]
"""SM3 is GB/T 32905-2016; both give 32 bytes."""
ALGORITHMS: Final[tuple[Algorithm, ...]] = get_args(Algorithm)
HASH_BYTES: Final = 32
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"

HashOf = Callable[[int, int], bytes]
"""(start, end) -> MTH(D[start:end])."""


class ProofError(ValueError):
    """A proof that does not prove; the message says in words what does not hold."""


def digest(data: bytes, algorithm: Algorithm) -> bytes:
    """Return the plain hash of ``data``, 32 bytes."""
    if algorithm == "sha-256":
        return sha256(data).digest()
    # not hashlib.new("sm3"): whether that exists depends on how OpenSSL was built
    hashed = hashes.Hash(hashes.SM3())
    hashed.update(data)
    return hashed.finalize()


def leaf_hash(data: bytes, algorithm: Algorithm) -> bytes:
    """Return the hash of a leaf whose content is ``data``."""
    return digest(_LEAF + data, algorithm)


def node_hash(left: bytes, right: bytes, algorithm: Algorithm) -> bytes:
    """Return the hash of the node over ``left`` and ``right``."""
    return digest(_NODE + left + right, algorithm)


def root_of(leaves: Sequence[bytes], algorithm: Algorithm) -> bytes:
    """Return the root over ``leaves``, which are leaf hashes; that of no leaf is the hash of nothing."""
    frontier = Frontier(algorithm)
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


@dataclass(slots=True)
class Frontier:
    """The right edge of a tree of ``size`` leaves: the roots of its complete subtrees, from the left, widest first.

    There is one for each bit that is set in ``size``; they suffice to append and to tell the root.
    """

    algorithm: Algorithm
    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add the hash of a leaf; return the roots of the subtrees that end with it, by height, the leaf first."""
        completed = [leaf]
        size = self.size
        while size & 1:
            completed.append(node_hash(self.hashes.pop(), completed[-1], self.algorithm))
            size >>= 1
        self.hashes.append(completed[-1])
        self.size += 1
        return completed

    def root(self) -> bytes:
        """Return the root of the tree."""
        if not self.hashes:
            return digest(b"", self.algorithm)
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root, self.algorithm)
        return root

    def copy(self) -> "Frontier":
        """Return a frontier that grows apart from this one."""
        return Frontier(self.algorithm, self.size, list(self.hashes))

    def encode(self) -> bytes:
        """Return the hashes one after the other; `decode` needs the size besides."""
        return b"".join(self.hashes)

    @classmethod
    def decode(cls, data: bytes, size: int, algorithm: Algorithm) -> "Frontier":
        """Return the frontier whose `encode` is ``data``; raise ProofError when a tree of ``size`` has none such."""
        if size < 0 or len(data) != size.bit_count() * HASH_BYTES:
            raise ProofError(f"a tree of {size} leaves has no frontier of {len(data)} bytes")
        parts = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
        return cls(algorithm, size, parts)

    @classmethod
    def of(cls, size: int, hash_of: HashOf, algorithm: Algorithm) -> "Frontier":
        """Return the frontier of the first ``size`` leaves."""
        return cls(algorithm, size, [hash_of(start, end) for start, end in complete_ranges(0, size)])


def complete_ranges(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the complete subtrees that [start, end) consists of, from the left; ``start`` must begin one that wide."""
    while start < end:
        width = 1 << ((end - start).bit_length() - 1)
        yield start, start + width
        start += width


def inclusion_path(index: int, size: int, hash_of: HashOf) -> tuple[bytes, ...]:
    """Return PATH(index, D[size]) of RFC 6962 §2.1.1, from the leaf up; raise ProofError if there is no such leaf."""
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(hash_of(middle, end))
            end = middle
        else:
            path.append(hash_of(start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_path(old_size: int, new_size: int, hash_of: HashOf) -> tuple[bytes, ...]:
    """Return PROOF(old_size, D[new_size]) of RFC 6962 §2.1.2; raise ProofError unless 0 <= old <= new.

    Nothing needs to be proven of an empty tree, or of a tree to itself: the path is empty then.
    """
    if not 0 <= old_size <= new_size:
        raise ProofError(f"a tree of {new_size} leaves was never one of {old_size}")
    if old_size in (0, new_size):
        return ()
    path: list[bytes] = []
    start, end = 0, new_size
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(hash_of(middle, end))
            end = middle
        else:
            path.append(hash_of(start, middle))
            start = middle
    if start:  # else the old root is what the verifier holds already
        path.append(hash_of(start, end))
    return tuple(reversed(path))


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes, algorithm: Algorithm
) -> None:
    """Return if ``path`` proves that the leaf hash ``leaf`` is at ``index`` under ``root``; raise ProofError if not.

    RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")
    _require_hashes(leaf, *path, root)
    position, last = index, size - 1
    found = leaf
    for sibling in path:
        if last == 0:
            raise ProofError("the inclusion proof is longer than the tree is high")
        if position & 1 or position == last:
            found = node_hash(sibling, found, algorithm)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling, algorithm)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofError("the inclusion proof is shorter than the tree is high")
    if found != root:
        raise ProofError(f"leaf {index} and the inclusion proof do not lead to the root of the tree of {size} leaves")


def verify_consistency(
    old_size: int,
    new_size: int,
    path: Sequence[bytes],
    old_root: bytes,
    new_root: bytes,
    algorithm: Algorithm,
) -> None:
    """Return if ``path`` proves that the new tree begins with all leaves of the old one; raise ProofError if not.

    RFC 9162 §2.1.4.2. Every tree begins with the empty one.
    """
    if not 0 <= old_size <= new_size:
        raise ProofError(f"a tree of {new_size} leaves was never one of {old_size}")
    _require_hashes(*path, old_root, new_root)
    if old_size in (0, new_size):
        _verify_trivial(old_size, new_size, path, old_root, new_root, algorithm)
        return
    proof = list(path)
    if old_size & (old_size - 1) == 0:  # the old tree is one complete subtree: the path leaves its root out
        proof.insert(0, old_root)
    if not proof:
        raise ProofError("the consistency proof is empty")
    found_old, found_new = _both_roots(old_size, new_size, proof, algorithm)
    if found_old != old_root:
        raise ProofError(f"the consistency proof does not lead to the root of the tree of {old_size} leaves")
    if found_new != new_root:
        raise ProofError(f"the tree of {new_size} leaves does not begin with that of {old_size}: the log was forked")


def _both_roots(old_size: int, new_size: int, proof: Sequence[bytes], algorithm: Algorithm) -> tuple[bytes, bytes]:
    """Return the roots that ``proof`` leads to, of the old tree and the new one; 0 < old < new."""
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = proof[0]
    for node in proof[1:]:
        if last == 0:
            raise ProofError("the consistency proof is longer than the tree is high")
        if position & 1 or position == last:
            old, new = node_hash(node, old, algorithm), node_hash(node, new, algorithm)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, node, algorithm)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofError("the consistency proof is shorter than the tree is high")
    return old, new


def _verify_trivial(
    old_size: int, new_size: int, path: Sequence[bytes], old_root: bytes, new_root: bytes, algorithm: Algorithm
) -> None:
    if path:
        raise ProofError("the consistency proof should be empty")
    if old_size == new_size and old_root != new_root:
        raise ProofError(f"two trees of {new_size} leaves have different roots: the log was forked")
    for size, root in ((old_size, old_root), (new_size, new_root)):
        if size == 0 and root != digest(b"", algorithm):
            raise ProofError("the root of the empty tree is not the hash of nothing")


def _require_hashes(*found: bytes) -> None:
    if any(len(each) != HASH_BYTES for each in found):
        raise ProofError(f"a hash of the proof is not {HASH_BYTES} bytes long")


def _split(length: int) -> int:
    """Return the largest power of two below ``length``: where a tree of that many leaves divides."""
    return 1 << ((length - 1).bit_length() - 1)
