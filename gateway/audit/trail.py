"""`auditTrail`: entries of the ledger for an auditor, by what they have in common."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.audit.cursor import decode_cursor, encode_cursor
from gateway.audit.filters import Pseudonyms, page_size, read_filter
from gateway.audit.hiding import Hiding, Notes
from gateway.audit.pages import Page, Reader, read_page
from gateway.audit.shown import PageInfo, ShownTrail, show

NAME: Final = "auditTrail"


async def read_trail(
    rows: Reader, pseudonyms: Pseudonyms, arguments: Mapping[str, Any]
) -> tuple[Page, tuple[tuple[str, str], ...]]:
    """Return the page of entries that the ``arguments`` of `auditTrail` ask for, and whom they ask about.

    Raises `BadQuery`, `LedgerUnavailable`.
    """
    first = page_size(arguments.get("first", 100), NAME)
    after = arguments.get("after")
    before = None if after is None else decode_cursor(after, NAME)
    wanted, about = read_filter(arguments.get("filter") or {}, pseudonyms)
    return await read_page(rows, wanted, first, before), about


def show_trail(page: Page, notes: Notes, hiding: Hiding) -> ShownTrail:
    """Return ``page`` as the graph shows it."""
    entries = [show(index, entry, lambda each: notes.read(each.denied, hiding)) for index, entry in page.entries]
    return ShownTrail(entries, page_info(page))


def page_info(page: Page) -> PageInfo:
    """Return where ``page`` ends."""
    return PageInfo(page.more, None if page.end is None else encode_cursor(page.end))
