"""Which file of a folder counts, whether it is still the same one, and whether it lies on a disk of this machine."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Final
from unicodedata import normalize

from connectors.errors import SourceUnavailable

_LOCAL: Final = timezone(timedelta(hours=8))
"""Asia/Shanghai, which has no summer time since 1991 and needs no time zone database."""

_HIDDEN: Final = ("~$", ".")
"""How names of files begin that Office and others keep while somebody edits."""

Known = tuple[str, os.stat_result]
"""Name and status of a file."""


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
        return self.as_of_time[:10]

    @property
    def as_of_time(self) -> str:
        """Return when the file was last changed, to the second, by the clocks of China."""
        return datetime.fromtimestamp(self.changed_ns // 1_000_000_000, _LOCAL).isoformat()

    def check(self, file: BinaryIO) -> None:
        """Raise `FileChanged` unless the open ``file`` still is this one."""
        if _found(self.path, os.fstat(file.fileno())) != self:
            raise FileChanged

    @contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """Give the file to be read whole; raises `FileChanged` when it is not this one, before or after, or is gone.

        Raises `SourceUnavailable` when it cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                self.check(file)
                yield file
                self.check(file)
        except FileNotFoundError:
            raise FileChanged from None
        except OSError:
            raise SourceUnavailable("the file of the source cannot be read") from None


def newest(folder: Path, pattern: str, mark: str | None = None) -> Found:
    """Return the file of ``pattern`` that counts, or raise `SourceUnavailable`.

    Of folders that the pattern names, that of the latest name counts, if it holds a file of the pattern; of files the
    one that was changed last, of two at once the later name. A file whose name has ``mark`` supersedes the one without.
    """
    *above, name_pattern = pattern.split("/")
    try:
        for base in _folders(str(folder), above):
            known = _files(base, name_pattern)
            if known:
                name, status = _superseding(known, mark) if mark else max(known, key=_age)
                return _found(Path(base, name), status)
    except OSError:
        raise SourceUnavailable("the folder of the source's files cannot be read") from None
    raise SourceUnavailable("no file of the source is there")


def _folders(base: str, patterns: Sequence[str]) -> Iterator[str]:
    """Yield the folders below ``base`` whose names are of ``patterns``, one a level, the latest name first."""
    if not patterns:
        yield base
        return
    for name in sorted(_names(base, patterns[0]), reverse=True):
        if Path(base, name).is_dir():
            yield from _folders(f"{base}/{name}", patterns[1:])


def _files(base: str, pattern: str) -> list[Known]:
    statuses = [(name, _status(f"{base}/{name}")) for name in _names(base, pattern)]
    return [(name, status) for name, status in statuses if status is not None]


def _names(base: str, pattern: str) -> list[str]:
    """Return the names in ``base`` of ``pattern``, but not those that programs give to files being edited."""
    # Strings, not paths: every question looks, and paths would cost it half of what it costs.
    return [name for name in os.listdir(base) if fnmatchcase(name, pattern) and not name.startswith(_HIDDEN)]  # noqa: PTH208  (as above)


def _age(known: Known) -> tuple[int, str]:
    return known[1].st_mtime_ns, known[0]


def _superseding(known: Sequence[Known], mark: str) -> Known:
    """Return the file that counts where a reissue with ``mark`` in its name supersedes the original, however old it is.

    When a period was reported is told by its original, where that is still there: the correction of an old return may
    be newer than the return of the next month.
    """
    folded = normalize("NFKC", mark)
    periods: dict[str, list[tuple[int, Known]]] = {}
    for each in known:
        name = normalize("NFKC", each[0])
        period = "".join(name.replace(folded, "").split())
        periods.setdefault(period, []).append((name.count(folded), each))
    latest = max(periods.values(), key=lambda period: _age(_original(period)))
    return max(latest, key=lambda issue: (issue[0], _age(issue[1])))[1]


def _original(period: Sequence[tuple[int, Known]]) -> Known:
    """Return the least corrected issue of a period, of two the newer."""
    return min(period, key=lambda issue: (issue[0], -issue[1][1].st_mtime_ns))[1]


def _status(path: str) -> os.stat_result | None:
    """Return the status of an ordinary file, None of anything else: a folder, or what was removed meanwhile."""
    try:
        status = os.stat(path)  # noqa: PTH116  (as above)
    except OSError:
        return None
    return status if S_ISREG(status.st_mode) else None


def _found(path: Path, status: os.stat_result) -> Found:
    return Found(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
