"""`documents`: the trusted documents, their ids, and who may use them."""

import sys
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Column, Table

from gateway.cli.options import DEFAULT_CONFIG, AsJson, Config
from gateway.configuration import Configuration, load_configuration


def documents_command(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """列出可信查询文档。 List the trusted documents of config/documents: id, name, file, and who may use them.

    A request names one by `"documentId": "sha256:<id>"`, with no `query`.
    """
    told = _told(load_configuration(config))
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n")
        return
    table = Table(*(Column(name, overflow="fold") for name in ("id (SHA-256)", "name, title, file", "who may use it")))
    for each in told:
        table.add_row(
            each["id"],
            f"{each['name']}\n{each['title']}\n{each['file']}",
            "\n".join(each["clients"] or ["(every client)"]),
        )
    Console(highlight=False).print(table)


def _told(configuration: Configuration) -> list[dict[str, Any]]:
    return [
        {
            "id": each.id,
            "name": each.name,
            "title": each.title,
            "file": each.file,
            "clients": list(each.clients),
        }
        for each in configuration.trusted.by_id.values()
    ]
