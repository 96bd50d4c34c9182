"""The subscription `watchSubjects`: asks at its pace while somebody listens, and keeps what it knows in memory alone.

The first event tells where every section stands; later ones come only when there is news.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.clock import utc_text
from connectors.hours import CHINA_TIME
from gateway.errors import BadQuery, RateLimited
from gateway.limits.places import Full, Places
from gateway.own import Told, Untold
from gateway.plan.asks import Rights
from gateway.watch.asking import Asking, Key, open_to
from gateway.watch.declared import WatchRules
from gateway.watch.digests import Digests
from gateway.watch.input import closed_sections, plain_key, wish_mistakes
from gateway.watch.rounds import Known, News, compare
from gateway.watch.sections import Watched, known_sections

FIELD = "Subscription.watchSubjects"
Sleep = Callable[[float], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class ShownNews:
    """One line of a report; the attributes are those of `schema.watch.SectionNews`."""

    subject: str | None
    section: str | None
    news: str
    at: str
    before: str | None
    after: str | None
    state: str | None
    unknown_since: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ShownReport:
    """One event; the attributes are those of `schema.watch.WatchReport`."""

    at: str
    next_at: str | None
    news: Sequence[ShownNews]


@dataclass(frozen=True, slots=True)
class Listening:
    """What the stream needs; ``places`` counts whom a client's streams watch, ``clock`` tells the UNIX time."""

    asking: Asking
    rules: WatchRules
    digests: Digests
    places: Places = field(default_factory=Places)
    clock: Callable[[], float] = time.time
    sleep: Sleep = asyncio.sleep

    async def stream(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> AsyncIterator[Told | Untold]:
        """Yield reports for as long as somebody listens.

        Raises `BadQuery` for what cannot be watched, `RateLimited` for more subjects than a client may watch.
        """
        keys = [plain_key(each) for each in arguments["keys"]]
        wanted = arguments["sections"]
        mistakes = wish_mistakes(keys, wanted, arguments.get("everySeconds"), self.rules)
        if mistakes:
            raise BadQuery("; ".join(f"`{each.field}` {each.message}" for each in mistakes))
        sections = [known_sections()[path] for path in wanted]
        closed = closed_sections(sections, open_to(self.asking.desk(), rights.caller))
        if closed:
            yield Untold({"code": "FIELD_FORBIDDEN", "field": FIELD, "reason": "SECTION_CLOSED", "sections": closed})
            return
        every = self.rules.every(arguments.get("everySeconds"))
        async with self._held(rights.caller.client, len(keys)):
            known: dict[tuple[int, str], Known] = {}
            while True:
                await self._opened(sections)
                told, next_at = await self._round(rights, keys, sections, known, every)
                if told is not None:
                    yield told
                await self.sleep(max(next_at - self.clock(), 0.0))

    @asynccontextmanager
    async def _held(self, client: str, subjects: int) -> AsyncIterator[None]:
        """Count ``subjects`` as watched for the block; raises `RateLimited`."""
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self.places.hold(client, subjects, self.rules.max_watched))
            except Full as full:
                why = f"the subscriptions of this client watch {full.held} subjects already, and {full.most} may be"
                told = {"budget": "watched", "allowed": full.most}
                raise RateLimited(f"{why}: end one, or name fewer", extensions=told) from None
            yield

    async def _round(
        self,
        rights: Rights,
        keys: Sequence[Key],
        sections: Sequence[Watched],
        known: dict[tuple[int, str], Known],
        every: float,
    ) -> tuple[Told | None, float]:
        """Return what one round has to tell, None where that is nothing, and when the next is due."""
        observed = await self.asking.observe(rights.caller, keys, sections)
        at = self._text(self.clock())
        after, news = compare(rights.caller.client, known, observed, self.digests, at)
        known.update(after)
        next_at = self.clock() + every
        if not news:
            return None, next_at
        subjects = {each.place: each.subject for each in observed if each.subject}
        about = dict.fromkeys(("USCC", subjects[each.place]) for each in news if each.place in subjects)
        return Told([ShownReport(at, self._text(next_at), shown_news(keys, news))], tuple(about)), next_at

    async def _opened(self, sections: Sequence[Watched]) -> None:
        """Return when no owner of the ``sections`` is in its quiet hours, after a day at most."""
        now = self.clock()
        until = self.asking.closed_until(sections, datetime.fromtimestamp(now, CHINA_TIME))
        if until is not None:
            await self.sleep(min(until.timestamp() - now, 86_400.0))

    def _text(self, seconds: float) -> str:
        return utc_text(datetime.fromtimestamp(seconds, CHINA_TIME))


def shown_news(keys: Sequence[Key], news: Sequence[News]) -> list[ShownNews]:
    """Return ``news`` as they are shown; ``keys`` are the subjects' as the caller gave them."""
    return [
        ShownNews(
            keys[each.place]["value"],
            each.section,
            each.news,
            each.at,
            each.before,
            each.after,
            each.state,
            each.unknown_since,
        )
        for each in news
    ]
