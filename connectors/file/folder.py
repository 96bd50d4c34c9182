"""Which file of a folder counts, and whether it is still the same one: the newest supersedes the others."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
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
    try:
        os.listdir(folder)  # noqa: PTH208  (a glob of a folder that is not there finds nothing, and says nothing)
        found = [_found(path, status) for path in folder.glob(pattern) if (status := _status(path)) is not None]
    except OSError:
        raise SourceUnavailable("the folder of the source's files cannot be read") from None
    if not found:
        raise SourceUnavailable("no file of the source is there")
    return max(found, key=lambda each: (each.changed_ns, each.path.name))


def _status(path: Path) -> os.stat_result | None:
    """Return the status of an ordinary file, None of anything else: a folder, or what was removed meanwhile."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status if S_ISREG(status.st_mode) else None


def _found(path: Path, status: os.stat_result) -> Found:
    return Found(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
