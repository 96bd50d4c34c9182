"""The signature of the print: PAdES (ETSI EN 319 142-1, level B-B) by pyHanko, certifying that nothing may be changed.

Blocks: call it in a thread. A certification signature with no changes permitted (ISO 32000-2, 12.8.2.2): whatever is
added to the file later, even in the ways that PDF allows, makes it invalid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from gateway.reports.keys import ReportKey
from gateway.reports.printed import ATTACHED

FIELD: Final = "CreditReport"
REASON: Final = "公共信用信息报告 credit report"


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


def sign_pdf(pdf: bytes, key: ReportKey) -> bytes:
    """Return ``pdf`` signed; still a PDF/A, since a signature is added behind it."""
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    own, *above = [asn1(each) for each in key.certificates]
    store.register_multiple(above)
    private = key.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = SimpleSigner(signing_cert=own, signing_key=asn1_keys.PrivateKeyInfo.load(private), cert_registry=store)
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=REASON,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    writer = ArchiveWriter(BytesIO(pdf))
    signed: BytesIO = PdfSigner(metadata, signer).sign_pdf(writer)
    return signed.getvalue()


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
    sound = status.intact and status.valid and status.docmdp_ok
    if not sound or status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        raise PdfRefused("PDF_FAILS")
    signer = x509.load_der_x509_certificate(found.signer_cert.dump())
    return SignedPdf(_attached(reader), at, signer, bool(status.bottom_line), found.pkcs7_content)


def is_bare(content: bytes, chain: Sequence[x509.Certificate]) -> bool:
    """Tell whether ``content``, the place of the signature, holds the signature of ``chain`` and nothing else.

    A signature cannot cover the place where it stands itself, so that is built anew from what is signed, and compared.
    """
    signed = cms.ContentInfo.load(content)["content"]
    signer = signed["signer_infos"][0]
    issuer, own = signer["sid"].chosen, asn1(chain[0])
    rebuilt = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [signer["digest_algorithm"]],
            "encap_content_info": {"content_type": "data"},
            "certificates": [each.chosen for each in signed["certificates"]],
            "signer_infos": [signer],
        }
    )
    known = {each.public_bytes(Encoding.DER) for each in chain}
    expected = cms.ContentInfo({"content_type": "signed_data", "content": rebuilt}).dump(force=True)
    return (
        content[: len(expected)] == expected
        and not any(content[len(expected) :])
        and {each.chosen.dump() for each in signed["certificates"]} == known
        and len(signed["certificates"]) == len(known)
        and (issuer["issuer"].dump(), issuer["serial_number"].native) == (own.issuer.dump(), own.serial_number)
    )


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
