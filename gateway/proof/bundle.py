"""What a client keeps, read strictly: the answer as it came, and the receipt that proves it.

    {"format": "credit-gateway/bundle/1",
     "answer": "<the exact text of the response body>",
     "receipt": {"entry": "<the exact text of the ledger entry>", "index": 17, "algorithm": "sha-256",
                 "inclusion": ["<base64 of 32 bytes>", ...], "checkpoint": "<signed note>",
                 "leaf": "<base64 of 32 bytes>", "shape": "<text>" or null, "timestamps": [...]}}

`leaf` (the hash of the entry as a leaf of the tree) proves nothing; it tells an altered entry from an altered path.
`shape`, `leaf` and `timestamps` may be missing. Everything else that is missing, unknown, given twice or of another
form is an error that names its place.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson

from gateway.proof.json_text import JsonError, compact
from gateway.proof.merkle import ALGORITHMS, HASH_BYTES, Algorithm
from gateway.proof.words import plain, say

FORMAT: Final = "credit-gateway/bundle/1"
MAXIMUM_BYTES: Final = 64 << 20
MAXIMUM_NUMBER: Final = 2**53 - 1
"""The largest whole number that all readers of JSON take alike (RFC 8259 §6)."""
MAXIMUM_PATH: Final = 64
MAXIMUM_TIMESTAMPS: Final = 16


class BundleError(ValueError):
    """What was given cannot be read: ``place`` in it, and a ``code`` of `gateway.proof.words` with its ``values``."""

    def __init__(self, code: str, place: str, **values: str) -> None:
        self.code = code
        self.place = plain(place)
        self.values = values
        super().__init__(f"{self.place}: {self.en}" if place else self.en)

    @property
    def zh(self) -> str:
        """What is wrong, in Chinese."""
        return say(self.code, self.values)[0]

    @property
    def en(self) -> str:
        """What is wrong, in English."""
        return say(self.code, self.values)[1]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What proves that an entry is in the ledger; ``entry``, ``checkpoint`` and ``shape`` are exact texts."""

    entry: str
    index: int
    algorithm: Algorithm
    inclusion: tuple[bytes, ...]
    checkpoint: str
    leaf: bytes | None = None
    shape: str | None = None
    timestamps: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """A receipt and the exact text of the answer that it is for; None where there is the receipt alone."""

    receipt: Receipt
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Consistency:
    """A proof that the tree of ``new`` entries begins with that of ``old``."""

    old: int
    new: int
    path: tuple[bytes, ...]


def read_text(data: bytes, place: str = "") -> str:
    """Return the text of a file; raises `BundleError` if it is too large or no UTF-8."""
    if len(data) > MAXIMUM_BYTES:
        raise BundleError("READ_LARGE", place, limit=str(MAXIMUM_BYTES))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BundleError("READ_UTF8", place, at=str(error.start)) from None


def read_bundle(text: str) -> Bundle:
    """Return the bundle that ``text`` is, or the receipt alone; raises `BundleError`."""
    value = _parse(text)
    if isinstance(value, dict) and "entry" in value and "format" not in value:
        return Bundle(_receipt(value, ""))
    found = _members(value, "", {"format": _format, "answer": _text, "receipt": _receipt})
    return Bundle(found["receipt"], found["answer"])


def read_receipt(text: str) -> Receipt:
    """Return the receipt that ``text`` is, as `GET /receipts/{id}` gives it; raises `BundleError`."""
    return _receipt(_parse(text), "")


def read_consistency(text: str) -> Consistency:
    """Return the proof that ``text`` is, as the root `consistency` gives it; raises `BundleError`."""
    found = _members(_parse(text), "", {"from": _number, "to": _number, "path": _path})
    return Consistency(found["from"], found["to"], found["path"])


def bundle_text(bundle: Bundle) -> str:
    """Return the text that `read_bundle` reads as ``bundle``, which has an answer."""
    value = {"format": FORMAT, "answer": bundle.answer, "receipt": receipt_members(bundle.receipt)}
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"


def receipt_members(receipt: Receipt) -> dict[str, Any]:
    """Return the members of ``receipt`` as JSON has them."""
    members: dict[str, Any] = {
        "entry": receipt.entry,
        "index": receipt.index,
        "algorithm": receipt.algorithm,
        "inclusion": [b64encode(each).decode() for each in receipt.inclusion],
        "checkpoint": receipt.checkpoint,
        "shape": receipt.shape,
    }
    if receipt.leaf is not None:
        members["leaf"] = b64encode(receipt.leaf).decode()
    return members | ({"timestamps": list(receipt.timestamps)} if receipt.timestamps else {})


def _parse(text: str) -> Any:
    try:
        return orjson.loads(compact(text))
    except JsonError as error:
        raise BundleError("READ_JSON", "", **error.values) from None


Reader = Callable[[Any, str], Any]
"""From a value and its place to what it means; raises `BundleError`."""


def _members(
    value: Any, place: str, required: Mapping[str, Reader], optional: Mapping[str, Reader] | None = None
) -> dict[str, Any]:
    """Return the members of ``value``, each read by its reader."""
    if not isinstance(value, dict):
        raise BundleError("READ_OBJECT", place)
    readers = {**required, **(optional or {})}
    for name in value:
        if name not in readers:
            raise BundleError("READ_NAME", _below(place, name[:40]), known=", ".join(readers))
    for name in required:
        if name not in value:
            raise BundleError("READ_MISSING", _below(place, name))
    return {name: readers[name](each, _below(place, name)) for name, each in value.items()}


def _receipt(value: Any, place: str) -> Receipt:
    required = {
        "entry": _text,
        "index": _number,
        "algorithm": _algorithm,
        "inclusion": _path,
        "checkpoint": _text,
    }
    optional = {"leaf": _hash, "shape": _text_or_null, "timestamps": _timestamps}
    return Receipt(**_members(value, place, required, optional))


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _format(value: Any, place: str) -> str:
    return _choice(value, place, (FORMAT,))


def _algorithm(value: Any, place: str) -> Algorithm:
    return cast("Algorithm", _choice(value, place, ALGORITHMS))


def _choice(value: Any, place: str, known: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in known:
        raise BundleError("READ_CHOICE", place, known=", ".join(known))
    return value


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise BundleError("READ_TEXT", place)
    return value


def _text_or_null(value: Any, place: str) -> str | None:
    return None if value is None else _text(value, place)


def _number(value: Any, place: str) -> int:
    whole = type(value) is int or (isinstance(value, float) and value.is_integer())  # `5.0` is 5 to JSON
    if not whole or not 0 <= value <= MAXIMUM_NUMBER:
        raise BundleError("READ_NUMBER", place, limit=str(MAXIMUM_NUMBER))
    return int(value)


def _hash(value: Any, place: str) -> bytes:
    try:
        raw = b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError:
        raw = b""
    if len(raw) != HASH_BYTES or b64encode(raw).decode() != value:
        raise BundleError("READ_HASH", place)
    return raw


def _path(value: Any, place: str) -> tuple[bytes, ...]:
    return tuple(_hash(each, f"{place}[{at}]") for at, each in enumerate(_list(value, place, MAXIMUM_PATH)))


def _timestamps(value: Any, place: str) -> tuple[Any, ...]:
    return tuple(_list(value, place, MAXIMUM_TIMESTAMPS))


def _list(value: Any, place: str, limit: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > limit:
        raise BundleError("READ_LIST", place, limit=str(limit))
    return value
