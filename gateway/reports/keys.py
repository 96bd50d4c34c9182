"""The key that signs reports, and its certificate: what a reader of PDF, and a verifier offline, goes by.

In production the key is the secret `CREDIT_REPORT_KEY` (PKCS #8 in DER, as base64 in one line) and its certificate the
file `reports.certificate_file` beside gateway.toml (PEM, the signer's first, then those above it). Elsewhere both are
made in the data folder, and nobody need believe them. What signs the ledger or tokens signs no report.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key
from cryptography.x509.oid import NameOID

from connectors.errors import ConfigError, Mistake
from gateway.ledger.keyfile import read_or_make
from gateway.storage.files import PUBLIC, alone, rewrite

KEY_ENV: Final = "CREDIT_REPORT_KEY"
"""Holds the key: PKCS #8 in DER, in base64."""
KEY_FILE: Final = "report.key"
CERTIFICATE_FILE: Final = "report.pem"
"""Both in the data folder, made when missing, for development alone."""
CERTIFICATE_KEY: Final = "reports.certificate_file"
FILE: Final = "gateway.toml"
MINIMUM_RSA_BITS: Final = 2048
_DAYS: Final = 3650
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256 (SEC 2, 2.4.2)."""

SigningKey = EllipticCurvePrivateKey | RSAPrivateKey


@dataclass(frozen=True, slots=True)
class ReportKey:
    """The key and its ``certificates``, the signer's own first."""

    key: SigningKey = field(repr=False)
    certificates: tuple[x509.Certificate, ...]

    @property
    def algorithm(self) -> str:
        """The name of its signatures in JOSE (RFC 7518 §3.1)."""
        if isinstance(self.key, RSAPrivateKey):
            return "PS256"
        return "ES256" if isinstance(self.key.curve, SECP256R1) else "ES384"

    @property
    def pem(self) -> str:
        """The certificates as text: all that a verifier needs, and public."""
        return "".join(each.public_bytes(Encoding.PEM).decode() for each in self.certificates)

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether the signer's certificate is valid at ``moment`` (UTC)."""
        own = self.certificates[0]
        return own.not_valid_before_utc <= moment <= own.not_valid_after_utc


def load_report_key(
    certificate_file: str | None, environ: Mapping[str, str], folder: Path, data: Path, *, production: bool
) -> ReportKey | None:
    """Return the key that signs reports, or none in production without one; raises `ConfigError`, `SecretError`.

    ``folder`` is that of the configuration, ``data`` the gateway's own.
    """
    text = environ.get(KEY_ENV)
    if not text and certificate_file is None:
        return None if production else _own(data)
    mistakes = []
    if not text:
        mistakes.append(Mistake("environment", KEY_ENV, "is not set: it is the key of the certificate of reports"))
    if certificate_file is None:
        mistakes.append(Mistake(FILE, CERTIFICATE_KEY, f"is missing: the certificate of the key in `{KEY_ENV}`"))
    key = _key(text) if text else None
    if text and key is None:
        reason = f"holds no key (PKCS #8 in DER, in base64) of P-256, P-384 or RSA of {MINIMUM_RSA_BITS} bits or more"
        mistakes.append(Mistake("environment", KEY_ENV, reason))
    chain = read_certificates(folder / certificate_file) if certificate_file is not None else ()
    if certificate_file is not None and not chain:
        mistakes.append(Mistake(FILE, CERTIFICATE_KEY, f"`{certificate_file}` holds no certificate (PEM)"))
    if key is not None and chain and not _fits(key, chain[0]):
        mistakes.append(Mistake(FILE, CERTIFICATE_KEY, f"the first certificate is not that of the key in `{KEY_ENV}`"))
    if chain and not _binds(chain[0]):
        reason = "the first certificate is not for signatures that bind: its key usage lacks nonRepudiation"
        mistakes.append(Mistake(FILE, CERTIFICATE_KEY, reason))
    if mistakes or key is None:
        raise ConfigError(mistakes)
    return ReportKey(key, tuple(chain))


def read_certificates(path: Path) -> Sequence[x509.Certificate]:
    """Return the certificates (PEM) in the file ``path``, none where it holds none."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError):
        return ()


def _key(text: str) -> SigningKey | None:
    try:
        key = load_der_private_key(b64decode(text.strip(), validate=True), None)
    except (ValueError, TypeError):
        return None
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1 | SECP384R1):
        return key
    return key if isinstance(key, RSAPrivateKey) and key.key_size >= MINIMUM_RSA_BITS else None


def _fits(key: SigningKey, certificate: x509.Certificate) -> bool:
    kind = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return certificate.public_key().public_bytes(*kind) == key.public_key().public_bytes(*kind)


def _binds(certificate: x509.Certificate) -> bool:
    """Tell whether who verifies a signature may hold its signer to it (RFC 5280 §4.2.1.3; readers of PAdES ask it)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    except (x509.ExtensionNotFound, ValueError):
        return False


def _own(data: Path) -> ReportKey:
    """Return the key of the data folder with its own certificate, both made when missing or out of date."""
    seed = int(read_or_make(data / KEY_FILE), 16)
    key = derive_private_key(seed % (_ORDER - 1) + 1, SECP256R1())
    path = data / CERTIFICATE_FILE
    with alone(data):
        found = read_certificates(path)
        if len(found) == 1 and _fits(key, found[0]) and found[0].not_valid_after_utc > datetime.now(UTC):
            return ReportKey(key, (found[0],))
        made = ReportKey(key, (_self_signed(key),))
        rewrite(path, made.pem, PUBLIC)
    return made


def _self_signed(key: EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "credit-gateway (development)"),
            x509.NameAttribute(NameOID.COMMON_NAME, "credit reports, for development only"),
        ]
    )
    now = datetime.now(UTC).replace(microsecond=0)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
