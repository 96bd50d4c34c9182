"""Arguments that sections share, each described once."""

from typing import Annotated

from schema.fields import explained
from schema.scalars import Date

First = Annotated[int, explained("本页条数，1 至 1000", "How many items at most, from 1 to 1,000")]
After = Annotated[str | None, explained("上一页的 endCursor", "The `endCursor` of the page before")]
Since = Annotated[
    Date | None,
    explained("只要该日期当日及以后的记录", "Only records of this date or later, by the date that orders the section"),
]
