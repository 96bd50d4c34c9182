"""`verify`: is an answer the one that the gateway gave. Needs no configuration and no network, only public keys."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from gateway.anchors.receipts import timestamp_checker
from gateway.cli.options import AsJson
from gateway.proof.bundle import Bundle, BundleError, read_bundle, read_consistency, read_receipt, read_text
from gateway.proof.explain import ExplainedField, explain
from gateway.proof.finding import Finding, Verdict, Verified
from gateway.proof.note import NoteError, VerifierKey, vkeys
from gateway.proof.verify import Other, TimestampChecker, verify
from gateway.proof.words import WORDS, plain

NOT_READ: Final = 2
_STYLES: Final = {Verdict.HOLDS: "green", Verdict.FAILS: "red", Verdict.UNKNOWN: "yellow"}

T = TypeVar("T")

File = Annotated[
    Path,
    typer.Argument(
        help="证明包；或答复原文（另给 --receipt）；或单独一份收据。 "
        "A bundle, or the text of an answer (with --receipt), or a receipt alone.",
        exists=True,
        dir_okay=False,
    ),
]
ReceiptFile = Annotated[
    Path | None,
    typer.Option("--receipt", help="答复的收据 the receipt of the answer FILE.", exists=True, dir_okay=False),
]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="网关的公钥，或公钥文件；可多次给出 a public key of the gateway, or a file of them."),
]
CheckpointFile = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint",
        help="同一账本的另一检查点，如另行存证的 a further checkpoint of the log, say an anchored one.",
        exists=True,
        dir_okay=False,
    ),
]
ConsistencyFile = Annotated[
    Path | None,
    typer.Option(
        "--consistency",
        help="两个检查点之间的一致性证明 the proof between that checkpoint and the receipt's.",
        exists=True,
        dir_okay=False,
    ),
]
CaFile = Annotated[
    Path | None,
    typer.Option(
        "--ca",
        help="所信任的时间戳机构的证书（PEM） the time stamping authorities that you believe (PEM).",
        exists=True,
        dir_okay=False,
    ),
]
Explain = Annotated[
    bool,
    typer.Option(
        "--explain",
        help="逐字段说明来源、文件版本和决定 Also tell of every field its sources, their versions and the decision.",
    ),
]


def verify_command(
    file: File,
    receipt: ReceiptFile = None,
    key: Keys = None,
    checkpoint: CheckpointFile = None,
    consistency: ConsistencyFile = None,
    ca: CaFile = None,
    explained: Explain = False,
    as_json: AsJson = False,
) -> None:
    """离线核验一份答复是不是网关当时给出的那一份。 Check offline that an answer is the one that the gateway gave.

    逐项写明什么成立、什么不成立、何处被改动；无法核对的，不算成立。
    Says what holds, what does not, and where something was altered; what could not be checked does not hold.

    Exit code: 0 成立 holds, 1 不成立或无法判断 does not hold or cannot be said, 2 无法读取 cannot be read.
    """
    try:
        bundle = _bundle(file, receipt)
        keys = [each for named in key or () for each in _keys(named)]
        other = _other(checkpoint, consistency)
    except NotRead as error:
        _not_read(error, as_json)
    verified = verify(bundle, keys, other, _checker(ca) if ca is not None else None)
    fields = _explained(bundle, verified) if explained else ()
    if as_json:
        _write(_told(verified) | ({"fields": [*map(asdict, fields)]} if explained else {}))
    else:
        _print(verified)
        if explained:
            Console(highlight=False).print(_fields(fields))
    sys.exit(0 if verified.verdict is Verdict.HOLDS else 1)


def _checker(ca: Path) -> TimestampChecker:
    try:
        return timestamp_checker(ca.read_bytes())
    except (OSError, ValueError):
        message = f"`{ca}` holds no certificate (PEM) of an authority"
        raise typer.BadParameter(message, param_hint="--ca") from None


def _explained(bundle: Bundle, verified: Verified) -> tuple[ExplainedField, ...]:
    """Return what the receipt says of each field; nothing where it does not hold, or comes without a shape."""
    if verified.verdict is not Verdict.HOLDS:
        return ()
    try:
        return explain(bundle.receipt)
    except ValueError:
        return ()


def _fields(fields: Iterable[ExplainedField]) -> Table:
    names = ("路径 path", "字段 field", "决定 decision", "数据源及文件版本 sources and versions")
    table = Table(*(Column(name, overflow="fold") for name in names))
    for each in fields:
        decision = each.decision if each.reason is None else f"{each.decision} ({each.reason})"
        sources = "\n".join(f"{one.source} {one.mapping}".strip() for one in each.sources)
        table.add_row(*(Text(plain(text)) for text in (each.path, each.field, decision)), Text(sources))
    return table


class NotRead(Exception):
    """``what`` (a file or an option) cannot be read, and why."""

    def __init__(self, what: str, error: BundleError) -> None:
        self.what = what
        self.error = error
        super().__init__(f"{what}: {error}")


def _bundle(file: Path, receipt: Path | None) -> Bundle:
    if receipt is None:
        return _read(file, read_bundle)
    return Bundle(_read(receipt, read_receipt), _read(file, str))


def _other(checkpoint: Path | None, consistency: Path | None) -> Other | None:
    if checkpoint is None:
        if consistency is not None:
            raise typer.BadParameter("a proof needs the checkpoint that it is for", param_hint="--consistency")
        return None
    proof = _read(consistency, read_consistency) if consistency is not None else None
    return Other(_read(checkpoint, str), proof)


def _keys(named: str) -> tuple[VerifierKey, ...]:
    """Return the keys that ``named`` is, or that are in the file of that name."""
    file = Path(named)
    try:
        return vkeys(_read(file, str)) if file.is_file() else (VerifierKey.parse(named),)
    except NoteError as error:
        raise NotRead("--key", BundleError("READ_KEY", "", reason=str(error))) from None


def _read(file: Path, reader: Callable[[str], T]) -> T:
    try:
        return reader(read_text(file.read_bytes()))
    except BundleError as error:
        raise NotRead(str(file), error) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise NotRead(str(file), BundleError("READ_FILE", "", reason=reason)) from None


def _not_read(refused: NotRead, as_json: bool) -> NoReturn:
    error = refused.error
    if as_json:
        told = {"code": error.code, "place": error.place, "zh": error.zh, "en": error.en}
        _write({"verdict": "NOT_READ", "file": refused.what, **told})
    else:
        place = f"{refused.what}: {error.place}" if error.place else refused.what
        errors = Console(stderr=True)
        for words, said in zip(WORDS["NOT_READ"], (error.zh, error.en), strict=True):
            errors.print(f"{words}: {plain(place)}: {said}", style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(NOT_READ)


def _told(verified: Verified) -> dict[str, Any]:
    zh, en = verified.words
    return {"verdict": verified.verdict, "zh": zh, "en": en, "findings": [*map(_finding, verified.findings)]}


def _finding(found: Finding) -> dict[str, Any]:
    told = {"code": found.code, "verdict": found.verdict, "place": found.place, "needed": found.needed}
    return {**told, "zh": found.zh, "en": found.en}


def _write(told: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n")


def _print(verified: Verified) -> None:
    console = Console(highlight=False)
    for words in verified.words:
        console.print(words, style=f"bold {_STYLES[verified.verdict]}", markup=False, soft_wrap=True)
    console.print(_table(verified.findings))


def _table(findings: Iterable[Finding]) -> Table:
    table = Table(*(Column(name, overflow="fold") for name in ("结论 verdict", "何处 where", "说明 what")))
    for each in findings:
        verdict = Text("\n".join(WORDS[each.verdict]), style=_STYLES[each.verdict])
        table.add_row(verdict, Text(each.place), Text(f"{each.zh}\n{each.en}"))
    return table
