"""What departments decide themselves, read from `config/policies/`, and who signed for what it opens.

The values stand in `gateway.policy.departmental`; here they are read, compared, signed and checked.
"""

from gateway.departmental.load import load_departmental, read_policies
from gateway.departmental.mistakes import Known
from gateway.departmental.model import PolicyFile

__all__ = ["Known", "PolicyFile", "load_departmental", "read_policies"]
