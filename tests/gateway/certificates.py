"""Client certificates, made for tests, and the headers in which proxies hand them over."""

from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate in every form."""

    der: bytes
    pem: bytes

    @property
    def thumbprint(self) -> str:
        return urlsafe_b64encode(sha256(self.der).digest()).rstrip(b"=").decode()

    @property
    def hex(self) -> str:
        return sha256(self.der).hexdigest()

    @property
    def rfc9440(self) -> str:
        return f":{b64encode(self.der).decode()}:"

    @property
    def escaped(self) -> str:
        return quote(self.pem.decode(), safe="")


def certificate(name: str = "bank") -> Shown:
    """Return a new certificate, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(today)
    made = builder.not_valid_after(today + timedelta(days=1)).sign(key, hashes.SHA256())
    return Shown(made.public_bytes(Encoding.DER), made.public_bytes(Encoding.PEM))
