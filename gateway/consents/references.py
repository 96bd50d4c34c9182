"""The header `Credit-Consent`: ids of recorded consents and consent tokens, separated by commas (RFC 9110 §5.6.1).

    Credit-Consent: 019a8b6c55d07c3f9a1be0d1c2f3a4b5, eyJhbGciOiJFUzI1NiIsInR5cCI6ImNvbnNlbnQrand0In0.…

Refusals quote nothing: what stands in the wrong header may be a personal number or a secret.
"""

import re
from typing import Final

from gateway.errors import BadRequest

MAXIMUM_REFERENCES: Final = 8
MAXIMUM_TOKEN_LENGTH: Final = 4096
MAXIMUM_LENGTH: Final = 16_384
RECORDED: Final = re.compile(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}")
"""The id of a recorded consent: a UUIDv7 in 32 hex digits (RFC 9562 §5.7)."""
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
"""The compact form of a signed token (RFC 7515 §7.1)."""


def references(header: str) -> tuple[str, ...]:
    """Return the references that ``header`` names, each once, in their order; raises `BadRequest`."""
    if len(header) > MAXIMUM_LENGTH:
        raise BadRequest(f"`Credit-Consent` is longer than {MAXIMUM_LENGTH} characters")
    named = tuple(dict.fromkeys(each.strip(" \t") for each in header.split(",")))
    if len(named) > MAXIMUM_REFERENCES:
        raise BadRequest(f"`Credit-Consent` names more than {MAXIMUM_REFERENCES} consents")
    for each in named:
        if len(each) > MAXIMUM_TOKEN_LENGTH:
            raise BadRequest(f"a consent token in `Credit-Consent` is longer than {MAXIMUM_TOKEN_LENGTH} characters")
        if not is_recorded(each) and TOKEN.fullmatch(each) is None:
            raise BadRequest(
                "`Credit-Consent` must hold ids of recorded consents (32 hex digits) or consent tokens, with commas"
            )
    return named


def is_recorded(reference: str) -> bool:
    """Return whether ``reference`` has the form of the id of a recorded consent."""
    return RECORDED.fullmatch(reference) is not None
