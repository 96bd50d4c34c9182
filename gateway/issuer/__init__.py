"""The development issuer: real access tokens on a newcomer's own machine, never in production."""

from gateway.issuer.issuer import OWN_RULES, SEED_ENV, DevelopmentIssuer
from gateway.issuer.signing import KEY_FILE_ENV

__all__ = ["KEY_FILE_ENV", "OWN_RULES", "SEED_ENV", "DevelopmentIssuer"]
