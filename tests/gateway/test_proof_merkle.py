"""Hashes and proofs of the tree: the known answers of RFC 6962's reference, the RFC's own definition, and forgeries."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.proof.merkle import (
    ALGORITHMS,
    Algorithm,
    Frontier,
    HashOf,
    ProofError,
    complete_ranges,
    consistency_path,
    digest,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# https://github.com/transparency-dev/merkle, testonly/constants.go and reference_test.go
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 2): ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"],
    (1, 2): ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
KNOWN = [leaf_hash(bytes.fromhex(each), "sha-256") for each in INPUTS]
SIZES = 40
"""Trees up to this size are tested at every size and index."""


def leaves_of(size: int, algorithm: Algorithm = "sha-256") -> list[bytes]:
    return [leaf_hash(str(number).encode(), algorithm) for number in range(size)]


def defined_root(leaves: Sequence[bytes], algorithm: Algorithm) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else digest(b"", algorithm)
    split = max(1 << bit for bit in range(len(leaves).bit_length()) if 1 << bit < len(leaves))
    return node_hash(defined_root(leaves[:split], algorithm), defined_root(leaves[split:], algorithm), algorithm)


def defined_path(index: int, leaves: Sequence[bytes], algorithm: Algorithm) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    split = max(1 << bit for bit in range(len(leaves).bit_length()) if 1 << bit < len(leaves))
    if index < split:
        return [*defined_path(index, leaves[:split], algorithm), defined_root(leaves[split:], algorithm)]
    return [*defined_path(index - split, leaves[split:], algorithm), defined_root(leaves[:split], algorithm)]


def defined_proof(old: int, leaves: Sequence[bytes], algorithm: Algorithm, *, known: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2, word for word."""
    if old == len(leaves):
        return [] if known else [defined_root(leaves, algorithm)]
    split = max(1 << bit for bit in range(len(leaves).bit_length()) if 1 << bit < len(leaves))
    if old <= split:
        return [
            *defined_proof(old, leaves[:split], algorithm, known=known),
            defined_root(leaves[split:], algorithm),
        ]
    return [
        *defined_proof(old - split, leaves[split:], algorithm, known=False),
        defined_root(leaves[:split], algorithm),
    ]


def reader(leaves: Sequence[bytes], algorithm: Algorithm = "sha-256") -> HashOf:
    return lambda start, end: defined_root(leaves[start:end], algorithm)


def test_the_roots_of_the_reference() -> None:
    assert [root_of(KNOWN[:size], "sha-256").hex() for size in range(9)] == ROOTS


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_inclusion_proofs_of_the_reference(index: int, size: int) -> None:
    path = inclusion_path(index, size, reader(KNOWN))
    assert [each.hex() for each in path] == INCLUSION[index, size]
    verify_inclusion(KNOWN[index], index, size, path, bytes.fromhex(ROOTS[size]), "sha-256")


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_consistency_proofs_of_the_reference(old: int, new: int) -> None:
    path = consistency_path(old, new, reader(KNOWN))
    assert [each.hex() for each in path] == CONSISTENCY[old, new]
    verify_consistency(old, new, path, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), "sha-256")


def test_sm3_is_that_of_the_standard() -> None:
    """GB/T 32905-2016, annex A."""
    assert digest(b"abc", "sm3").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest(b"abcd" * 16, "sm3").hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_leaf_is_no_node(algorithm: Algorithm) -> None:
    left, right = leaves_of(2, algorithm)
    assert leaf_hash(left + right, algorithm) != node_hash(left, right, algorithm)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_tree_and_every_proof_is_that_of_the_definition(algorithm: Algorithm) -> None:
    leaves = leaves_of(SIZES, algorithm)
    roots = [defined_root(leaves[:size], algorithm) for size in range(SIZES + 1)]
    for size in range(1, SIZES + 1):
        hash_of = reader(leaves[:size], algorithm)
        assert root_of(leaves[:size], algorithm) == roots[size]
        for index in range(size):
            path = inclusion_path(index, size, hash_of)
            assert list(path) == defined_path(index, leaves[:size], algorithm)
            verify_inclusion(leaves[index], index, size, path, roots[size], algorithm)
        for old in range(size + 1):
            path = consistency_path(old, size, hash_of)
            assert list(path) == (defined_proof(old, leaves[:size], algorithm) if old else [])
            verify_consistency(old, size, path, roots[old], roots[size], algorithm)


def test_a_frontier_grows_and_is_found_again() -> None:
    leaves = leaves_of(300)
    frontier = Frontier("sha-256")
    for size, leaf in enumerate(leaves, 1):
        completed = frontier.append(leaf)
        assert completed == [
            defined_root(leaves[size - (1 << height) : size], "sha-256") for height in range(len(completed))
        ]
        assert len(completed) == 1 or size % (1 << (len(completed) - 1)) == 0
        again = Frontier.decode(frontier.encode(), size, "sha-256")
        assert (again, again.root()) == (frontier, frontier.root())
    assert frontier == Frontier.of(300, reader(leaves), "sha-256")
    grown = frontier.copy()
    grown.append(leaves[0])
    assert (frontier.size, frontier.root()) == (300, defined_root(leaves, "sha-256"))


@pytest.mark.parametrize(("length", "size"), [(0, 1), (32, 0), (31, 1), (64, 1), (32, 3), (0, -1)])
def test_what_is_no_frontier(length: int, size: int) -> None:
    with pytest.raises(ProofError, match="no frontier"):
        Frontier.decode(b"x" * length, size, "sha-256")


@given(st.integers(0, 1 << 40), st.integers(0, 1 << 40))
def test_only_whole_subtrees_or_right_edges_are_read(first: int, second: int) -> None:
    old, new = sorted((first, second))
    read: list[tuple[int, int]] = []

    def hash_of(start: int, end: int) -> bytes:
        read.append((start, end))
        return b"-" * 32

    consistency_path(old, new, hash_of)
    if new:
        inclusion_path(min(old, new - 1), new, hash_of)
    for start, end in read:
        width = 1 << (end - start - 1).bit_length()
        assert start % width == 0
        assert end - start == width or end == new
        parts = list(complete_ranges(start, end))
        assert (parts[0][0], parts[-1][1]) == (start, end)
        assert all(left[1] == right[0] and left[1] - left[0] > right[1] - right[0] for left, right in pairwise(parts))
        assert all((stop - at).bit_count() == 1 and at % (stop - at) == 0 for at, stop in parts)


def flipped(text: bytes) -> bytes:
    return bytes([text[0] ^ 1]) + text[1:]


ALTERED: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "first": lambda path: [flipped(path[0]), *path[1:]],
    "last": lambda path: [*path[:-1], flipped(path[-1])],
    "shorter": lambda path: path[:-1],
    "longer": lambda path: [*path, path[0]],
    "longer at the front": lambda path: [path[0], *path],
    "turned": lambda path: path[::-1] if path != path[::-1] else [flipped(each) for each in path],
    "too short a hash": lambda path: [path[0][:31], *path[1:]],
}


@pytest.mark.parametrize("how", ALTERED)
@given(st.data())
def test_an_altered_inclusion_proof_is_refused(how: str, data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 70))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    path = list(inclusion_path(index, size, reader(leaves)))
    with pytest.raises(ProofError):
        verify_inclusion(leaves[index], index, size, ALTERED[how](path), root_of(leaves, "sha-256"), "sha-256")


@pytest.mark.parametrize("how", ALTERED)
@given(st.data())
def test_an_altered_consistency_proof_is_refused(how: str, data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 70))
    old = data.draw(st.integers(1, new - 1))
    leaves = leaves_of(new)
    roots = root_of(leaves[:old], "sha-256"), root_of(leaves, "sha-256")
    path = list(consistency_path(old, new, reader(leaves)))
    with pytest.raises(ProofError):
        verify_consistency(old, new, ALTERED[how](path), *roots, "sha-256")


@given(st.data())
def test_a_proof_proves_one_leaf_at_one_place_in_one_tree(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 70))
    index, other = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    leaves = leaves_of(size)
    root = root_of(leaves, "sha-256")
    path = inclusion_path(index, size, reader(leaves))
    wrong: list[tuple[bytes, int, bytes]] = [
        (leaves[other], index, root),
        (leaves[index], other, root),
        (leaves[index], -1, root),
        (leaves[index], size, root),
        (leaves[index], index, flipped(root)),
    ]
    for leaf, place, under in wrong:
        with pytest.raises(ProofError):
            verify_inclusion(leaf, place, size, path, under, "sha-256")
    with pytest.raises(ProofError):
        verify_inclusion(leaf_hash(b"0", "sm3"), 0, 1, (), root, "sm3")


def test_what_is_no_hash_is_said_to_be_none() -> None:
    root, (first, *others) = root_of(KNOWN, "sha-256"), inclusion_path(5, 8, reader(KNOWN))
    for leaf, path in ((KNOWN[5][:31], (first, *others)), (KNOWN[5], (first + b"0", *others))):
        with pytest.raises(ProofError, match="not 32 bytes long"):
            verify_inclusion(leaf, 5, 8, path, root, "sha-256")
    with pytest.raises(ProofError, match="not 32 bytes long"):
        verify_consistency(6, 8, (first[:31],), root_of(KNOWN[:6], "sha-256"), root, "sha-256")


def test_a_proof_is_as_long_as_the_tree_is_high() -> None:
    """Roots that were made to fit a path of another length."""
    root, extra = root_of(KNOWN, "sha-256"), KNOWN[0]
    path = inclusion_path(5, 8, reader(KNOWN))
    under = node_hash(KNOWN[4], KNOWN[5], "sha-256")
    for altered, fitting, said in (
        ((*path, extra), node_hash(extra, root, "sha-256"), "longer"),
        (path[:1], under, "sh"),
    ):
        with pytest.raises(ProofError, match=said):
            verify_inclusion(KNOWN[5], 5, 8, altered, fitting, "sha-256")
    roots = root_of(KNOWN[:6], "sha-256"), root
    path = consistency_path(6, 8, reader(KNOWN))
    longer = [node_hash(extra, each, "sha-256") for each in roots]
    with pytest.raises(ProofError, match="longer"):
        verify_consistency(6, 8, (*path, extra), longer[0], longer[1], "sha-256")
    shorter = path[0], node_hash(path[0], path[1], "sha-256")
    with pytest.raises(ProofError, match="shorter"):
        verify_consistency(6, 8, path[:2], *shorter, "sha-256")


@given(st.data())
def test_a_forked_log_cannot_prove_that_it_is_one(data: st.DataObject) -> None:
    """The new tree holds another entry among those of the old one."""
    new = data.draw(st.integers(2, 70))
    old = data.draw(st.integers(1, new))
    at = data.draw(st.integers(0, old - 1))
    leaves = leaves_of(new)
    forked = [*leaves[:at], flipped(leaves[at]), *leaves[at + 1 :]]
    path = consistency_path(old, new, reader(forked))
    with pytest.raises(ProofError):
        verify_consistency(old, new, path, root_of(leaves[:old], "sha-256"), root_of(forked, "sha-256"), "sha-256")


@pytest.mark.parametrize(("old", "new"), [(3, 2), (-1, 2), (1, 0)])
def test_a_tree_that_shrank(old: int, new: int) -> None:
    with pytest.raises(ProofError, match="was never one of"):
        consistency_path(old, new, reader([]))
    with pytest.raises(ProofError, match="was never one of"):
        verify_consistency(old, new, (), KNOWN[0], KNOWN[0], "sha-256")


def test_the_empty_tree_and_the_tree_itself() -> None:
    root, empty = root_of(KNOWN, "sha-256"), digest(b"", "sha-256")
    verify_consistency(0, 8, (), empty, root, "sha-256")
    verify_consistency(8, 8, (), root, root, "sha-256")
    for old, path, first, second, message in (
        (0, (), root, root, "hash of nothing"),
        (8, (), flipped(root), root, "the log was forked"),
        (8, (root,), root, root, "should be empty"),
        (0, (root,), empty, root, "should be empty"),
        (7, (), root, root, "is empty"),
    ):
        with pytest.raises(ProofError, match=message):
            verify_consistency(old, 8, path, first, second, "sha-256")


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 4), (9, 8)])
def test_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ProofError, match=f"no leaf {index}"):
        inclusion_path(index, size, reader(KNOWN))
