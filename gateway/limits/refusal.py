"""How a limit says no: which one, what it allows, and what was found."""

from gateway.errors import TooCostly


def too_costly(limit: str, allowed: int, found: int, message: str) -> TooCostly:
    """Return the refusal of a request that is over ``limit``, a key of the settings."""
    return TooCostly(message, extensions={"limit": limit, "allowed": allowed, "found": found})
