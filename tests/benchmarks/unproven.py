"""Contender: the gateway without proof, so that what proof costs can be told.

No ledger, no digests of the answer and its parts, no traces; its documents ask for no provenance. All else is the
gateway's: rights, coverage, plans, the same server. It exists in this benchmark only.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette

import gateway.desk
from gateway.ledger import Entry, Ledger, Secret
from gateway.ledger.group import UnderWay
from gateway.plan.document import Operation
from gateway.proof.parts import Encoded
from gateway.run import Run
from gateway.seal import Refused, Seal
from tests.benchmarks.through_gateway import open_gateway_app

_NO_ENTRY = Seal(Secret(bytes(32)), "", "").refusal("", Refused("", ""))


class _NoLedger(Ledger):
    """Writes nothing."""

    def __init__(self) -> None:
        """Open nothing."""
        self.under_way = UnderWay()

    async def append(self, entry: Entry, *_: Any) -> None:
        """Return at once."""


class _NoSeal(Seal):
    """Makes one empty entry for everything."""

    def entry(
        self,
        receipt: str,
        run: Run,
        operation: Operation,
        values: Sequence[Sequence[Any]],
        encoded: Encoded,
        started: float,
    ) -> Entry:
        """Return the empty entry."""
        return _NO_ENTRY


def _plainly(response: Mapping[str, Any], salt: str) -> Encoded:
    """Return ``response`` encoded in one go, without a digest."""
    return Encoded(orjson.dumps(response), {})


@asynccontextmanager
async def open_app(environ: Mapping[str, str], data: Path) -> AsyncIterator[tuple[Starlette, dict[str, str]]]:
    """Open the gateway and take the proof out of it."""
    async with open_gateway_app(environ, data) as (opened, headers):
        vars(gateway.desk)["encode"] = _plainly  # this process serves nothing else
        desk = replace(opened.desk, ledger=_NoLedger(), seal=_NoSeal(Secret(bytes(32)), "", ""))
        opened.front.put_up(opened.front.loaded, desk)
        yield opened.app, headers
