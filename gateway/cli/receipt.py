"""`receipt`: fetch the receipt of an answer from a running gateway, and make of both the bundle that `verify` reads.

The token goes to the gateway and nowhere else: never into the process list, never over a network without TLS, never
after a redirect, never into what is printed.
"""

import asyncio
import hmac
import os
import re
import sys
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import aiohttp
import orjson
import typer

from gateway.auth.presented import is_loopback
from gateway.cli.options import TOKEN_ENV
from gateway.errors import BadQuery
from gateway.ledger import is_receipt
from gateway.proof.bundle import MAXIMUM_BYTES, Bundle, BundleError, bundle_text, read_receipt, read_text
from gateway.proof.verify import read_entry
from gateway.receipts.link import receipt_link

DEFAULT_GATEWAY: Final = "http://127.0.0.1:8088"
_OK: Final = 200
_SECONDS: Final = aiohttp.ClientTimeout(total=60)
_PATH: Final = "/receipts/"
_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
"""What a bearer token may hold (RFC 6750 §2.1)."""

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
Token = Annotated[
    str | None,
    typer.Option(
        metavar="@FILE",
        help=f"存放访问令牌的文件,`@-` 为标准输入 the file of an access token; else {TOKEN_ENV}.",
        show_default=False,
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
    token: Token = None,
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
    bearer = _token(token)
    body = asyncio.run(_fetch(receipt_link(base, receipt), bearer, purpose))
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
    return receipt, _safe(gateway or base)


def _id_of(answer: str) -> str | None:
    """Return the id that an answer tells in `extensions.receipt`; None where it tells none."""
    try:
        told: Any = orjson.loads(answer)
        return str(told["extensions"]["receipt"]["id"])
    except (ValueError, KeyError, TypeError):
        return None


def _safe(url: str) -> str:
    """Return ``url`` if a token may be sent there: by HTTPS, or to this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise typer.BadParameter("this is no address", param_hint="--gateway") from None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None or parts.query:
        raise typer.BadParameter("an address is like https://credit.example.cn", param_hint="--gateway")
    if parts.scheme == "http" and not is_loopback(host):
        raise typer.BadParameter("a token is sent by https, or to this machine alone", param_hint="--gateway")
    return url


def _token(named: str | None) -> str:
    """Return the token of the file that is ``named``, else that of the environment."""
    if named is not None and not named.startswith("@"):  # and what was given instead is not repeated
        raise typer.BadParameter("name the file of an access token as @FILE", param_hint="--token")
    try:
        token = (os.environ.get(TOKEN_ENV, "") if named is None else _read(named[1:])).strip()
    except (OSError, ValueError):
        raise typer.BadParameter("the file of the access token cannot be read", param_hint="--token") from None
    if _TOKEN.fullmatch(token) is None:
        raise typer.BadParameter(f"there is no access token in that file, or in {TOKEN_ENV}", param_hint="--token")
    return token


def _read(name: str) -> str:
    return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")


async def _fetch(url: str, token: str, purpose: str | None) -> str:
    """Return the body that ``url`` gives; raises `BadQuery` with what the gateway said, or why it said nothing."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    headers |= {"Credit-Purpose": purpose} if purpose else {}
    try:
        async with (
            aiohttp.ClientSession(timeout=_SECONDS, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(url, headers=headers, allow_redirects=False) as response,
        ):
            status, body = response.status, await _limited(response.content)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        raise BadQuery("no gateway answers at that address, or not in time") from None
    if status != _OK:
        # INVARIANT: whatever stands at that address, the token is not printed because it was sent back.
        raise BadQuery(_refusal(status, body).replace(token, "…"))
    try:
        return read_text(body)
    except BundleError as error:
        raise BadQuery(f"what the gateway sent is no receipt: {error}") from None


async def _limited(stream: aiohttp.StreamReader) -> bytes:
    """Return what ``stream`` holds, one byte more than a receipt may have at most."""
    found = bytearray()
    async for chunk in stream.iter_any():
        found += chunk
        if len(found) > MAXIMUM_BYTES:
            break
    return bytes(found)


def _refusal(status: int, body: bytes) -> str:
    """Return why the gateway told nothing, in its own words where it has any."""
    try:
        (error, *_) = orjson.loads(body)["errors"]
        return f"the gateway refused: {error['message']} ({error['extensions']['code']})"
    except (ValueError, KeyError, TypeError):
        return f"the gateway answered with status {status} and no reason"


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
