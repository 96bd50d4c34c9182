"""`prov`: the provenance of an answer, kept in a file, as W3C PROV-JSON for tools that read it. Asks nobody."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.errors import BadParameters
from gateway.provenance.prov_json import prov_json


def prov_command(
    answer: Annotated[str, typer.Argument(help="The file of the answer, or of its bundle; `-` for standard input.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write it; else it is printed.")
    ] = None,
) -> None:
    """把答复的来源导出为 W3C PROV-JSON。 Write the provenance of an answer as W3C PROV-JSON.

    The answer must hold its map: ask with `"extensions": {"provenance": true}`. A bundle tells also who asked.
    """
    document = json.dumps(prov_json(_read(answer)), ensure_ascii=False, indent=2) + "\n"
    if output is None:
        sys.stdout.write(document)
    else:
        output.write_text(document, encoding="utf-8")


def _read(name: str) -> dict[str, Any]:
    text = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadParameters(f"`{name}` holds no JSON") from error
    if not isinstance(kept, dict):
        raise BadParameters(f"`{name}` holds neither an answer nor a bundle: a JSON object was expected")
    return kept
