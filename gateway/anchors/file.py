"""An anchor that is a file of signed notes, to which lines are only ever added: on a disk that others back up or keep.

Each checkpoint is added in one write and synced before it counts. Whoever holds a copy of the file can tell a ledger
that was cut back or rewritten (`credit-gateway ledger verify` takes the file as it is).

# INVARIANT: nothing that was written whole is changed or removed; only half a note, which a full disk or a lost power
left at the end, is cut off.
"""

import asyncio
import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.anchors.anchor import Kind, Refused, Undelivered
from gateway.anchors.notes import Stated, read_note
from gateway.storage.files import PUBLIC, sync_folder

TAIL_BYTES: Final = 65_536
"""How much of the end of the file is read: many times a note."""
_NOTE: Final = re.compile("(?:^[^\n]+\n){3,32}\n(?:— [^\n]+\n){1,32}".encode(), re.MULTILINE)
_FOREIGN: Final = "the file holds something else than checkpoints"
_OPEN: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class FileAnchor:
    """The file at ``path``; several processes may add to it, one after the other."""

    name: str
    path: Path
    kind: Kind = "file"

    async def take(self, checkpoint: Stated) -> None:
        """Return when the file has ``checkpoint``, on disk; raises `Undelivered` or `Refused`."""
        try:
            await asyncio.to_thread(add_note, self.path, checkpoint)
        except OSError as error:
            raise Undelivered((error.strerror or type(error).__name__).lower()) from None


def add_note(path: Path, checkpoint: Stated) -> None:
    """Add ``checkpoint`` to the file at ``path``, made with mode 0644; does nothing when it is the last one there.

    Raises `Refused` when the last one there is of another ledger, larger, or of the same size with another root; also
    when what stands there is no note. Raises OSError when the file cannot be written.
    """
    with _opened(path) as descriptor:
        size = os.fstat(descriptor).st_size
        end = read_end(os.pread(descriptor, TAIL_BYTES, max(0, size - TAIL_BYTES)), size)
        if end.last is not None and _is_there(end.last, checkpoint):
            return
        if end.half:
            if not _is_begun(end.half, checkpoint.origin):
                raise Refused(_FOREIGN)
            os.ftruncate(descriptor, size := size - len(end.half))
        try:
            _write(descriptor, f"{end.gap}{checkpoint.note}\n".encode())
        except OSError:
            os.ftruncate(descriptor, size)
            raise
        os.fsync(descriptor)
    sync_folder(path.parent)


@dataclass(frozen=True, slots=True)
class End:
    """How a file of notes ends: its last whole note, what must stand before a further one, and bytes behind it."""

    last: Stated | None
    gap: str
    half: bytes


def read_end(tail: bytes, size: int) -> End:
    """Return how a file of ``size`` bytes ends, from its last bytes; raises `Refused` when it holds no notes."""
    last = None
    for last in _NOTE.finditer(tail):  # noqa: B007  (the last one counts)
        pass
    if last is None:
        if size > len(tail):
            raise Refused(_FOREIGN)
        return End(None, "", tail)
    behind = tail[last.end() :]
    try:
        stated = read_note(last[0].decode())
    except ValueError:
        raise Refused(_FOREIGN) from None
    return End(stated, "" if behind.startswith(b"\n") else "\n", behind.removeprefix(b"\n"))


def _is_there(last: Stated, new: Stated) -> bool:
    """Return whether ``last`` says what ``new`` does; raises `Refused` when both cannot be of one ledger's past."""
    if last.origin != new.origin:
        raise Refused("the file is of another ledger")
    if new.size < last.size:
        raise Refused("smaller than the last checkpoint there")
    if new.size == last.size and new.root != last.root:
        raise Refused("another root than the last checkpoint there")
    return new.size == last.size


def _is_begun(half: bytes, origin: str) -> bool:
    """Return whether ``half`` can be what is left of a note of ``origin``: anything else is not ours to cut off."""
    line, end, _ = half.partition(b"\n")
    return line == origin.encode() if end else origin.encode().startswith(line)


def _write(descriptor: int, data: bytes) -> None:
    """Write all of ``data``; a disk that is full takes less than it was given, and says so at the next write."""
    while data:
        data = data[os.write(descriptor, data) :]


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open the file for this process alone; raises `Refused` for what is no ordinary file."""
    descriptor = os.open(path, _OPEN, PUBLIC)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Refused("no ordinary file")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_size == 0:
            os.fchmod(descriptor, PUBLIC)
        yield descriptor
    finally:
        os.close(descriptor)
