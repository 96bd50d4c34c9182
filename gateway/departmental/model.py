"""One department's policy file as a value."""

from dataclasses import dataclass

from gateway.policy.departmental import Departmental


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """What ``department`` decided, and the post that wrote it; ``decided`` holds nothing of other departments."""

    department: str
    author: str
    decided: Departmental
