"""The client certificate that a TLS-terminating proxy hands over in a header (RFC 8705 §3, §6.5; RFC 9440).

INVARIANT: the header counts only from a declared proxy's own address; from anybody else it is not looked at.
"""

import re
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Literal
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.auth.presented import Presented

Form = Literal["rfc9440", "pem", "sha256"]
MAXIMUM_HEADER_LENGTH: Final = 16_384
_HEX: Final = re.compile(r"[0-9A-Fa-f]{2}(?:(:?)[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){30}")
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]{43}=?")
_BYTES: Final = re.compile(r":([A-Za-z0-9+/]+={0,2}):")
"""A byte sequence of RFC 8941 §3.3.5, which RFC 9440 §2.2 makes of the certificate."""


@dataclass(frozen=True, slots=True)
class Proxies:
    """Whose ``header``, in what ``form``, tells the certificate of the client."""

    header: str
    form: Form
    networks: Sequence[IPv4Network | IPv6Network]

    def certificate(self, presented: Presented) -> str | None:
        """Return the SHA-256 of the client's certificate in base64url; None when no proxy vouches for one."""
        if not self._vouches(presented.peer):
            return None
        values = presented.headers.getlist(self.header)
        if len(values) != 1 or len(values[0]) > MAXIMUM_HEADER_LENGTH:
            return None
        return FORMS[self.form](values[0].strip(" "))

    def _vouches(self, peer: str | None) -> bool:
        try:
            address = ip_address(peer or "")
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self.networks)


def read_network(text: str) -> IPv4Network | IPv6Network | None:
    """Return the network, or the single address, that ``text`` writes; None when it writes neither."""
    try:
        return ip_network(text)
    except ValueError:
        return None


def _of_thumbprint(value: str) -> str | None:
    """Return a SHA-256 that the proxy has computed itself, in hex (with or without colons) or base64url."""
    if _HEX.fullmatch(value):
        return _text(bytes.fromhex(value.replace(":", "")))
    if _BASE64URL.fullmatch(value):
        return _text(urlsafe_b64decode(value.rstrip("=") + "="))
    return None


def _of_pem(value: str) -> str | None:
    """Return the SHA-256 of one certificate in PEM, URL-encoded as nginx's `$ssl_client_escaped_cert` is."""
    pem = unquote_to_bytes(value.encode("latin-1"))
    if pem.count(b"-----BEGIN ") != 1:
        return None
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError:
        return None
    return _hash(certificate.public_bytes(Encoding.DER))


def _of_bytes(value: str) -> str | None:
    """Return the SHA-256 of a certificate in DER, as RFC 9440 §2.2 sends it."""
    found = _BYTES.fullmatch(value)
    if found is None:
        return None
    try:
        der = b64decode(found[1], validate=True)
        x509.load_der_x509_certificate(der)
    except ValueError:
        return None
    return _hash(der)


def _hash(der: bytes) -> str:
    return _text(sha256(der).digest())


def _text(digest: bytes) -> str:
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


FORMS: Final[Mapping[Form, Callable[[str], str | None]]] = {
    "rfc9440": _of_bytes,
    "pem": _of_pem,
    "sha256": _of_thumbprint,
}
"""Form of the header -> how it is read."""
