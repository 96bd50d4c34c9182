"""Sections: the answer to a relation is never a bare list, so that "none" and "not known" cannot be confused.

The section type of each relation stands beside it in `schema.relations`; all it adds is the type of its items.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry

from schema.bindings import SectionPart
from schema.enums import SectionState
from schema.fields import say, shown
from schema.values import Coverage, PageInfo

T = TypeVar("T", bound=type)


@strawberry.interface(
    description=say(
        "一类记录的完整答复：先看 state，再看 items；items 为空且 state 为 COMPLETE 才是“无记录”",
        "The answer to a relation: read `state` before `items`. No items means none only when `state` is COMPLETE",
    )
)
class Section:
    """What every section has; its type adds the items."""

    state: SectionState = shown("完整性", "Whether the section tells everything", binding=SectionPart("state"))
    coverage: list[Coverage] = shown(
        "每个归属数据源的答复情况", "What came of asking each owning source", binding=SectionPart("coverage")
    )
    total_count: int | None = shown(
        "符合条件的记录总数；state 不为 COMPLETE 时为空",
        "Number of records that pass the filters; null unless `state` is COMPLETE",
        binding=SectionPart("total_count"),
    )
    page_info: PageInfo = shown("分页信息", "Where this page ends", binding=SectionPart("page_info"))


def section(zh: str, en: str) -> Callable[[T], T]:
    """Return the decorator of a section type, described in both languages."""
    return strawberry.type(description=say(zh, en))


def newest_first() -> Any:
    """Return the field of a section that holds its records; its annotation says of which type they are."""
    return shown("记录，按日期从新到旧", "The records of this page, newest first", binding=SectionPart("items"))
