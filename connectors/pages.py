"""The rows of one question over the pages of its answer, and over several answers. No I/O.

Used by two kinds, though code is shared by three as a rule: when a source has come to an end is one promise to the
caller, and of two copies one would be wrong.
"""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from connectors.errors import SourceMisread

MOST_PAGES: Final = 100
"""A source that has more pages of one batch is not answering the question that was asked."""


class Pages:
    """Collects the rows of one question over its pages, each record once; ``due`` is the page to ask for next.

    ``full`` is how many rows a full page has, None when there are no pages; ``identity`` names the columns by which a
    record is known again.
    """

    def __init__(self, full: int | None, identity: Sequence[str]) -> None:
        self.rows: list[dict[str, Any]] = []
        self.due = 1
        self.more = True
        self._full = full
        self._identity = tuple(identity)
        self._seen: set[tuple[str, ...]] = set()

    def add(self, page: list[dict[str, Any]], count: int | None = None) -> None:
        """Add the rows of the page that was due; raises `SourceMisread` when the source does not come to an end.

        ``count`` is how many entries the page has where an entry is not a row: a subject, say, with its records.

        A row of an earlier page comes again when records moved between two calls, or when the source sends its last
        page for every page beyond. Totals are not looked at: sources count wrongly.
        """
        entries = len(page) if count is None else count
        if self._full is None or (self.due == 1 and entries < self._full):
            self.rows, self.more = page, False
            return
        named = [tuple(str(row.get(column)) for column in self._identity) for row in page]
        new = [row for row, name in zip(page, named, strict=True) if name not in self._seen]
        self._seen.update(named)
        self.rows += new
        self.more = entries >= self._full and (bool(new) or not page)
        self.due += 1
        if self.more and self.due > MOST_PAGES:
            raise SourceMisread(f"the answer has more than {MOST_PAGES} pages")


def joined(answers: Sequence[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the rows of all ``answers`` about one batch; a row that an earlier answer had as well comes once."""
    if len(answers) == 1:
        return answers[0]
    rows: list[dict[str, Any]] = []
    known: set[bytes] = set()
    for answer in answers:
        written = [orjson.dumps(row, option=orjson.OPT_SORT_KEYS) for row in answer]
        rows += [row for row, text in zip(answer, written, strict=True) if text not in known]
        known.update(written)
    return rows
