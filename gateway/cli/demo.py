"""`demo`: the simulated departments, the gateway on them, tokens to try, and one real query with its answer."""

import asyncio
import os
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import replace as replace_fields
from pathlib import Path
from typing import Annotated, Any, Final

import aiohttp
import typer
import uvloop
from msgspec import json
from msgspec.structs import replace
from rich.console import Console

from gateway.app import GRAPHQL_PATH, Gateway, open_gateway
from gateway.cli.options import DEFAULT_CONFIG, Config, Port
from gateway.cli.serve import log_to_stderr
from gateway.configuration import Configuration, load_configuration
from gateway.demo import Departments, departments
from gateway.demo.subjects import DEFAULT_SIZE
from gateway.http import make_server

CLIENT: Final = "bank"
SUBJECT: Final = "91230881TJ00000350"
"""北岸建筑工程有限公司(示例): penalties from four departments, a dishonest debtor."""
OBJECTED: Final = "market_penalties"
"""Whose record is objected to."""
QUERY: Final = """\
query CreditCheck($key: SubjectKey!) {
  subject(key: $key) {
    __typename
    ... on Enterprise {
      name
      registration { state items { status establishedOn registeredCapital { amount currency } } }
      legalRepresentative { state items { title person { name } } }
      penalties(since: "2026-01-01") {
        state
        items {
          decidedOn violationType fineAmount { amount } departmentAsWritten state severity publicUntil
          alsoReportedBy { source }
          provenance { source recordKey matchMethod fetchedAt department { name } }
        }
        coverage { source status reason elapsedMs }
      }
      listEntries(tone: BLACK, active: true) { state items { kind includedOn authority } }
      taxRatings { state items { evaluationYear level } }
      courtEnforcement { dishonestEntries { state items { caseNo obligation performance } } }
    }
  }
}"""

OBJECT: Final = """\
mutation Object($given: FileObjectionInput!) {
  fileObjection(input: $given) { id state department entity field delivery }
}"""


def demo(
    config: Config = DEFAULT_CONFIG,
    port: Port = None,
    subjects: Annotated[int, typer.Option(help="How many subjects the departments hold.", min=1)] = DEFAULT_SIZE,
    data: Annotated[Path | None, typer.Option(help="Keep the demo's data here instead of a temporary folder.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Stop after the first query.")] = False,
) -> None:
    """启动模拟部门和网关,并完成一次查询。 Run the simulated departments and the gateway; print one query's answer.

    Its address, a token for each client, and what else can be tried are printed as well.
    """
    configuration = load_configuration(config)
    log_to_stderr()
    with tempfile.TemporaryDirectory(prefix="credit-gateway-") as temporary:
        folder = data or Path(temporary)
        console = Console(stderr=True)
        with console.status("starting the simulated departments"):
            running = departments(folder / "departments", subjects)
            simulated = running.__enter__()
        try:
            uvloop.run(_run(on_port(configuration, port), simulated, folder, once))
        finally:
            running.__exit__(None, None, None)


def on_port(configuration: Configuration, port: int | None) -> Configuration:
    """Return the configuration on loopback and a port that is free: the one asked for, else the usual, else any."""
    settings = configuration.settings
    chosen = _free_port(port if port is not None else settings.listen.port, must=port is not None)
    listen = replace(settings.listen, host="127.0.0.1", port=chosen)
    tokens = replace(settings.tokens, issuer=f"http://127.0.0.1:{chosen}")
    return replace_fields(configuration, settings=replace(settings, production=False, listen=listen, tokens=tokens))


def _free_port(port: int, *, must: bool) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if must:
                raise OSError(f"port {port} is in use: choose another with --port") from error
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _run(configuration: Configuration, simulated: Departments, folder: Path, once: bool) -> None:
    environ = {**os.environ, **simulated.environment}
    async with open_gateway(configuration, environ, folder / "gateway") as gateway:
        listen = configuration.settings.listen
        server = make_server(gateway.app, host=listen.host, port=listen.port, readiness=gateway.readiness)
        serving = asyncio.create_task(server.serve())
        await gateway.readiness.opened.wait()
        await _show(gateway, f"http://{listen.host}:{listen.port}", simulated)
        if once:
            server.should_exit = True
        await serving


async def _show(gateway: Gateway, origin: str, simulated: Departments) -> None:
    """Print where the gateway is, who may ask, and one query with its answer."""
    assert gateway.issuer is not None, "the demo never runs in production mode"
    tokens = {name: gateway.issuer.mint(name) for name in gateway.issuer.secrets}
    console = Console(highlight=False, soft_wrap=True)
    console.print("[bold]tokens[/bold] (one hour; only for this run)")
    for name, token in tokens.items():
        console.print(f"{name.upper()}={token}", markup=False)
    console.print(f"\n[bold]one query[/bold], as the client `{CLIENT}`; for its sake the environment bureau fails once")
    console.print(QUERY, markup=False)
    await asyncio.to_thread(simulated.fault, "environment_penalties", "down", times=2)
    body: Mapping[str, Any] = {"query": QUERY, "variables": {"key": {"scheme": "USCC", "value": SUBJECT}}}
    answer = await _ask(origin + GRAPHQL_PATH, tokens[CLIENT], body)
    console.print("\n[bold]its answer[/bold]")
    console.print(json.format(answer, indent=2).decode(), markup=False)
    console.print("\n[bold]one objection[/bold] to it, filed by a service window; its owner takes it by signed webhook")
    told = await _object(origin + GRAPHQL_PATH, tokens["consent_window"], answer)
    console.print(json.format(told, indent=2).decode(), markup=False)
    console.print(f"\n[bold]the gateway answers at[/bold] {origin}{GRAPHQL_PATH}", markup=True)
    console.print(_curl(origin), markup=False)


def _curl(origin: str) -> str:
    query = f'{{ subject(key: {{value: "{SUBJECT}", scheme: USCC}}) {{ ... on Enterprise {{ name }} }} }}'
    return (
        f'try it: curl -s {origin}{GRAPHQL_PATH} -H "Authorization: Bearer $BANK" '
        f"-H 'Content-Type: application/json' -d '{json.encode({'query': query}).decode()}'\n"
        f"health: {origin}/health/ready    stop: Ctrl-C"
    )


async def _object(url: str, token: str, answer: bytes) -> bytes:
    """Object to the first penalty of the market regulator in ``answer``; return what the gateway says."""
    told = json.decode(answer)
    items = told["data"]["subject"]["penalties"]["items"]
    at = next(at for at, each in enumerate(items) if each["provenance"]["source"] == OBJECTED)
    given = {
        "receipt": told["extensions"]["receipt"]["id"],
        "path": f"subject.penalties.items.{at}.fineAmount",
        "recordKey": items[at]["provenance"]["recordKey"],
        "subject": SUBJECT,
        "ground": "VALUE_WRONG",
        "statement": "罚款金额与决定书不一致",
    }
    return await _ask(url, token, {"query": OBJECT, "variables": {"given": given}})


async def _ask(url: str, token: str, body: Mapping[str, Any]) -> bytes:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=json.encode(body), headers=headers) as response,
    ):
        return await response.read()
