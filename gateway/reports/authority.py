"""The time stamping authority (RFC 3161) of prints: the one that the ledger's anchors use.

Its statement stands in the signature of a print, so that the time of signing is no more the issuer's word alone. It is
believed by the same rules as over a checkpoint (`gateway.anchors.timestamps`). When it does not answer, reports are
signed without it for a while, and say so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final

from cryptography import x509

from gateway.anchors.anchor import Undelivered
from gateway.anchors.anchors import TIMEOUT_SECONDS
from gateway.anchors.authority import HEADERS, MAXIMUM_BYTES
from gateway.anchors.declared import AnchorSpec
from gateway.anchors.exchange import post
from gateway.anchors.timestamps import TimestampError, check_answer, read_ca

REST_SECONDS: Final = 60.0
"""For how long one that failed is left alone."""


class NotStamped(Exception):
    """No time stamp could be had; the message says why, and is fit for a log."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Authority:
    """The authority at ``url``, believed when its certificate leads to ``ca``."""

    url: str = field(repr=False)
    ca: list[x509.Certificate] = field(repr=False)
    timeout_seconds: float = TIMEOUT_SECONDS
    now: Callable[[], datetime] = _utc_now
    ticks: Callable[[], float] = monotonic
    largest: int = 0
    """Bytes of the largest token so far; 0 before the first."""
    _rests_until: float = field(default=0.0, init=False)

    @classmethod
    def of(cls, specs: Iterable[AnchorSpec], environ: Mapping[str, str], folder: Path) -> "Authority | None":
        """Return that of the first anchor of the kind `rfc3161`, whose variables are set; None where there is none.

        CA files lie in the configuration's ``folder``. Raises what reading one does, which `Anchors.open` told before.
        """
        for spec in specs:
            if spec.kind == "rfc3161":
                ca = read_ca((folder / str(spec.ca_file)).read_bytes())
                return cls(environ[str(spec.url_env)].strip(), ca, spec.timeout_seconds or TIMEOUT_SECONDS)
        return None

    @property
    def ready(self) -> bool:
        """Whether it is asked: it did not fail a moment ago."""
        return self.ticks() >= self._rests_until

    def rest(self) -> None:
        """Leave it alone for a while."""
        self._rests_until = self.ticks() + REST_SECONDS

    async def stamp(self, question: bytes, nonce: int, digest: bytes) -> bytes:
        """Return the verified token (DER) that answers ``question`` over the SHA-256 ``digest``.

        Raises `NotStamped`.
        """
        try:
            answer = await post(self.url, question, HEADERS, self.timeout_seconds, MAXIMUM_BYTES)
            token = check_answer(answer, nonce, digest, self.ca, self.now()).token
        except (Undelivered, TimestampError) as error:
            raise NotStamped(str(error)) from None
        self.largest = max(self.largest, len(token))
        return token
