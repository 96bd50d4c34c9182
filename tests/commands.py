"""The command line run in this process: one of its own takes two seconds to start."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from connectors.load import Known, load_sources, variables
from connectors.spec import FileSource, SqlSource
from gateway.cli import main
from gateway.departments import load_departments

ROOT = Path(__file__).parents[1]


def nobody_there() -> dict[str, str]:
    """Return an environment in which every source of the project has an address, and none is there."""
    known = Known(load_departments(ROOT / "config" / "departments.toml"), None)
    environ: dict[str, str] = {}
    for spec in load_sources(ROOT / "config" / "sources", known).values():
        for variable in variables(spec):
            environ[variable] = "http://127.0.0.1:1/none" if variable.endswith("_URL") else "hidden"
        if isinstance(spec, SqlSource):
            environ[spec.url_env] = "sqlite+aiosqlite:////no/such/file.sqlite"
        if isinstance(spec, FileSource):
            environ[spec.folder_env] = "/no/such/folder"
    return environ


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


class Run(Protocol):
    """Runs one command to its end."""

    def __call__(self, *arguments: str, stdin: str = "") -> Done: ...


def command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Return what runs the command line with arguments, in the project's folder, on a wide terminal."""

    def call(*arguments: str, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["credit-gateway", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.chdir(ROOT)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return call
