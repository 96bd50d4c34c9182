"""Which file of a folder counts, whether it is still the same one, and whether it lies on a disk of this machine."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Final

from connectors.errors import SourceUnavailable

_LOCAL: Final = timezone(timedelta(hours=8))
"""Asia/Shanghai, which has no summer time since 1991 and needs no time zone database."""


class FileChanged(Exception):
    """The file is not the one that was looked at before: it was replaced, or is being written."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file as it was at one moment."""

    path: Path
    device: int
    inode: int
    size: int
    changed_ns: int

    @property
    def as_of(self) -> str:
        """Return the date on which the file was last changed."""
        return datetime.fromtimestamp(self.changed_ns // 1_000_000_000, _LOCAL).date().isoformat()

    def check(self, file: BinaryIO) -> None:
        """Raise `FileChanged` unless the open ``file`` still is this one."""
        if _found(self.path, os.fstat(file.fileno())) != self:
            raise FileChanged


def newest(folder: Path, pattern: str) -> Found:
    """Return the file of ``pattern`` that was changed last, of two at once the later name; or `SourceUnavailable`."""
    # Strings, not paths: every question looks, and paths would cost it half of what it costs.
    base = str(folder)
    try:
        names = [name for name in os.listdir(base) if fnmatchcase(name, pattern)]  # noqa: PTH208  (as above)
    except OSError:
        raise SourceUnavailable("the folder of the source's files cannot be read") from None
    known = [(name, status) for name in names if (status := _status(f"{base}/{name}")) is not None]
    if not known:
        raise SourceUnavailable("no file of the source is there")
    name, status = max(known, key=lambda each: (each[1].st_mtime_ns, each[0]))
    return _found(folder / name, status)


def _status(path: str) -> os.stat_result | None:
    """Return the status of an ordinary file, None of anything else: a folder, or what was removed meanwhile."""
    try:
        status = os.stat(path)  # noqa: PTH116  (as above)
    except OSError:
        return None
    return status if S_ISREG(status.st_mode) else None


def _found(path: Path, status: os.stat_result) -> Found:
    return Found(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
