"""Does a path lie on a disk of this machine? A share of another machine can hang, and must then hold up nobody else."""

import os
from pathlib import Path
from typing import Final

_MOUNTS: Final = Path("/proc/self/mountinfo")
_LOCAL: Final = frozenset({"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs", "zfs"})
"""File systems that are known not to cross a network; what is not known counts as far away."""


def is_local(path: Path, mounted: Path = _MOUNTS) -> bool:
    """Return whether ``path`` lies on a file system of this machine; False where the kernel does not tell.

    ``mounted`` lists what is mounted where, in the form of `/proc/self/mountinfo` (proc(5)).
    """
    try:
        where = os.path.realpath(path)
        mounts = [_read_mount(line) for line in mounted.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError, IndexError):
        return False
    above = [(len(point), kind) for point, kind in mounts if f"{where}/".startswith(f"{point.rstrip('/')}/")]
    return bool(above) and max(above)[1] in _LOCAL


def _read_mount(line: str) -> tuple[str, str]:
    """Return where a file system is mounted, and its kind; blanks in a path are written `\\040`."""
    before, after = line.split(" - ", 1)
    return before.split(" ")[4].encode().decode("unicode_escape"), after.split(" ")[0]
