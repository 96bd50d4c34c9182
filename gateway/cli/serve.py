"""`serve`: run the gateway on the systems that the environment names."""

import logging
import os
from dataclasses import replace as replace_fields
from pathlib import Path

import uvloop
from msgspec.structs import replace

from gateway.app import open_gateway
from gateway.cli.options import DEFAULT_CONFIG, DEFAULT_DATA, Config, Data, Host, Port
from gateway.configuration import Configuration, load_configuration
from gateway.http import make_server


def serve_command(
    config: Config = DEFAULT_CONFIG, data: Data = DEFAULT_DATA, host: Host = None, port: Port = None
) -> None:
    """启动网关,直到 SIGTERM 或 Ctrl-C。 Serve the gateway until SIGTERM or Ctrl-C.

    Addresses and secrets of sources come from the environment.
    """
    configuration = _listening(load_configuration(config), host, port)
    log_to_stderr()
    uvloop.run(_serve(configuration, data))


def _listening(configuration: Configuration, host: str | None, port: int | None) -> Configuration:
    """Return the configuration with the address that the command names: what is served can depend on it."""
    settings = configuration.settings
    listen = settings.listen
    listen = replace(listen, host=host or listen.host, port=listen.port if port is None else port)
    return replace_fields(configuration, settings=replace(settings, listen=listen))


def log_to_stderr() -> None:
    """Log the gateway's own messages; they hold no record, no key and no address of a source."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


async def _serve(configuration: Configuration, data: Path) -> None:
    listen = configuration.settings.listen
    async with open_gateway(configuration, os.environ, data) as gateway:
        await make_server(gateway.app, host=listen.host, port=listen.port, readiness=gateway.readiness).serve()
