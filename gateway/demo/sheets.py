"""Sheets as clerks make them: CSV in GB18030 with a title above the header and a total below; how digits go wrong."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

ENCODING: Final = "gb18030"
FULL_WIDTH: Final = str.maketrans({chr(0x30 + digit): chr(0xFF10 + digit) for digit in range(10)})
"""Turns digits into the full-width ones that some input methods write."""


def write_sheet(
    path: Path,
    above: Sequence[str],
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    total: Sequence[str],
    age_days: int,
) -> None:
    """Write one CSV file, made ``age_days`` ago; ``above`` are the lines over the header, ``total`` ends the sheet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=ENCODING, newline="") as sheet:
        writer = csv.writer(sheet)
        writer.writerows([line, *[""] * (len(header) - 1)] for line in above)
        writer.writerow(header)
        writer.writerows(rows)
        writer.writerow([*total, *[""] * (len(header) - len(total))])
    set_age(path, age_days)


def set_age(path: Path, age_days: int) -> None:
    """Set the time of the file's last change back, as a department's older file would have it."""
    changed = path.stat().st_mtime - age_days * 86_400
    os.utime(path, (changed, changed))
