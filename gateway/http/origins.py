"""Cross-origin requests (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol): which web pages may ask.

None unless the settings name their origins; then a browser lets their scripts send a token. It never sends cookies or
other credentials of its own (`allow_credentials` stays off), so that a page can only use a token that it holds itself.
"""

from typing import Final

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from gateway.settings import Cors

METHODS: Final = ("GET", "POST")
ALLOWED: Final = ("Authorization", "DPoP", "Content-Type", "Credit-Purpose", "Credit-Case", "Credit-Consent")
EXPOSED: Final = ("RateLimit", "RateLimit-Policy", "Retry-After", "DPoP-Nonce", "WWW-Authenticate")


def cross_origin(cors: Cors) -> list[Middleware] | None:
    """Return what answers preflights and tells browsers who may read an answer; None when no origin is named."""
    if not cors.origins:
        return None
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=cors.origins,
            allow_methods=METHODS,
            allow_headers=ALLOWED,
            expose_headers=EXPOSED,
            max_age=cors.max_age_seconds,
        )
    ]
