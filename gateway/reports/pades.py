"""The signature of the print: PAdES by pyHanko, certifying that nothing may be changed.

Blocks: call it in a thread. Its level (ETSI EN 319 142-1, 6) is B-T with the time stamp of an authority over the
signature, else B-B. A certification signature with no changes permitted (ISO 32000-2, 12.8.2.2): whatever is added to
the file later, even in the ways that PDF allows, makes it invalid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from asn1crypto import cms
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from gateway.anchors.der import SEQUENCE, children, encoded
from gateway.reports.authority import Authority, NotStamped
from gateway.reports.keys import ReportKey
from gateway.reports.printed import ATTACHED

FIELD: Final = "CreditReport"
REASON: Final = "公共信用信息报告 credit report"
_DIGEST: Final = "sha256"
_SIGNED: Final = ("version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature")
_SIGNED_DATA: Final = cms.ContentType("signed_data").dump()
_STAMP: Final = cms.CMSAttributeType("signature_time_stamp_token").dump()
_SET, _EXPLICIT, _UNSIGNED = 0x31, 0xA0, 0xA1
"""Tags of DER: of a set, of the content of a ContentInfo, of unsigned attributes (RFC 5652 §5.3)."""
_SIGNATURE_BYTES: Final = 2048
_TOKEN_BYTES: Final = 16_384
"""Room for a signature without its certificates, and for a token before the first is known."""


class ArchiveWriter(IncrementalPdfFileWriter):
    """Adds a signature to a PDF/A-3 and leaves it one.

    Such a file is a PDF 1.7 whose XMP metadata say so (ISO 19005-3, 6.1.2 and 6.6); pyHanko would make a PDF 2.0 of it
    for signatures of P-256 (ISO/TS 32002, which is an extension of PDF 2.0 alone), and write its metadata anew.
    """

    output_version = (1, 7)

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Leave the version as it is."""

    def register_extension(self, ext: DeveloperExtension) -> None:
        """Name the extension of PAdES (ETSI EN 319 142-1, 5.6), and none of another version of PDF."""
        if ext.base_version == pdf_name("/1.7"):
            super().register_extension(ext)

    def _update_meta(self) -> None:
        """Leave title, times and producer as they were set."""


class _Stamper(TimeStamper):
    """Asks an authority for the time stamp of a signature."""

    def __init__(self, authority: Authority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority = authority

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return the verified token over a digest (SHA-256); raises `NotStamped`."""
        nonce, question = self.request_cms(message_digest, md_algorithm)  # type: ignore[no-untyped-call]
        return cms.ContentInfo.load(await self._authority.stamp(question.dump(), nonce, message_digest))


def sign_pdf(pdf: bytes, key: ReportKey, authority: Authority | None = None) -> bytes:
    """Return ``pdf`` signed, with a time stamp where there is an ``authority``; raises `NotStamped`.

    It is still a PDF/A, since a signature is added behind it.
    """
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    own, *above = [asn1(each) for each in key.certificates]
    store.register_multiple(above)
    private = key.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = SimpleSigner(signing_cert=own, signing_key=asn1_keys.PrivateKeyInfo.load(private), cert_registry=store)
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=_DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        reason=REASON,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    writer = ArchiveWriter(BytesIO(pdf))
    pdf_signer = PdfSigner(metadata, signer, timestamper=_Stamper(authority) if authority is not None else None)
    try:
        signed: BytesIO = pdf_signer.sign_pdf(writer, bytes_reserved=_reserved(key, authority))
    except SigningError as error:
        if authority is None:
            raise
        raise NotStamped("its token is larger than the place for it") from error
    return signed.getvalue()


def _reserved(key: ReportKey, authority: Authority | None) -> int | None:
    """Return how many hexadecimal digits are kept for a signature with a time stamp; the library measures others."""
    if authority is None:
        return None
    chain = sum(len(each.public_bytes(Encoding.DER)) for each in key.certificates)
    return 2 * (_SIGNATURE_BYTES + chain + (authority.largest * 5 // 4 or _TOKEN_BYTES))


@dataclass(frozen=True, slots=True)
class SignedPdf:
    """A print whose signature holds: the attached JSON form, and when it says that it was signed.

    ``believed`` tells whether the signer's certificate leads to a trusted one, and was valid then.
    """

    attached: str
    signed_at: datetime | None
    certificate: x509.Certificate
    believed: bool
    signature: bytes
    """As it stands in the file, with what stands behind it."""
    token: bytes | None
    """The time stamp (DER) over the signature, none at level B-B; whose it is, and what it says, is not checked."""
    stamped: bytes
    """What a time stamp must be over: the SHA-256 of the value of the signature."""


class PdfRefused(ValueError):
    """A PDF that is no report, or not as it was signed; ``reason`` is a code of `findings`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_pdf(pdf: bytes, trusted: Sequence[x509.Certificate]) -> SignedPdf:
    """Return what the signed ``pdf`` holds, its signature sound by pyHanko's rules; raises `PdfRefused`."""
    try:
        return _checked(PdfFileReader(BytesIO(pdf)), trusted)
    except PdfRefused:
        raise
    except (PdfError, SignatureValidationError) as error:
        raise PdfRefused("PDF_FAILS") from error
    except Exception as error:  # what a forged file makes a reader of PDF raise is anything
        raise PdfRefused("PDF_UNREADABLE") from error


def _checked(reader: PdfFileReader, trusted: Sequence[x509.Certificate]) -> SignedPdf:
    signatures = reader.embedded_regular_signatures
    if len(signatures) != 1 or len(reader.embedded_signatures) != 1:
        raise PdfRefused("PDF_NO_SIGNATURE")
    found = signatures[0]
    at = found.self_reported_timestamp
    context = ValidationContext(trust_roots=[asn1(each) for each in trusted], allow_fetching=False, moment=at)
    status = validate_pdf_signature(found, context)
    stamp = status.timestamp_validity
    sound = status.intact and status.valid and status.docmdp_ok and (stamp is None or (stamp.intact and stamp.valid))
    if not sound or status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        raise PdfRefused("PDF_FAILS")
    signer = x509.load_der_x509_certificate(found.signer_cert.dump())
    info = found.signer_info
    return SignedPdf(
        attached=_attached(reader),
        signed_at=at,
        certificate=signer,
        believed=bool(status.trusted),
        signature=found.pkcs7_content,
        token=_token(info),
        stamped=sha256(info["signature"].native).digest(),
    )


def _token(signer: cms.SignerInfo) -> bytes | None:
    """Return the time stamp that ``signer`` carries; raises `PdfRefused` for anything else that no signature covers."""
    unsigned = signer["unsigned_attrs"]
    if not unsigned:
        return None
    kinds = [(each["type"].native, len(each["values"])) for each in unsigned]
    if kinds != [("signature_time_stamp_token", 1)]:
        raise PdfRefused("PDF_FAILS")
    token: bytes = unsigned[0]["values"][0].dump()
    return token


def is_bare(content: bytes, chain: Sequence[x509.Certificate]) -> bool:
    """Tell whether ``content``, the place of the signature, holds the signature of ``chain`` and nothing else.

    A signature cannot cover the place where it stands itself, so that is built anew from what is signed, and compared.
    """
    signed = cms.ContentInfo.load(content)["content"]
    signer = signed["signer_infos"][0]
    issuer, own = signer["sid"].chosen, asn1(chain[0])
    known = {each.public_bytes(Encoding.DER) for each in chain}
    expected = _rebuilt(signed, signer)
    return (
        content[: len(expected)] == expected
        and not any(content[len(expected) :])
        and {each.chosen.dump() for each in signed["certificates"]} == known
        and len(signed["certificates"]) == len(known)
        and (issuer["issuer"].dump(), issuer["serial_number"].native) == (own.issuer.dump(), own.serial_number)
    )


def _rebuilt(signed: cms.SignedData, signer: cms.SignerInfo) -> bytes:
    """Return the container of ``signer``'s signature built anew, with its time stamp as it is."""
    bare = cms.SignerInfo({name: signer[name] for name in _SIGNED})
    rebuilt = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [signer["digest_algorithm"]],
            "encap_content_info": {"content_type": "data"},
            "certificates": [each.chosen for each in signed["certificates"]],
            "signer_infos": [bare],
        }
    )
    # Only of what is not deep: to encode anew takes the library twice as long for each level.
    *before, signers = children(rebuilt.dump(force=True))
    token = _token(signer)
    if token is not None:
        stamp = encoded(_UNSIGNED, encoded(SEQUENCE, _STAMP + encoded(_SET, token)))
        signers = encoded(_SET, encoded(SEQUENCE, b"".join(children(bare.dump(force=True))) + stamp))
    return encoded(SEQUENCE, _SIGNED_DATA + encoded(_EXPLICIT, encoded(SEQUENCE, b"".join(before) + signers)))


def _attached(reader: PdfFileReader) -> str:
    """Return the JSON form that the print carries."""
    names: Any = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    for place in range(0, len(names), 2):
        if str(names[place]) == ATTACHED:
            content: bytes = names[place + 1]["/EF"]["/F"].data
            return content.decode()
    raise PdfRefused("PDF_NO_JSON")


def asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """Return ``certificate`` as pyHanko takes it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
