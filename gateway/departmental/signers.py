"""Reading of `config/signers.toml`: whose signatures count for which department, and for how long.

A key belongs to a post of one department. It is public: whoever signs keeps the private part, mode 0600, elsewhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
from joserfc.jwk import Key

from connectors.declaration import Part, read_toml, sound_part, unknown
from connectors.errors import ConfigError, Mistake
from connectors.spec import Name, Text
from gateway.auth.documents import read_json
from gateway.auth.keys import read_key_ring
from gateway.days import FIRST_DAY, LAST_DAY, covers, period_mistakes
from gateway.departments import Departments

FILE: Final = "signers.toml"
KEY_FOLDER: Final = "signers"
"""Beside the file: where the keys that it names by file lie."""
ALGORITHM_OF_CURVE: Final[Mapping[object, str]] = {"Ed25519": "EdDSA", "P-256": "ES256"}
_TYPE_OF_CURVE: Final[Mapping[object, str]] = {"Ed25519": "OKP", "P-256": "EC"}
_NEEDED: Final = "expected a public key (JWK) of curve Ed25519 or P-256"


@dataclass(frozen=True, slots=True)
class Signer:
    """A post of ``department`` that may sign for it from ``since`` to ``until`` (days, both included)."""

    kid: str
    department: str
    post: str
    key: Key
    since: str = FIRST_DAY
    until: str = LAST_DAY

    @property
    def algorithm(self) -> str:
        """The one algorithm (`alg`, RFC 7518, RFC 8037) that the key signs by."""
        return ALGORITHM_OF_CURVE[self.key.get("crv")]

    def valid(self, day: str) -> bool:
        """Return whether the key may sign, and its signatures count, on ``day``."""
        return covers(self.since, self.until, day)


class SignerSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One signer as the file has it: ``jwk`` inline, or ``key_file`` in the folder `signers`."""

    department: Name
    post: Text
    jwk: dict[str, str] | None = None
    key_file: str | None = None
    since: str | None = None
    until: str | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    signers: dict[str, SignerSpec] = {}


def load_signers(path: Path, departments: Departments | None) -> dict[str, Signer]:
    """Return the signers of ``path`` by key id, none when there is no file; raises `ConfigError` with every mistake."""
    if not path.exists():
        return {}
    tables = read_toml(path)
    mistakes: list[Mistake] = []

    def note(place: str, message: str) -> None:
        mistakes.append(Mistake(path.name, place, message))

    sound = sound_part(tables, _File, "", note)
    declared: Mapping[str, Part] = sound.get("signers", {})
    keys: dict[str, Key] = {}
    for kid, signer in declared.items():
        for key, message in (*_mistakes(kid, signer, departments), *_read_key(kid, signer, path.parent, keys)):
            note(f"signers.{kid}.{key}".rstrip("."), message)
    if mistakes:
        raise ConfigError(mistakes)
    specs = msgspec.convert(tables, _File).signers
    return {kid: _signer(kid, spec, keys[kid]) for kid, spec in specs.items()}


def _signer(kid: str, spec: SignerSpec, key: Key) -> Signer:
    return Signer(kid, spec.department, spec.post, key, spec.since or FIRST_DAY, spec.until or LAST_DAY)


def _mistakes(kid: str, signer: Part, departments: Departments | None) -> Iterator[tuple[str, str]]:
    if not (kid.isascii() and kid.replace("-", "").replace("_", "").isalnum()) or len(kid) > 64:
        yield "", "not a key id: letters, digits, `-` and `_`, at most 64"
    code = signer.get("department")
    if departments is not None and code is not None and code not in departments:
        yield "department", unknown("department", code, list(departments))
    post = signer.get("post")
    if post is not None and (not post.isprintable() or post.strip() != post):
        yield "post", "expected the name of a post, printable and without blanks around it"
    yield from period_mistakes(signer.get("since"), signer.get("until"), ("since", "until"))


def _read_key(kid: str, signer: Part, folder: Path, keys: dict[str, Key]) -> Iterator[tuple[str, str]]:
    """Add the public key of ``signer`` to ``keys``, or yield why there is none."""
    if signer.lacks("jwk") == signer.lacks("key_file"):
        yield "", "expected either `jwk` or `key_file`"
        return
    at = "jwk" if "jwk" in signer else "key_file"
    if at not in signer:
        return
    try:
        jwk = dict(signer["jwk"]) if at == "jwk" else _key_of_file(folder / KEY_FOLDER, signer["key_file"])
        key = public_key(jwk)
    except ValueError as error:
        yield at, str(error)
        return
    same = next((other for other, known in keys.items() if known.thumbprint() == key.thumbprint()), None)
    if same is not None:
        yield at, f"is the key of `{same}` too: nobody signs as two posts"
    keys[kid] = key


def _key_of_file(folder: Path, name: str) -> dict[str, Any]:
    # INVARIANT: a key file is one of its folder: a name with a way in it leads nowhere.
    if Path(name).name != name or name in {"", ".", ".."}:
        raise ValueError(f"expected the name of a file in `{KEY_FOLDER}`")
    try:
        read = read_json((folder / name).read_bytes())
    except (OSError, ValueError):
        raise ValueError(f"`{name}` is no JWK, or cannot be read in `{KEY_FOLDER}`") from None
    if not isinstance(read, dict):
        raise ValueError(_NEEDED)
    return read


def public_key(jwk: Mapping[str, Any]) -> Key:
    """Return the key of a public ``jwk`` of one of the two curves; raises ValueError that says what is wrong."""
    if "d" in jwk:
        raise ValueError("holds the private key: take `d` out, and make a new key, since this one has been shown")
    curve = jwk.get("crv")
    if not isinstance(curve, str) or curve not in ALGORITHM_OF_CURVE or jwk.get("kty") != _TYPE_OF_CURVE[curve]:
        raise ValueError(_NEEDED)
    ring = read_key_ring({"keys": [jwk]})
    if ring is None or not ring.keys or ring.keys[0].get("alg") not in (None, ALGORITHM_OF_CURVE[curve]):
        raise ValueError(_NEEDED)
    return ring.keys[0]
