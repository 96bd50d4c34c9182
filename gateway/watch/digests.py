"""What stands for the content of a section: HMAC-SHA-256 under a key of its own, derived from the ledger's secret.

Keyed, so that who reads the store cannot test a guess; with the client in it, so that two clients cannot compare; and
with the subject and the section, so that equal contents of different ones do not look equal. It names its key, as a
pseudonym does, and a secret that was replaced still compares while it is kept as an earlier one.
"""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

import orjson

from gateway.ledger import Secret

_LABEL: Final = b"watch: sections\x01"
_DIGITS: Final = 32


class Digests:
    """Makes digests by the first of ``secrets`` and knows those of all."""

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._keys = {each.key_id: hmac.digest(each.key, _LABEL, sha256) for each in secrets}
        """By id: HKDF-Expand (RFC 5869 §2.3) of one block, of a secret that is uniform."""
        self._current = secrets[0].key_id

    def of(self, client: str, subject: str, section: str, content: Any) -> str:
        """Return what stands for ``content`` (JSON) of a ``section`` of a ``subject`` for ``client``."""
        return self._made(self._current, client, subject, section, content)

    def same(self, before: str, client: str, subject: str, section: str, content: Any) -> bool | None:
        """Tell whether ``before`` stands for ``content``; None where its key is not known any more."""
        key_id = before.partition(":")[0]
        if key_id not in self._keys:
            return None
        return hmac.compare_digest(before, self._made(key_id, client, subject, section, content))

    def _made(self, key_id: str, client: str, subject: str, section: str, content: Any) -> str:
        digest = hmac.new(self._keys[key_id], digestmod=sha256)
        digest.update(orjson.dumps([client, subject, section]))
        digest.update(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))
        return f"{key_id}:{digest.hexdigest()[:_DIGITS]}"
