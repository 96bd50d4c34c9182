"""`screen verify`: whether a screened file, or one row of it, is what the gateway signed. Offline, by public keys."""

import sys
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import msgspec
import typer
from rich.console import Console

from connectors.errors import printable
from gateway.cli.options import AsJson
from gateway.proof.merkle import ProofError
from gateway.proof.note import NoteError, VerifierKey, vkeys
from gateway.screening.files import FileRefused
from gateway.screening.proof import Proven, RowProof, read_signed, verify_file, verify_row

NOT_READ = 2


def verify_screened(
    manifest: Annotated[
        Path,
        typer.Argument(help="The manifest, or with no FILE the proof of one row.", exists=True, dir_okay=False),
    ],
    file: Annotated[Path | None, typer.Argument(help="The screened file.", exists=True, dir_okay=False)] = None,
    key: Annotated[
        list[str] | None, typer.Option("--key", help="公钥或公钥文件 a public key of the gateway, or a file of them.")
    ] = None,
    row: Annotated[int | None, typer.Option(min=1, help="A row, by its number: prove that one.")] = None,
    proof: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Where to write its proof, which tells no other row.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """离线核验筛查结果或其中一行。 Check offline that a screened file, or one row, is what the gateway signed.

    Exit code: 0 it holds, 1 it does not, 2 something cannot be read.
    """
    if proof is not None and row is None:
        raise typer.BadParameter("name the row by `--row`", param_hint="--proof")
    try:
        keys = [each for named in key or () for each in _keys(named)]
        text = manifest.read_bytes()
        proven = verify_row(_proof(text), keys) if file is None else verify_file(read_signed(text), file, keys, row)
    except ProofError as error:
        _end(str(error), 1, as_json)
    except NoteError as error:
        _end(str(error), 1 if "sign" in str(error) else NOT_READ, as_json)
    except (FileRefused, OSError) as error:
        _end(str(error), NOT_READ, as_json)
    if proof is not None:
        proof.write_bytes(msgspec.json.format(msgspec.json.encode(proven.proof)) + b"\n")
    _tell(proven, as_json)


OTHER_FILE: Final = (
    "主体标识与新增各列属实;但文件已非写出时的原文件,其他各列不在核验之内 "
    "keys and added columns hold; the file is not the one that was written, and its other columns are not proven"
)


def _proof(text: bytes) -> RowProof:
    try:
        return msgspec.json.decode(text, type=RowProof)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NoteError("the file is no proof of a row: name the screened file too, or a proof") from None


def _keys(named: str) -> tuple[VerifierKey, ...]:
    path = Path(named)
    return vkeys(path.read_text(encoding="utf-8")) if path.is_file() else (VerifierKey.parse(named),)


def _tell(proven: Proven, as_json: bool) -> None:
    found = proven.manifest
    told: dict[str, Any] = {
        "verdict": "HOLDS",
        "origin": found.origin,
        "job": found.job,
        "rules": found.rules,
        "asOf": found.as_of,
        "rows": found.rows,
        "counts": dict(found.counts),
        "time": found.time,
        "row": proven.row,
        "sameFile": proven.same,
    }
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told)).decode() + "\n")
        return
    console = Console(highlight=False, soft_wrap=True)
    what = "该行属实 the row holds" if proven.row is not None else "文件属实 the file holds"
    console.print(what, style="bold green")
    console.print(f"{found.rules}, {found.as_of}: {found.rows:,} 行 rows, {found.time}, {found.origin}", markup=False)
    if proven.row is not None:
        console.print(" | ".join(str(each) for each in proven.row), markup=False)
    else:
        console.print("  ".join(f"{verdict} {count:,}" for verdict, count in found.counts.items()), markup=False)
    if proven.same is False:
        console.print(OTHER_FILE, style="yellow", markup=False)


def _end(message: str, code: int, as_json: bool) -> NoReturn:
    if as_json:
        told = {"verdict": "FAILS" if code == 1 else "NOT_READ", "reason": message}
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told)).decode() + "\n")
    else:
        errors = Console(stderr=True, soft_wrap=True, highlight=False)
        errors.print(f"不成立 does not hold: {printable(message)}", style="red", markup=False)
    raise typer.Exit(code)
