"""Processor time of a process and everything that it started, in nanoseconds.

By the processor clock of each process (clock_getcpuclockid(3)): user and system time of all its threads, those that
have ended included. Exact to the nanosecond where /proc/<pid>/stat counts in ticks of 10 ms.
"""

import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

_QUIET_SHARE = 0.02
_LOOK_SECONDS = 0.02
_MOST_LOOKS = 100


def tree(pid: int) -> list[int]:
    """Return ``pid`` and all its descendants."""
    children = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, IndexError):
                # The name of the program stands in brackets and may hold blanks: fields are counted after it.
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                children[int(parent)].append(int(folder.name))
    found = [pid]
    for each in found:
        found.extend(children[each])
    return found


def used_ns(pids: list[int]) -> int:
    """Return the processor time that ``pids`` have used up to now."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            total += time.clock_gettime_ns((~pid << 3) | 2)
    return total


def used_when_idle_ns(pids: list[int]) -> int:
    """Return the same once ``pids`` have come to rest: what a slice left to be done counts as its own."""
    before = used_ns(pids)
    for _ in range(_MOST_LOOKS):
        time.sleep(_LOOK_SECONDS)
        now = used_ns(pids)
        if now - before < _QUIET_SHARE * _LOOK_SECONDS * 1e9:
            return now
        before = now
    return before
