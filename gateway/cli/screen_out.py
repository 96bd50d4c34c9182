"""Where `screen` writes to, by its options: a file, a file that grows while it runs, or standard output."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from gateway.screening.files import FileRefused, format_of
from gateway.screening.outlets import Draft, Grown, Outlet, Piped

STDOUT: Final = Path("-")
STDOUT_DESCRIPTOR: Final = 1
LINES: Final = frozenset({"csv", "ndjson"})
"""Formats that can be written while it runs."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options say: ``out`` (None: beside the portfolio), ``manifest``, rows read before (``after``)."""

    out: Path | None
    manifest: Path | None
    stream: bool
    after: int


@dataclass(frozen=True, slots=True)
class Output:
    """Where it is written: the ``outlet``, what it is called, and the file of the ``manifest``."""

    outlet: Outlet
    name: str
    manifest: Path
    piped: bool

    @property
    def shares_terminal(self) -> bool:
        """Whether rows appear where a progress bar would."""
        return self.piped and sys.stdout.isatty()


def output_of(file: Path, wanted: Wanted, *, resumed: bool) -> Output:
    """Return where the screening of ``file`` is written; raises `typer.BadParameter`.

    Nothing that is there already is written over, unless a job is ``resumed``.
    """
    if wanted.after and not (wanted.out == STDOUT and resumed):
        raise typer.BadParameter("goes with `--out -` and `--resume`", param_hint="--after")
    if wanted.out == STDOUT:
        manifest = wanted.manifest or _named(_beside(file, ".ndjson"))
        found = Output(Piped(STDOUT_DESCRIPTOR, wanted.after), "-", manifest, piped=True)
    else:
        out = wanted.out or _beside(file, ".ndjson" if wanted.stream and not _is_lines(file) else file.suffix)
        _require_free(out, file, "--out", resumed=resumed)
        outlet = Grown(out) if wanted.stream else Draft(out)
        found = Output(outlet, str(out), wanted.manifest or _named(out), piped=False)
        if found.manifest.resolve() == out.resolve():
            raise typer.BadParameter(f"`{out}` is the output", param_hint="--manifest")
    _require_free(found.manifest, file, "--manifest", resumed=resumed)
    return found


def _require_free(path: Path, file: Path, option: str, *, resumed: bool) -> None:
    if path.resolve() == file.resolve() or (path.exists() and not resumed):
        raise typer.BadParameter(f"`{path}` is there already", param_hint=option)


def _is_lines(file: Path) -> bool:
    try:
        return format_of(file) in LINES
    except FileRefused:  # told by `--format`, and refused later if it is none of them
        return True


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(f"{file.stem}.screened{suffix}")


def _named(out: Path) -> Path:
    return out.with_name(f"{out.name}.manifest")
