"""Options that several commands take, each explained once."""

from pathlib import Path
from typing import Annotated, Final

import typer

DEFAULT_CONFIG: Final = Path(__file__).parents[2] / "config"
DEFAULT_CASES: Final = Path(__file__).parents[2] / "tests" / "cases"
DEFAULT_DATA: Final = Path("var")
TOKEN_ENV: Final = "CREDIT_TOKEN"  # noqa: S105  (the name of a variable)
"""Holds the access token by which a command asks a running gateway."""

Config = Annotated[
    Path,
    typer.Option("--config", help="The configuration folder.", exists=True, file_okay=False, show_default="config"),
]
Data = Annotated[
    Path, typer.Option("--data", help="The folder of the gateway's own data: ledger and secret. No record is kept.")
]
Port = Annotated[
    int | None, typer.Option("--port", help="The port, instead of `listen.port` of gateway.toml.", min=0, max=65_535)
]
Host = Annotated[
    str | None, typer.Option("--host", help="The address to listen at, instead of `listen.host` of gateway.toml.")
]
Cases = Annotated[
    Path | None,
    typer.Option(
        "--cases", help="The folder of the cases of all sources.", file_okay=False, show_default="tests/cases"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a machine instead of tables.")]


def cases_folder(named: Path | None) -> Path | None:
    """Return the folder of cases: the one that was ``named``, else the usual one if it is there."""
    if named is None:
        return DEFAULT_CASES if DEFAULT_CASES.is_dir() else None
    if not named.is_dir():
        raise typer.BadParameter(f"there is no folder `{named}`", param_hint="--cases")
    return named
