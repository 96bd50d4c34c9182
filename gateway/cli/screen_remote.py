"""`screen FILE --url`: a portfolio screened by a gateway elsewhere; nothing of a gateway is needed on this machine.

    announce -> upload the keys, part by part -> wait for its end -> fetch what came of the rows -> verify -> done

Only keys leave the machine, none that is a person's number; every other column stays where it is. Whatever breaks off,
the same command goes on: the gateway knows the screening by its idempotency key, and which rows have come. What is
written counts as done once the tree made from the written file is the one that the gateway signed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, Final

import msgspec

from gateway.cli.remote import Remote
from gateway.cli.remote_events import Patience, events
from gateway.cli.screen_began import Beginning
from gateway.cli.screen_fetched import Fetched, Fetching, Ordered, Stage, Standing, read_as
from gateway.screening.documents import ANNOUNCE, LOOK, PROGRESS
from gateway.screening.files import FileRefused
from gateway.screening.jobs import digest
from gateway.screening.portfolio import Portfolio
from gateway.screening.sent import MEDIA, RowsDigest, SentRow, TooLong, parts_of, row_of

_FIRST: Final = Patience(tries=2)
"""Where nobody answers at first, the address is wrong more often than the line is broken."""


@dataclass(frozen=True, slots=True)
class RemoteScreening:
    """Screens at ``gateway``; ``stage`` shows how far it is, ``say`` a line of text."""

    gateway: Remote
    stage: Stage
    say: Callable[[str], None]
    patience: Patience = field(default_factory=Patience)

    async def run(self, order: Ordered) -> Fetched:
        """Return when the outcome is written and verified.

        Raises `FileRefused`, `Unverified`, `Refused`, `Unreached`.
        """
        beginning = Beginning(order.out)
        sent = await self._digest(order)
        standing = await self._begin(order, sent, beginning)
        self.say(
            f"任务 job {standing.id}: {standing.row_count:,} 行 rows; 中断后重新运行同一命令 run the same command again"
        )
        if standing.state == "RECEIVING":
            await self._upload(order.portfolio, standing)
            standing = await self._look(standing.id)
        if standing.state == "RUNNING":
            await self._follow(standing)
            standing = await self._look(standing.id)
        if standing.state != "FINISHED":
            beginning.forget()
            why = f"{standing.state}, {standing.failure}" if standing.failure else standing.state
            raise FileRefused(f"the gateway gave the screening up ({why}): run the command again to begin a new one")
        fetched = await Fetching(self.gateway, self.stage, self.patience).fetch(order, standing, sent)
        beginning.forget()
        return fetched

    async def _digest(self, order: Ordered) -> str:
        told = RowsDigest()
        with self.stage("读取 reading", order.portfolio.rows, 0) as done:
            count = 0
            async for rows in _rows_of(order.portfolio):
                for row in rows:
                    told.add(row.key, row.fault)
                done(count := count + len(rows))
        return told.hex

    async def _begin(self, order: Ordered, sent: str, beginning: Beginning) -> Standing:
        """Return where the screening stands: the one that is named, or was begun before, or is begun now."""
        portfolio, settings = order.portfolio, order.portfolio.settings
        if order.resume is not None:
            standing = await self._look(order.resume, _FIRST)
            if standing.row_count != portfolio.rows or standing.slice_rows != settings.slice_rows:
                raise FileRefused("the file, or `--slice`, is not the one that the job began with")
            return standing
        given = {**order.given, **({"amount": _decimal(order.given["amount"])} if "amount" in order.given else {})}
        said: dict[str, Any] = {
            **given,
            "ruleSet": order.rules,
            "asOf": order.as_of,
            "rows": portfolio.rows,
            "digest": sent,
            "key": settings.key,
            "scheme": settings.scheme,
            "columns": list(settings.columns),
            "prefix": settings.prefix,
            "sliceRows": settings.slice_rows,
            "wait": order.wait,
        }
        asked = digest(*order.about, msgspec.json.encode(said, order="sorted").decode())
        said["clientMutationId"] = beginning.key(asked)
        data = await _FIRST.ask(lambda: self.gateway.query(ANNOUNCE, {"input": said}))
        return read_as(data.get("screening"), Standing)

    async def _look(self, job: str, patience: Patience | None = None) -> Standing:
        data = await (patience or self.patience).ask(lambda: self.gateway.query(LOOK, {"id": job}))
        return read_as(data.get("screening"), Standing)

    async def _upload(self, portfolio: Portfolio, standing: Standing) -> None:
        """Send the rows that have not come; if all have, the last slice again, with which the work begins."""
        size, last = standing.slice_rows, (standing.row_count - 1) // standing.slice_rows
        skipped = min(standing.received // size, last)
        first = skipped * size + 1
        with self.stage("上传 uploading", standing.row_count, first - 1) as done:
            async for rows, body in _parts(portfolio, skipped):
                part = partial(
                    self.gateway.send, "PUT", f"/screenings/{standing.id}/rows/{first}", body=body, media=MEDIA
                )
                await self.patience.ask(part)
                first += rows
                done(first - 1)

    async def _follow(self, standing: Standing) -> None:
        """Return when the screening has ended."""
        told_until: str | None = None
        with self.stage("筛查 screening", standing.row_count, 0) as done:
            async with aclosing(events(self.gateway, PROGRESS, {"id": standing.id}, self.patience)) as told:
                async for each in told:
                    now = each.get("screeningProgress") or {}
                    done(int(now.get("done") or 0))
                    until = now.get("waitsUntil")
                    if until is not None and until != told_until:
                        self.say(f"部分数据源关闭,等到 rows wait for closed sources until {until}")
                        told_until = until


def _slices(portfolio: Portfolio, skipped: int = 0) -> Iterator[list[SentRow]]:
    """Yield the slices of the portfolio as they are sent, but for the first ``skipped``."""
    settings = portfolio.settings
    for place, block in enumerate(portfolio.reader.blocks([settings.key], settings.slice_rows)):
        if place >= skipped:
            yield [row_of(record.key, settings.scheme, record.fault) for record in block.records]


async def _rows_of(portfolio: Portfolio) -> AsyncIterator[list[SentRow]]:
    slices = _slices(portfolio)
    while (each := await asyncio.to_thread(next, slices, None)) is not None:
        yield each


async def _parts(portfolio: Portfolio, skipped: int) -> AsyncIterator[tuple[int, bytes]]:
    parts = parts_of(_slices(portfolio, skipped))
    try:
        while (each := await asyncio.to_thread(next, parts, None)) is not None:
            yield each
    except TooLong as error:
        raise FileRefused(str(error)) from None


def _decimal(amount: float) -> str:
    return format(Decimal(repr(amount)), "f")
