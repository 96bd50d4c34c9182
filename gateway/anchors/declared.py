"""What `[[ledger.anchors]]` in `gateway.toml` may say: where checkpoints are kept besides the ledger.

No address and no secret stands there: keys that end in `_env` name variables of the environment.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from connectors.declaration import Part
from connectors.errors import Mistake
from connectors.spec import Variable
from gateway.anchors.timestamps import read_ca

FILE: Final = "gateway.toml"
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "file": ("path",),
    "webhook": ("url_env", "secret_env", "timeout_seconds"),
    "rfc3161": ("url_env", "ca_file", "timeout_seconds"),
}
"""Kind -> the keys that it has besides name, kind and every_seconds; each of them is needed but timeout_seconds."""
MAXIMUM_CA_BYTES: Final = 1 << 20
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_COMMON: Final = ("name", "kind", "every_seconds")
_OPTIONAL: Final = "timeout_seconds"


class AnchorSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One anchor; which keys it needs beyond ``name`` hangs on its ``kind`` (`KEYS`)."""

    name: str
    kind: Literal["file", "webhook", "rfc3161"]
    path: str | None = None
    url_env: Variable | None = None
    secret_env: Variable | None = None
    ca_file: str | None = None
    timeout_seconds: Annotated[float, Meta(gt=0, le=120)] | None = None
    every_seconds: Annotated[float, Meta(ge=0, le=86_400)] = 0.0

    @property
    def variables(self) -> list[str]:
        """The variables of the environment that it needs."""
        return [name for name in (self.url_env, self.secret_env) if name is not None]


def anchor_mistakes(anchors: Iterable[Part]) -> Iterator[tuple[str, str]]:
    """Yield place and message of what is wrong in ``anchors``, sound parts of tables, beyond single values."""
    names = Counter(each["name"] for each in anchors if "name" in each)
    for at, each in enumerate(anchors, 1):
        place = f"ledger.anchors.{at}"
        name = each.get("name", "anchor")
        if _NAME.fullmatch(name) is None:
            yield f"{place}.name", f"`{name}` is no name: lower-case letters, digits and `_`, at most 64"
        elif names[name] > 1:
            yield f"{place}.name", f"`{name}` stands more than once"
        if "kind" in each:
            yield from _of_kind(place, each["kind"], each)


def _of_kind(place: str, kind: str, anchor: Part) -> Iterator[tuple[str, str]]:
    needed = [key for key in KEYS[kind] if key != _OPTIONAL]
    for key in needed:
        if anchor.lacks(key):
            yield f"{place}.{key}", f"missing: an anchor of kind `{kind}` needs {', '.join(needed)}"
        elif anchor.get(key) == "":
            yield f"{place}.{key}", "empty"
    for key in anchor:
        if key not in _COMMON and key not in KEYS[kind]:
            known = ", ".join((*_COMMON, *KEYS[kind]))
            yield f"{place}.{key}", f"not a key of an anchor of kind `{kind}`; known: {known}"


def ca_mistakes(anchors: Iterable[AnchorSpec], folder: Path) -> list[Mistake]:
    """Return a mistake for each CA file, beside `gateway.toml` in ``folder``, that holds no authority."""
    return [
        Mistake(FILE, f"ledger.anchors.{at}.ca_file", f"`{spec.ca_file}` holds no certificate (PEM) of an authority")
        for at, spec in enumerate(anchors, 1)
        if spec.ca_file and not _holds_authority(folder / spec.ca_file)
    ]


def missing_variables(anchors: Iterable[AnchorSpec], environ: Mapping[str, str]) -> list[Mistake]:
    """Return a mistake for each variable that ``anchors`` name and ``environ`` lacks."""
    return [
        Mistake(FILE, f"ledger.anchors.{at}.{key}", f"the environment variable `{variable}` is not set")
        for at, spec in enumerate(anchors, 1)
        for key, variable in (("url_env", spec.url_env), ("secret_env", spec.secret_env))
        if variable is not None and not environ.get(variable, "").strip()
    ]


def _holds_authority(path: Path) -> bool:
    try:
        content = path.read_bytes()
        return len(content) <= MAXIMUM_CA_BYTES and bool(read_ca(content))
    except (OSError, ValueError):
        return False
