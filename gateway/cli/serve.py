"""`serve`: run the gateway on the systems that the environment names."""

import logging
import os
from pathlib import Path

import uvloop

from gateway.app import open_gateway
from gateway.cli.options import DEFAULT_CONFIG, DEFAULT_DATA, Config, Data, Host, Port
from gateway.configuration import Configuration, load_configuration
from gateway.http import make_server


def serve_command(
    config: Config = DEFAULT_CONFIG, data: Data = DEFAULT_DATA, host: Host = None, port: Port = None
) -> None:
    """Serve the gateway until SIGTERM or Ctrl-C. Addresses and secrets of sources come from the environment."""
    configuration = load_configuration(config)
    listen = configuration.settings.listen
    log_to_stderr()
    uvloop.run(_serve(configuration, data, host or listen.host, listen.port if port is None else port))


def log_to_stderr() -> None:
    """Log the gateway's own messages; they hold no record, no key and no address of a source."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


async def _serve(configuration: Configuration, data: Path, host: str, port: int) -> None:
    async with open_gateway(configuration, os.environ, data) as gateway:
        await make_server(gateway.app, host=host, port=port, readiness=gateway.readiness).serve()
