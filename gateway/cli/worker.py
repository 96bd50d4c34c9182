"""`worker`: work on the screenings that gateways put into Redis, on this machine besides others."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from gateway.app import open_gateway
from gateway.cli.options import DEFAULT_CONFIG, DEFAULT_DATA, Config, Data
from gateway.cli.serve import log_to_stderr
from gateway.configuration import Configuration, load_configuration
from gateway.screening.stream import open_stream, work_on
from gateway.secrets import with_secret_files
from gateway.shared import REDIS_URL_ENV


def worker_command(
    config: Config = DEFAULT_CONFIG,
    data: Data = DEFAULT_DATA,
    at_once: Annotated[int, typer.Option(help="Slices worked on at the same time.", min=1, max=64)] = 2,
) -> None:
    """处理批量筛查任务,直到 SIGTERM 或 Ctrl-C。 Work on screenings until SIGTERM or Ctrl-C.

    Needs CREDIT_REDIS_URL and the environment of the gateways: the same sources, stores, LEDGER_SECRET and
    CREDIT_LEDGER_KEY. A worker that dies loses nothing: its slices go to others after a minute.
    """
    configuration = load_configuration(config)
    url = with_secret_files(os.environ, configuration.secret_variables).get(REDIS_URL_ENV)
    if not url:
        raise typer.BadParameter(f"`{REDIS_URL_ENV}` is not set: without Redis, the gateway does the work itself")
    log_to_stderr()
    uvloop.run(_work(configuration, data, url, at_once))


async def _work(configuration: Configuration, data: Path, url: str, at_once: int) -> None:
    async with open_gateway(configuration, os.environ, data) as gateway:
        working = asyncio.create_task(work_on(open_stream(url), gateway.screenings.keyed, at_once))
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, working.cancel)
        with suppress(asyncio.CancelledError):
            await working
