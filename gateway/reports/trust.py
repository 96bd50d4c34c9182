"""Whether the signer of a report is one whom the verifier believes: a path from its certificate to a believed one.

The same rules as for the print (RFC 5280 by pyHanko's validator): a certificate that is believed itself, or issued by
one that is, valid at the moment that the report names.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError

from gateway.reports.pades import asn1


def believed(chain: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate], moment: datetime) -> bool:
    """Tell whether the first certificate of ``chain`` leads to one of ``trusted`` and was valid at ``moment``."""
    own, *above = [asn1(each) for each in chain]
    context = ValidationContext(trust_roots=[asn1(each) for each in trusted], allow_fetching=False, moment=moment)
    if not chain[0].not_valid_before_utc <= moment <= chain[0].not_valid_after_utc:
        return False
    validator = CertificateValidator(own, intermediate_certs=above, validation_context=context)
    try:
        asyncio.run(validator.async_validate_usage(set()))  # type: ignore[no-untyped-call]
    except (PathBuildingError, PathValidationError):
        return False
    return True
