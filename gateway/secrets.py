"""Where a secret may be: in a variable of the environment, or in a file that only we can read. Nowhere else.

Every variable that holds a secret or an address may be told as a file instead: `NAME_FILE` names the file for `NAME`.
Messages say where a secret was looked for, never what was found.
"""

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from connectors.errors import ConfigError, Mistake

FILE_SUFFIX: Final = "_FILE"
MAXIMUM_BYTES: Final = 8192
_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class SecretRefused(Exception):
    """A secret that cannot be used; ``reason`` quotes nothing of it, and no path."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_secret(path: Path) -> str:
    """Return the one line of the file ``path``; raises `SecretRefused`.

    Refused: a link, what is no ordinary file, a file that anybody but its owner may read or write, or whose owner is
    neither we nor root, one that is empty, longer than 8 KiB, or more than one line of text.
    """
    try:
        descriptor = os.open(path, _OPEN)
    except (OSError, ValueError) as error:
        if path.is_symlink():
            raise SecretRefused("the file is a link: name the file itself") from None
        told = getattr(error, "strerror", None) or "not a path"
        raise SecretRefused(f"the file cannot be read: {told.lower()}") from None
    try:
        _check(os.fstat(descriptor))
        return _line(os.read(descriptor, MAXIMUM_BYTES + 1))
    finally:
        os.close(descriptor)


def _check(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise SecretRefused("it is no ordinary file")
    if found.st_mode & 0o077:
        raise SecretRefused("others may read or write the file: set its mode to 0600")
    if found.st_uid not in {os.geteuid(), 0}:
        raise SecretRefused("the file belongs to another user")


def _line(raw: bytes) -> str:
    if len(raw) > MAXIMUM_BYTES:
        raise SecretRefused(f"the file is longer than {MAXIMUM_BYTES} bytes")
    try:
        text = raw.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise SecretRefused("the file is not UTF-8") from None
    if not text.strip():
        raise SecretRefused("the file is empty")
    if not text.isprintable():
        raise SecretRefused("the file holds more than one line of text")
    return text


def with_secret_files(environ: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return ``environ`` with what `NAME_FILE` variables name, for each NAME of ``names``; raises `ConfigError`."""
    told = dict(environ)
    mistakes: list[Mistake] = []
    for name in names:
        variable = f"{name}{FILE_SUFFIX}"
        if not environ.get(variable):
            continue
        if environ.get(name):
            mistakes.append(Mistake("environment", variable, f"`{name}` is set as well: set one of the two"))
            continue
        try:
            told[name] = read_secret(Path(environ[variable]))
        except SecretRefused as error:
            mistakes.append(Mistake("environment", variable, error.reason))
    if mistakes:
        raise ConfigError(mistakes)
    return told
