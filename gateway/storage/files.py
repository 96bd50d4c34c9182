"""Writing of files that rights hang on: whole or not at all, with the mode they must have, never through a link."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o600
PUBLIC: Final = 0o644


def write_new(path: Path, text: str, mode: int = PRIVATE) -> None:
    """Write a new file; raises FileExistsError when anything, a link too, has that name."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def rewrite(path: Path, text: str, mode: int | None = None) -> None:
    """Put ``text`` in the place of what ``path`` holds, with ``mode``, else the mode it has.

    A link is replaced, never followed: nobody can turn the writing onto another file. Readers see the old or the new.
    """
    if mode is None:
        mode = path.lstat().st_mode & 0o777
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    write_new(draft, text, mode)
    try:
        draft.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            draft.unlink()
        raise
    sync_folder(path.parent)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one command at a time change files of ``folder``."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Bring the names in ``folder`` to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
