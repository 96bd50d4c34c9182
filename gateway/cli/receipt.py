"""`receipt`: fetch the receipt of an answer from a running gateway, and make of both the bundle that `verify` reads."""

import asyncio
import hmac
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer

from gateway.cli.remote import DEFAULT_GATEWAY, Token, TokenFile, declared, gateway_address, reaching
from gateway.errors import BadQuery
from gateway.ledger import is_receipt
from gateway.proof.bundle import MAXIMUM_BYTES, Bundle, BundleError, bundle_text, read_receipt, read_text
from gateway.proof.verify import read_entry

_PATH: Final = "/receipts/"

Id = Annotated[
    str | None,
    typer.Argument(
        metavar="ID",
        help="收据编号(`extensions.receipt.id`)或其链接;给出 --answer 时可省略。 "
        "The id of the receipt, or its link; may be left out where --answer tells it.",
        show_default=False,
    ),
]
AnswerFile = Annotated[
    Path | None,
    typer.Option(
        "--answer",
        help="答复原文(逐字节保存的响应正文):写出完整的证明包。 "
        "The exact bytes of the answer: then the whole bundle is written, not the receipt alone.",
        exists=True,
        dir_okay=False,
    ),
]
Gateway = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="网关地址 where the gateway is; else that of the link.",
        show_default="http://127.0.0.1:8088",
    ),
]
Purpose = Annotated[
    str | None, typer.Option(help="查询目的 the purpose (`Credit-Purpose`), where the client has several.")
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="写入的文件 the file to write; else it is printed.", dir_okay=False),
]


def receipt_command(
    id_: Id = None,
    answer: AnswerFile = None,
    gateway: Gateway = None,
    token: TokenFile = None,
    purpose: Purpose = None,
    output: Output = None,
) -> None:
    """取回一份答复的收据;给出答复原文时写成证明包。 Fetch the receipt of an answer; with the answer, write the bundle.

    收据只给当时的查询者和审计者;取回本身也记入台账。`verify` 离线核验所得的文件。
    A receipt is told to who got the answer, and to auditors, and the reading is itself in the ledger. `verify` checks
    what is written, offline, with the gateway's public keys (`GET /ledger/keys`).

    Token: the variable CREDIT_TOKEN, or `--token @FILE`. It is sent over HTTPS, or to this machine, and never printed.

    e.g. receipt --answer answer.json -o bundle.json && verify bundle.json --key keys.txt

    Exit code: 0 已写出 written; 1 未写出:网关未给出收据,或答复与收据不符 nothing is written: the gateway did not tell
    the receipt, or the answer is not the one that it is for; 2 用法有误 wrong use.
    """
    text = _answer(answer) if answer is not None else None
    receipt, base = _named(id_, text, gateway)
    source = Token(token)
    source.read()
    body = asyncio.run(_fetch(base, receipt, source, declared(purpose)))
    made = _made(body, receipt, text)
    if output is None:
        sys.stdout.write(made)
    else:
        output.write_text(made, encoding="utf-8", newline="")


def _answer(file: Path) -> str:
    try:
        return read_text(file.read_bytes())
    except BundleError as error:
        raise typer.BadParameter(f"the answer cannot be read: {error}", param_hint="--answer") from None


def _named(id_: str | None, answer: str | None, gateway: str | None) -> tuple[str, str]:
    """Return the id of the receipt, and the address of the gateway that has it."""
    base, receipt = DEFAULT_GATEWAY, id_
    if id_ is not None and _PATH in id_:
        before, _, receipt = id_.rpartition(_PATH)
        base = before or base
    said = _id_of(answer) if answer is not None else None
    if receipt is None:
        if said is None:
            raise typer.BadParameter("name the receipt, or give the --answer that tells its id", param_hint="ID")
        receipt = said
    elif said is not None and said != receipt:
        raise typer.BadParameter("the answer is of another receipt: leave the id out", param_hint="--answer")
    if not is_receipt(receipt):
        raise typer.BadParameter("a receipt's id is 32 hexadecimal digits in lower case", param_hint="ID")
    return receipt, gateway_address(gateway or base)


def _id_of(answer: str) -> str | None:
    """Return the id that an answer tells in `extensions.receipt`; None where it tells none."""
    try:
        told: Any = orjson.loads(answer)
        return str(told["extensions"]["receipt"]["id"])
    except (ValueError, KeyError, TypeError):
        return None


async def _fetch(base: str, receipt: str, token: Token, said: Mapping[str, str]) -> str:
    """Return the receipt as the gateway gives it; raises `BadQuery` with what it said, or why it said nothing."""
    async with reaching(base, token, said) as gateway:
        reply = await gateway.send("GET", f"{_PATH}{receipt}", most=MAXIMUM_BYTES)
    try:
        return read_text(reply.body)
    except BundleError as error:
        raise BadQuery(f"what the gateway sent is no receipt: {error}") from None


def _made(body: str, receipt: str, answer: str | None) -> str:
    """Return what is written: the receipt as it came, or the bundle; raises `BadQuery` where it is another one's."""
    try:
        found = read_receipt(body)
    except BundleError as error:
        raise BadQuery(f"what the gateway sent is no receipt: {error}") from None
    entry = read_entry(found.entry)
    if entry is None or entry.receipt != receipt:
        raise BadQuery("what the gateway sent is the receipt of another answer")
    if answer is None:
        return body if body.endswith("\n") else f"{body}\n"
    if not hmac.compare_digest(sha256(answer.encode()).hexdigest(), entry.response_digest):
        raise BadQuery("the answer is not the one that the receipt is for: keep the exact bytes of the response")
    return bundle_text(Bundle(found, answer))
