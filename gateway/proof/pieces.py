"""Which piece of an answer was altered: its pieces against the salted digests of the entry (`gateway.proof.parts`)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import orjson

from gateway.proof.finding import ANSWER, Finding, fails, unsaid
from gateway.proof.json_text import members
from gateway.proof.parts import DATA, may_be_number, part_digest

SALT: Final = "extensions.receipt.salt"
RECEIPT_ID: Final = "extensions.receipt.id"


def pieces_of(text: str) -> dict[str, str]:
    """Return the pieces of the answer whose compact ``text`` it is: path -> text."""
    found: dict[str, str] = {}
    for name, value in (members(text) or {}).items():
        if name != DATA:
            found[name] = value
            continue
        for path, each in _below(DATA, value):
            found.update(_below(path, each) if path != DATA else [(path, each)])
    return found


def text_at(text: str, path: str) -> str | None:
    """Return the text that a string at the dotted ``path`` of an answer says; None where there is none."""
    value: str | None = text
    for name in path.split("."):
        value = (members(value) or {}).get(name) if value is not None else None
    if value is None or not value.startswith('"'):
        return None
    said: str = orjson.loads(value)
    return said


def locate(forms: Iterable[str], parts: Mapping[str, str], entry_altered: bool) -> list[Finding]:
    """Return where the answer, whose whole digest does not fit, was altered.

    ``forms`` are its compact texts: as it is, and written anew. ``entry_altered`` tells that the entry is not the one
    in the ledger, so that its digest of the answer may be what was altered.
    """
    first, *others = list(forms)
    if not parts:
        return [fails("ANSWER_ALTERED", ANSWER), unsaid("PIECES_UNSAID", ANSWER)]
    salt = text_at(first, SALT)
    if salt is None:
        return [fails("ANSWER_ALTERED", ANSWER), fails("SALT_MISSING", f"{ANSWER}: {SALT}")]
    pieces, again = pieces_of(first), [pieces_of(each) for each in others]
    same = {path for path in pieces if path in parts and _fits(parts[path], salt, path, [pieces, *again])}
    found = [_differs(path, pieces, parts) for path in dict.fromkeys([*parts, *pieces]) if path not in same]
    if not found and entry_altered:
        return [fails("DIGEST_ALTERED", "receipt.entry: response_digest")]
    if not found:
        return [fails("ANSWER_ALTERED", ANSWER), fails("ORDER_ALTERED", ANSWER)]
    if not same:
        return [fails("ANSWER_ALTERED", ANSWER), fails("PIECES_ALL", f"{ANSWER}: {SALT}")]
    return [fails("ANSWER_ALTERED", ANSWER), *found]


def compare(forms: Iterable[str], parts: Mapping[str, str]) -> list[Finding]:
    """Return which digests of pieces are not those of the answer, whose whole digest does fit.

    One of ``forms`` is as the gateway wrote it.
    """
    texts = list(forms)
    salt = text_at(texts[0], SALT)
    if not parts or salt is None:
        return []
    pieces = [pieces_of(each) for each in texts]
    paths = dict.fromkeys([*parts, *pieces[0]])
    return [
        fails("PART_OTHER", f"receipt.entry: parts.{path}")
        for path in paths
        if path not in parts or not _fits(parts[path], salt, path, pieces)
    ]


def _fits(digest: str, salt: str, path: str, forms: Iterable[Mapping[str, str]]) -> bool:
    return any(path in each and part_digest(salt, path, each[path].encode()) == digest for each in forms)


def _differs(path: str, pieces: Mapping[str, str], parts: Mapping[str, str]) -> Finding:
    code = "PIECE_ALTERED" if path in pieces and path in parts else "PIECE_ADDED" if path in pieces else "PIECE_MISSING"
    return fails(code, f"{ANSWER}: {path}")


def _below(path: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of the members of the object ``text`` at ``path``; its own where it is one piece."""
    inner = members(text)
    if not inner or any(map(may_be_number, inner)):
        yield path, text
        return
    yield from ((f"{path}.{name}", each) for name, each in inner.items())
