"""Arguments that sections share, each described once, and the filters that they set."""

from typing import Annotated, Final

from schema.bindings import Filter
from schema.fields import explained
from schema.scalars import Date, YearMonth

First = Annotated[int, explained("本页条数，1 至 1000", "How many items at most, from 1 to 1,000")]
After = Annotated[str | None, explained("上一页的 endCursor", "The `endCursor` of the page before")]
Since = Annotated[
    Date | None,
    explained("只要该日期当日及以后的记录", "Only records of this date or later, by the date that orders the section"),
]
SinceMonth = Annotated[
    YearMonth | None,
    explained("只要该月及以后的记录", "Only records of this month or later, by the month that orders the section"),
]
Years = Annotated[list[int] | None, explained("只要这些年度", "Only these years")]
Active = Annotated[
    bool | None,
    explained(
        "只要当前有效（true）或已移出、已失效（false）的",
        "Only entries that stand today (true), or that were removed or have expired (false)",
    ),
]

ACTIVE: Final = Filter("active", "", "active")
BY_KIND: Final = Filter("kind", "kind", "equals")
BY_KINDS: Final = Filter("kinds", "kind", "one_of")
BY_STATUS: Final = Filter("status", "status", "equals")
BY_LEVEL: Final = Filter("level", "level", "equals")
BY_DOMAIN: Final = Filter("domain", "domain", "equals")


def since(field: str) -> Filter:
    """Return the filter of `Since` on the date that orders a section."""
    return Filter("since", field, "at_or_after")


def since_month(field: str) -> Filter:
    """Return the filter of `SinceMonth` on the month that orders a section."""
    return Filter("sinceMonth", field, "at_or_after")


def years(field: str) -> Filter:
    """Return the filter of `Years`."""
    return Filter("years", field, "one_of")
