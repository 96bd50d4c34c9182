"""The page that verifies an answer in the browser: static files, and the public keys as a script beside them.

The page may load nothing but these files and send nothing anywhere: its policy allows no connection, no form, no frame.
"""

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

VERIFY_PATH: Final = "/verify"
_FOLDER: Final = files("gateway.portal") / "verify"
_MEDIA: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
FILES: Final = (
    "index.html", "style.css", "words.js", "json_text.js", "hashes.js", "log.js", "bundle.js", "proof.js", "page.js",
)  # fmt: skip
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def verifier_routes(keys: Callable[[], Sequence[str]]) -> list[Route]:
    """Return the routes of the page; ``keys`` returns the verifier keys of the moment, in text."""
    routes = [Route(VERIFY_PATH, _with_slash)]
    for name in FILES:
        path = f"{VERIFY_PATH}/" if name == "index.html" else f"{VERIFY_PATH}/{name}"
        routes.append(Route(path, _served(name)))

    async def served_keys(_: Request) -> Response:
        return _response(f"const SERVED_KEYS = {_script_text(chr(10).join(keys()))};\n".encode(), "js")

    return [*routes, Route(f"{VERIFY_PATH}/keys.js", served_keys)]


def _served(name: str) -> Callable[[Request], Response]:
    body, kind = (_FOLDER / name).read_bytes(), name.rpartition(".")[2]

    def serve(_: Request) -> Response:
        return _response(body, kind)

    return serve


async def _with_slash(_: Request) -> Response:
    """The files of the page are named from its folder; relative, since a proxy may serve us below a path."""
    return RedirectResponse("verify/", 308, headers={"Cache-Control": "no-cache"})


def _response(body: bytes, kind: str) -> Response:
    return Response(body, headers={**HEADERS, "Content-Type": f"{_MEDIA[kind]}; charset=utf-8"})


def _script_text(text: str) -> str:
    """Return ``text`` as a string of JavaScript; what could end a script in a document is escaped all the same."""
    return json.dumps(text).replace("<", "\\u003c")
