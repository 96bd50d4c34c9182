"""Who a client is beyond its name: its own subject (USCC, GB 32100) and the file of its public keys."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from schema.identifiers import IdentifierError, parse


def is_own_subject(text: str) -> bool:
    """Return whether ``text`` is a unified code as it is written, with a right check digit.

    Nothing is mended, unlike in a query: what says who somebody is must be exact.
    """
    try:
        identifier = parse("USCC", text)
    except IdentifierError:
        return False
    return identifier.check == "OK" and identifier.value == text


def identity_mistakes(client: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield key and message of what is wrong in a registered ``client``'s `subject` and `keys_file`."""
    if "subject" in client and not is_own_subject(client["subject"]):
        yield "subject", "no unified code with a right check digit"
    keys = client.get("keys_file", "keys.json")
    if not leads_down(keys) or keys.startswith("/") or "/." in f"/{keys}" or "\\" in keys:
        yield "keys_file", "expected a file below the configuration folder, such as `keys/bank.jwks.json`, without `..`"


def leads_down(path: str) -> bool:
    """Return whether ``path`` leads down only, with nothing in it that a screen could not show."""
    return path.isprintable() and ".." not in PurePosixPath(path).parts and bool(PurePosixPath(path).name)
