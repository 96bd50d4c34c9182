"""A time stamping authority on loopback: real tokens (RFC 3161), made by `openssl ts`, over HTTP as §3.4 says.

What `openssl ts` refuses to do, such as to sign for a certificate that is not meant for timestamps, is done by
`openssl cms` over the same TSTInfo. OpenSSL comes with Debian: installed where we are root and it is missing, else the
tests that need it are skipped (in CI they fail).
"""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from rfc3161_client import decode_timestamp_response
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.gateway.desks import serving
from tests.servers import AS_ROOT

OPENSSL_INSTALL = ("apt-get", "install", "-y", "--no-install-recommends", "openssl")
TIMESTAMPS = (ExtendedKeyUsageOID.TIME_STAMPING,)
DAY = timedelta(days=1)
GRANTED = bytes.fromhex("3003020100")
_CONFIG = """
[tsa]
serial = serial
crypto_device = builtin
signer_digest = {digest}
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@cache
def openssl() -> str:
    """Return the program; installed where we may, else the test is skipped."""
    if shutil.which("openssl") is None and AS_ROOT and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], check=False, capture_output=True)
        subprocess.run(OPENSSL_INSTALL, check=False, capture_output=True, env=environment)
    found = shutil.which("openssl")
    if found is None:
        message = f"OpenSSL is not installed; run: {' '.join(OPENSSL_INSTALL)}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


@dataclass(frozen=True, slots=True)
class Signer:
    """A certificate and its key; ``chain`` are the certificates above it, without the root."""

    certificate: x509.Certificate
    key: Key = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def authority(name: str = "root", above: Signer | None = None, begins: timedelta = -DAY) -> Signer:
    """Return an authority that may issue certificates: a root, or one that ``above`` vouches for."""
    return _issue(name, above, ec.generate_private_key(ec.SECP256R1()), begins=begins, is_authority=True)


def stamper(
    above: Signer | None,
    name: str = "stamper",
    *,
    uses: tuple[ObjectIdentifier, ...] = TIMESTAMPS,
    critical: bool = True,
    key: Key | None = None,
    begins: timedelta = -DAY,
    ends: timedelta = DAY,
) -> Signer:
    """Return one that signs timestamps; valid from ``begins`` to ``ends``, counted from now."""
    return _issue(name, above, key or ec.generate_private_key(ec.SECP256R1()), uses, critical, begins, ends)


def _issue(
    name: str,
    above: Signer | None,
    key: Key,
    uses: tuple[ObjectIdentifier, ...] = (),
    critical: bool = True,
    begins: timedelta = -DAY,
    ends: timedelta = DAY,
    *,
    is_authority: bool = False,
) -> Signer:
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).serial_number(x509.random_serial_number())
    builder = builder.issuer_name(above.certificate.subject if above else subject).public_key(key.public_key())
    builder = builder.not_valid_before(now + begins).not_valid_after(now + ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    if uses:
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=critical)
    certificate = builder.sign(above.key if above else key, hashes.SHA256())
    chain = () if above is None or above.certificate.issuer == above.certificate.subject else (above.certificate,)
    return Signer(certificate, key, (*chain, *(above.chain if above else ())))


class Stamps:
    """Makes answers to questions for ``signer``, in ``folder``; the clock is that of the machine."""

    def __init__(self, folder: Path, signer: Signer, digest: str = "sha256") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.signer = signer
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(_CONFIG.format(digest=digest))
        (folder / "signer.pem").write_bytes(signer.pem)
        (folder / "chain.pem").write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in signer.chain))
        key = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "key.pem").write_bytes(key)
        self._signing = ["-signer", "signer.pem", "-inkey", "key.pem"]

    def answer(self, question: bytes) -> bytes:
        """Return the answer of `openssl ts` to ``question``, DER; without the certificate when it is not asked for."""
        chain = ["-chain", "chain.pem"] if self.signer.chain else []
        config = ["-config", "tsa.cnf", "-section", "tsa", "-queryfile", "/dev/stdin"]
        return self._run(["ts", "-reply", *config, *self._signing, *chain], question)

    def signed(self, info: bytes) -> bytes:
        """Return an answer that grants a token over ``info``, a TSTInfo in DER, whoever the signer is."""
        kind = ["-econtent_type", "1.2.840.113549.1.9.16.1.4"]
        token = self._run(
            ["cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-md", "sha256", *kind, *self._signing], info
        )
        return der(0x30, GRANTED + token)

    def _run(self, arguments: list[str], given: bytes) -> bytes:
        done = subprocess.run([openssl(), *arguments], input=given, capture_output=True, cwd=self._folder, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout


def der(tag: int, content: bytes) -> bytes:
    """Return ``content`` with its tag and length (X.690 §8.1)."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def integer(value: int) -> bytes:
    """Return a DER INTEGER that is not negative."""
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def info_of(imprint: bytes, nonce: int, at: datetime, oid: bytes = bytes.fromhex("0609608648016503040201")) -> bytes:
    """Return a TSTInfo (RFC 3161 §2.4.2) over ``imprint``, a hash by the algorithm ``oid`` (SHA-256)."""
    hashed = der(0x30, der(0x30, oid + der(0x05, b"")) + der(0x04, imprint))
    policy = bytes.fromhex("06092b060104018af8540a")
    time = der(0x18, at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode())
    return der(0x30, integer(1) + policy + hashed + integer(7) + time + integer(nonce))


def token_of(answer: bytes) -> bytes:
    """Return the token in ``answer``."""
    return decode_timestamp_response(answer).time_stamp_token()


Answers = Callable[[bytes], bytes | Response | Awaitable[Response]]


@asynccontextmanager
async def stamping(answers: Answers) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Serve what ``answers`` makes of each question; yields the URL and the questions so far."""
    questions: list[bytes] = []

    async def stamp(request: Request) -> Response:
        assert request.headers["Content-Type"] == "application/timestamp-query"
        questions.append(await request.body())
        made = answers(questions[-1])
        if isinstance(made, bytes):
            return Response(made, media_type="application/timestamp-reply")
        return made if isinstance(made, Response) else await made

    async with serving(Starlette(routes=[Route("/tsa", stamp, methods=["POST"])])) as port:
        yield f"http://127.0.0.1:{port}/tsa", questions
