"""What a good access token says, whatever its form, and how one is refused. Frozen values, no I/O."""

from dataclasses import dataclass


class InvalidToken(Exception):
    """A token that is not good here; ``reason`` quotes nothing of it and is plain ASCII, fit for a header."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Binding:
    """Whose possession a token asks to be proved, its `cnf`; each a SHA-256 in base64url without padding.

    ``key`` is the thumbprint of a DPoP key (`jkt`, RFC 9449 §6), ``certificate`` that of a client certificate
    (`x5t#S256`, RFC 8705 §3.1); at least one is there, and each that is there must be proved.
    """

    key: str | None = None
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What a good token says. ``expires_at`` is a UNIX time in seconds that has the leeway in it.

    ``keys_version`` is that of the issuer's keys that checked it. ``subject`` is the caller's own unified code, when
    the issuer names one. INVARIANT: a token with a ``binding`` opens nothing until `gateway.auth.possession` has seen
    its proof, with every request anew.
    """

    client: str
    scopes: frozenset[str]
    expires_at: float
    issuer: str
    keys_version: int = 0
    subject: str | None = None
    binding: Binding | None = None
