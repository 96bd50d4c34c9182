"""`report known`: what the gateway's ledger knows of a report by its number, and whether a file is that report."""

import asyncio
import hmac
import sys
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from gateway.cli.options import AsJson
from gateway.cli.remote import DEFAULT_GATEWAY, Token, TokenFile, declared, gateway_address, reaching
from gateway.proof.words import plain

DOCUMENT: Final = """# 信用报告:账本中关于一份报告的内容 · Credit report: what the ledger knows of one
query CreditReportKnown($number: String!) {
  creditReport(number: $number) {
    number
    issuedAt
    form
    language
    signature
    sha256
    client
    department
    purpose
    case
    receipt
    answers
  }
}
"""
"""Byte for byte that of `config/documents/`, so that clients who may send trusted documents only can ask it."""
_LABELS: Final = {
    "number": "报告编号 number",
    "issuedAt": "出具时间 issued at",
    "form": "形式 form",
    "language": "语言 language",
    "signature": "签名 signature",
    "sha256": "SHA-256",
    "client": "申请者 ordered by",
    "department": "部门 department",
    "purpose": "目的 purpose",
    "case": "事项编号 case",
    "receipt": "出具回执 receipt",
    "answers": "答复回执 answers",
}
_SAME: Final = ("文件就是这份报告", "the file is this report, to the byte")
_OTHER: Final = ("文件不是这份报告：内容有出入", "the file is not this report: its bytes differ")


def report_known(
    number: Annotated[str, typer.Argument(help="报告编号 the number of the report: XYBG…")],
    file: Annotated[
        Path | None,
        typer.Option(
            help="手中的文件：与账本中的摘要核对 the file at hand: held against the digest.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    gateway: Annotated[str, typer.Option(help="网关地址 the gateway's address.")] = DEFAULT_GATEWAY,
    token: TokenFile = None,
    purpose: Annotated[str | None, typer.Option(help="查询目的 what it is for: Credit-Purpose.")] = None,
    case: Annotated[str | None, typer.Option(help="事项编号 the case or project: Credit-Case.")] = None,
    as_json: AsJson = False,
) -> None:
    """账本中关于一份报告的内容；给出文件时核对是否就是它。 What the ledger knows of a report, and of the file at hand.

    供申请者和审计者查询；他人的报告与不存在的没有区别。
    For the client that ordered it, and auditors: to others it looks as if there were none.

    Exit code: 0 有此报告，文件相符 known, and the file is it; 1 没有、不可查或文件不符 unknown, or the file is another.
    """
    base, source = gateway_address(gateway), Token(token)
    source.read()
    told = asyncio.run(_known(base, source, number, declared(purpose, case)))
    same = None if file is None else hmac.compare_digest(sha256(file.read_bytes()).hexdigest(), str(told["sha256"]))
    if as_json:
        known = told if same is None else {**told, "sameFile": same}
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(known), indent=2).decode() + "\n")
    else:
        _print(told, same)
    sys.exit(1 if same is False else 0)


async def _known(base: str, token: Token, number: str, said: dict[str, str]) -> dict[str, Any]:
    async with reaching(base, token, said) as remote:
        data = await remote.query(DOCUMENT, {"number": number})
    found: dict[str, Any] = data["creditReport"]
    return found


def _print(told: dict[str, Any], same: bool | None) -> None:
    console = Console(highlight=False)
    table = Table(show_header=False)
    for name, label in _LABELS.items():
        value = told[name]
        text = "\n".join(map(str, value)) if isinstance(value, list) else "—" if value is None else str(value)
        table.add_row(label, plain(text))
    console.print(table)
    if same is not None:
        for said in _SAME if same else _OTHER:
            console.print(said, style="bold green" if same else "bold red", markup=False, soft_wrap=True)
