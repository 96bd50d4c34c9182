"""`report`: order a credit report from a running gateway, verify one offline, withhold parts of a selective one.

What the ledger knows of one is asked by `gateway.cli.report_known`.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from cryptography.x509 import Certificate
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from gateway.cli.options import AsJson
from gateway.cli.remote import DEFAULT_GATEWAY, Token, TokenFile, consents, declared, gateway_address, reaching
from gateway.cli.report_known import report_known
from gateway.proof.finding import Verdict
from gateway.proof.words import plain
from gateway.storage.files import PRIVATE, write_new

NOT_READ: Final = 2
_STYLES: Final = {Verdict.HOLDS: "green", Verdict.FAILS: "red", Verdict.UNKNOWN: "yellow"}
_FORMS: Final = {".json": "json", ".html": "html", ".pdf": "pdf", ".sd-jwt": "sd-jwt"}

report_commands = typer.Typer(
    help="""信用报告：申请、核验、选择性出示。 Credit reports: order one, verify one, show one in part.

    e.g. report get 91230881TJ00000350 --out report.pdf; report verify report.pdf --certificate report.pem
    """,
    no_args_is_help=True,
)
File = Annotated[
    Path, typer.Argument(help="报告：JSON、SD-JWT 或 PDF a report: JSON, SD-JWT or PDF.", exists=True, dir_okay=False)
]
Certificates = Annotated[
    list[Path] | None,
    typer.Option(
        "--certificate",
        help="所信任的签发者证书（PEM），可多次给出 a certificate (PEM) that you believe: of the issuer, or above it.",
        exists=True,
        dir_okay=False,
    ),
]

Authorities = Annotated[
    list[Path] | None,
    typer.Option(
        "--authority",
        help="所信任的时间戳机构的 CA 证书（PEM），可多次给出 the CA (PEM) that you believe for time stamps.",
        exists=True,
        dir_okay=False,
    ),
]


@report_commands.command("get")
def report_get(
    subject: Annotated[str, typer.Argument(help="统一社会信用代码 the code of an organization; never of a person.")],
    out: Annotated[
        Path, typer.Option(help="写入的新文件 a new file; its ending (.json .html .pdf .sd-jwt) is the form.")
    ],
    gateway: Annotated[str, typer.Option(help="网关地址 the gateway's address.")] = DEFAULT_GATEWAY,
    token: TokenFile = None,
    purpose: Annotated[str | None, typer.Option(help="查询目的 what it is for: Credit-Purpose.")] = None,
    case: Annotated[str | None, typer.Option(help="事项编号 the case or project: Credit-Case.")] = None,
    scheme: Annotated[str, typer.Option(help="标识符类型 scheme of the key.")] = "USCC",
    language: Annotated[str, typer.Option(help="zh 或 en, of documents for readers.")] = "zh",
) -> None:
    """申请一份信用报告，写入文件。 Order a credit report and write it to a file that must not be there yet.

    令牌取自环境变量 CREDIT_TOKEN 或 `--token @FILE`，授权取自 CREDIT_CONSENT，只经 HTTPS（或在本机）送出。
    The access token is told by the variable CREDIT_TOKEN, or `--token @FILE`, consents by CREDIT_CONSENT: neither
    stands in a command, and both go out over HTTPS alone, or to this machine.
    """
    form = _FORMS.get(out.suffix)
    if form is None:
        raise typer.BadParameter(f"must end with one of {', '.join(_FORMS)}", param_hint="--out")
    base, source = gateway_address(gateway), Token(token)
    source.read()
    order = {"subject": {"scheme": scheme, "value": subject}, "form": form, "language": language}
    body, receipt = asyncio.run(_order(base, source, order, declared(purpose, case, consents())))
    write_new_bytes(out, body)
    Console(highlight=False).print(f"{out}: {len(body)} bytes, receipt {receipt}", markup=False, soft_wrap=True)


@report_commands.command("verify")
def report_verify(
    file: File, certificate: Certificates = None, authority: Authorities = None, as_json: AsJson = False
) -> None:
    """离线核验一份报告是否为所签发的那一份。 Check offline that a report is the one that was issued, unaltered.

    逐项写明什么成立、什么不成立；持有人未出示的部分会写明。无法核对的，不算成立。
    Says what holds and what does not, and what a holder withheld; what could not be checked does not hold.
    A time stamp of a third party (PAdES B-T) is checked by the --authority that is believed for it.

    Exit code: 0 成立 holds, 1 不成立或无法判断 does not hold or cannot be said, 2 无法读取 cannot be read.
    """
    from gateway.reports.check import NotRead, check_report  # brings the reader of PDF, which takes a second to load

    trusted, authorities = _certificates(certificate, "--certificate"), _certificates(authority, "--authority")
    try:
        checked = check_report(file.read_bytes(), trusted, authorities)
    except NotRead as error:
        _not_read(file, error.words.zh, error.words.en, as_json)
        sys.exit(NOT_READ)
    if as_json:
        findings = [_told(each.verdict, each.words, code=each.code, needed=each.needed) for each in checked.findings]
        _write(_told(checked.verdict, checked.words, findings=findings))
    else:
        _print(checked.verdict, checked.words, [(each.verdict, each.words) for each in checked.findings])
    sys.exit(0 if checked.verdict is Verdict.HOLDS else 1)


def _certificates(paths: list[Path] | None, option: str) -> list[Certificate]:
    """Return the certificates in the files of ``option``; each must hold one."""
    from gateway.reports.keys import read_certificates

    trusted: list[Certificate] = []
    for path in paths or ():
        found = read_certificates(path)
        if not found:
            raise typer.BadParameter(f"`{path}` holds no certificate (PEM)", param_hint=option)
        trusted += found
    return trusted


report_commands.command("known")(report_known)


@report_commands.command("withhold")
def report_withhold(
    file: Annotated[Path, typer.Argument(help="SD-JWT 形式的报告 a report as SD-JWT.", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="写入的新文件 a new file.")],
    section: Annotated[list[str] | None, typer.Option(help="1 … 9, labels 或 hints; 可多次 may be repeated.")] = None,
    record: Annotated[list[str] | None, typer.Option(help="记录标识 the id of a record; may be repeated.")] = None,
) -> None:
    """不出示若干部分或记录，其余仍可核验。 Leave out sections or records; the rest still verifies.

    核验者会看到有内容未出示，不会误作“无记录”。 A verifier sees that something is withheld: it never reads as "none".
    """
    from gateway.reports.selective import NotSelective, withhold

    claims = [f"part{each}" if each.isdecimal() else each for each in section or ()]
    try:
        text = withhold(file.read_text(encoding="ascii"), claims, record or [])
    except KeyError as error:
        raise typer.BadParameter(f"the report does not disclose `{error.args[0]}`") from None
    except (NotSelective, UnicodeDecodeError):
        raise typer.BadParameter(f"`{file}` is no report as SD-JWT") from None
    write_new(out, text, PRIVATE)


def write_new_bytes(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read; raises FileExistsError when there is one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


async def _order(base: str, token: Token, order: dict[str, Any], said: Mapping[str, str]) -> tuple[bytes, str]:
    async with reaching(base, token, said) as gateway:
        reply = await gateway.send("POST", "/reports", body=msgspec.json.encode(order), media="application/json")
    return reply.body, reply.headers.get("Credit-Receipt", "")


def _told(verdict: Verdict, words: Any, **more: Any) -> dict[str, Any]:
    return {"verdict": verdict, "zh": words.zh, "en": words.en, **more}


def _write(told: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n")


def _not_read(file: Path, zh: str, en: str, as_json: bool) -> None:
    if as_json:
        _write({"verdict": "NOT_READ", "file": str(file), "zh": zh, "en": en})
        return
    errors = Console(stderr=True)
    for said in (zh, en):
        errors.print(f"{file}: {plain(said)}", style="red", markup=False, highlight=False, soft_wrap=True)


def _print(verdict: Verdict, words: Any, findings: list[tuple[Verdict, Any]]) -> None:
    from gateway.reports.check import VERDICTS

    console = Console(highlight=False)
    for said in (words.zh, words.en):
        console.print(said, style=f"bold {_STYLES[verdict]}", markup=False, soft_wrap=True)
    table = Table(*(Column(name, overflow="fold") for name in ("结论 verdict", "说明 what")))
    for each, said in findings:
        mark = VERDICTS[each]
        table.add_row(Text(f"{mark.zh}\n{mark.en}", style=_STYLES[each]), Text(f"{plain(said.zh)}\n{plain(said.en)}"))
    console.print(table)
