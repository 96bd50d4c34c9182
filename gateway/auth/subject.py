"""Who a client is beyond its name: its own subject (USCC, GB 32100) and the file of its public keys."""

from collections.abc import Iterator, Mapping
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
    name = client.get("keys_file", "keys.json")
    if not name or "/" in name or "\\" in name or name.startswith("."):
        yield "keys_file", "expected the name of a file beside the register of clients"
