"""`inquiries`: who asked about the caller's own subject, but for what is lawfully withheld from it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.audit.cursor import decode_cursor
from gateway.audit.filters import Pseudonyms, Wanted, page_size
from gateway.audit.hiding import Hiding, is_note
from gateway.audit.pages import Reader, read_page
from gateway.audit.shown import PageInfo, ShownUse, uses_of
from gateway.audit.trail import page_info
from gateway.ledger import Entry

NAME: Final = "inquiries"
Titles = Callable[[str], str | None]
"""From a client to its title, None for one that is not registered now."""
EVERYTHING: Final = 2**62
"""A subject's page never ends early: that would tell that it was looked at in vain, so that something is withheld."""


@dataclass(frozen=True, slots=True)
class ShownInquiry:
    """One inquiry as its subject is told of it: not the case, not the document, nobody else whom it was about."""

    receipt: str
    at: str
    client: str
    title: str | None
    department: str | None
    purpose: str
    uses: Sequence[ShownUse]
    denied: Sequence[str]
    outcome: str


@dataclass(frozen=True, slots=True)
class ShownInquiries:
    """One page."""

    items: Sequence[ShownInquiry]
    page_info: PageInfo


async def read_inquiries(
    rows: Reader,
    pseudonyms: Pseudonyms,
    hiding: Hiding,
    titles: Titles,
    subject: str,
    arguments: Mapping[str, Any],
    today: str,
) -> tuple[ShownInquiries, Mapping[str, int]]:
    """Return the page of inquiries about ``subject`` (a USCC), and how many each rule withheld among them.

    Raises `BadQuery`, `LedgerUnavailable`.
    """
    first = page_size(arguments.get("first", 100), NAME)
    after = arguments.get("after")
    before = None if after is None else decode_cursor(after, NAME)
    withheld: Counter[str] = Counter()

    def may_be_told(entry: Entry) -> bool:
        rule = hiding.hidden_by(entry, today)
        if rule is not None:
            withheld[rule.name] += 1
        return rule is None

    wanted = Wanted(pseudonyms=tuple(pseudonyms("USCC", subject)))
    page = await read_page(rows, wanted, first, before, may_be_told, EVERYTHING)
    shown = ShownInquiries([_show(entry, titles) for _, entry in page.entries], page_info(page))
    return shown, withheld


def _show(entry: Entry, titles: Titles) -> ShownInquiry:
    denied = dict.fromkeys(each.field for each in entry.denied if not is_note(each))
    return ShownInquiry(
        entry.receipt,
        entry.at,
        entry.client,
        titles(entry.client),
        entry.department,
        entry.purpose,
        uses_of(entry),
        list(denied),
        entry.outcome,
    )
