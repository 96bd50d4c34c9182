"""`serve`: run the gateway on the systems that the environment names."""

import logging
import os
from collections.abc import Mapping
from pathlib import Path

import uvloop
from msgspec.structs import replace

from gateway.app import open_gateway
from gateway.cli.options import DEFAULT_CONFIG, DEFAULT_DATA, Config, Data, Port
from gateway.configuration import Configuration, load_configuration
from gateway.http import make_server


def serve_command(config: Config = DEFAULT_CONFIG, data: Data = DEFAULT_DATA, port: Port = None) -> None:
    """Serve the gateway until SIGTERM or Ctrl-C. Addresses and secrets of sources come from the environment."""
    configuration = load_configuration(config)
    log_to_stderr()
    uvloop.run(_serve(configuration, os.environ, data, port))


def log_to_stderr() -> None:
    """Log the gateway's own messages; they hold no record, no key and no address of a source."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


async def _serve(configuration: Configuration, environ: Mapping[str, str], data: Path, port: int | None) -> None:
    listen = configuration.settings.listen
    if port is not None:
        listen = replace(listen, port=port)
    async with open_gateway(configuration, environ, data) as gateway:
        server = make_server(gateway.app, host=listen.host, port=listen.port, readiness=gateway.readiness)
        await server.serve()
