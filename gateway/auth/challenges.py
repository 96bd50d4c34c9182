"""What a refusal says in `WWW-Authenticate`: RFC 6750 §3 for Bearer, RFC 9449 §7.1 for DPoP.

Descriptions are plain ASCII without quote and backslash, as both want them. Both schemes are offered with every 401,
because a client may come with either kind of token.
"""

from typing import Final

from gateway.auth.keys import ALGORITHMS
from gateway.auth.possession import NonceNeeded, Scheme

ALGS: Final = f'algs="{" ".join(ALGORITHMS)}"'


class Challenges:
    """The challenges of one ``realm``."""

    def __init__(self, realm: str) -> None:
        self._realm = realm

    def offer(self) -> dict[str, str]:
        """Return the challenge to a request that tried no scheme of ours: no error code (RFC 6750 §3.1)."""
        return _header(self._of("Bearer"), f"DPoP {ALGS}")

    def refuse(self, scheme: Scheme, error: str, description: str) -> dict[str, str]:
        """Return the challenge to a request that came with ``scheme``."""
        said = self._of(scheme, f'error="{error}"', f'error_description="{description}"')
        return _header(said, f"DPoP {ALGS}") if scheme == "Bearer" else _header(f"{said}, {ALGS}")

    def ask_nonce(self, error: NonceNeeded) -> dict[str, str]:
        """Return the headers that tell the nonce to use (RFC 9449 §9)."""
        return {**self.refuse("DPoP", "use_dpop_nonce", error.reason), "DPoP-Nonce": error.nonce}

    def lacking(self, scheme: Scheme, description: str, scope: str) -> dict[str, str]:
        """Return the challenge to a good token without a ``scope`` that is needed (RFC 6750 §3.1)."""
        parts = ('error="insufficient_scope"', f'error_description="{description}"', f'scope="{scope}"')
        return _header(self._of(scheme, *parts))

    def _of(self, scheme: Scheme, *parts: str) -> str:
        return ", ".join((f'{scheme} realm="{self._realm}"', *parts))


def _header(*challenges: str) -> dict[str, str]:
    return {"WWW-Authenticate": ", ".join(challenges)}
