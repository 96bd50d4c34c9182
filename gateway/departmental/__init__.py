"""What departments decide themselves, read from `config/policies/`, and who signed for what it opens.

The values stand in `gateway.policy.departmental`; here they are read, compared, signed and checked.
"""

from gateway.departmental.coverage import Covered, coverage, coverage_mistakes
from gateway.departmental.load import load_departmental, read_policies, together
from gateway.departmental.mistakes import Known
from gateway.departmental.model import PolicyFile
from gateway.departmental.signers import Signer, load_signers
from gateway.departmental.widening import Difference, wider

__all__ = [
    "Covered",
    "Difference",
    "Known",
    "PolicyFile",
    "Signer",
    "coverage",
    "coverage_mistakes",
    "load_departmental",
    "load_signers",
    "read_policies",
    "together",
    "wider",
]
