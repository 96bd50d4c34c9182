"""How an organization stands: lists and honors, and the ratings of industries, environment, labor and customs."""

from typing import Annotated

import strawberry

from schema.arguments import ACTIVE, BY_KINDS, BY_LEVEL, Active, After, First, Since, Years, since, years
from schema.bindings import Filter, Fixed
from schema.bindings import Section as Relation
from schema.fields import explained, planned, unplanned
from schema.records.customs import CustomsCredit
from schema.records.environment import EnvironmentalLevel, EnvironmentalRating
from schema.records.lists import ListEntry, ListKind, Tone
from schema.records.ratings import CreditRating, LaborLevel, LaborRating, RatingKind
from schema.sections import Section, newest_first, section

ListKinds = Annotated[list[ListKind] | None, explained("只要这些名单", "Only these lists")]
WithTone = Annotated[Tone | None, explained("只要该性质的名单", "Only lists of this tone")]
BY_TONE = Filter("tone", "tone", "equals")


@section("名单记录", "Entries on lists")
class ListSection(Section):
    items: list[ListEntry] = newest_first()


@section("信用评价结果", "Ratings")
class CreditRatingSection(Section):
    items: list[CreditRating] = newest_first()


@section("企业环境信用评价", "Ratings of environmental credit")
class EnvironmentalRatingSection(Section):
    items: list[EnvironmentalRating] = newest_first()


@section("劳动保障守法诚信等级", "Grades of labor compliance")
class LaborRatingSection(Section):
    items: list[LaborRating] = newest_first()


@section("海关企业信用等级", "Grades at customs")
class CustomsCreditSection(Section):
    items: list[CustomsCredit] = newest_first()


@strawberry.type
class StandingRelations:
    """What lists and ratings say of an organization."""

    @planned(
        "名单记录：红名单、严重失信主体名单、异常名录",
        "Entries on lists of every kind and tone, newest inclusion first",
        Relation("ListEntry", "included_on", (since("included_on"), BY_KINDS, BY_TONE, ACTIVE)),
    )
    def list_entries(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        kinds: ListKinds = strawberry.UNSET,
        tone: WithTone = strawberry.UNSET,
        active: Active = strawberry.UNSET,
    ) -> ListSection | None:
        unplanned()

    @planned(
        "经营（活动）异常名录、异常状态标记",
        "Entries on the list of abnormal operations, newest inclusion first",
        Relation(
            "ListEntry",
            "included_on",
            (since("included_on"), ACTIVE),
            fixed=(Fixed("kind", ("ABNORMAL_OPERATION",)),),
        ),
    )
    def abnormal_entries(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        active: Active = strawberry.UNSET,
    ) -> ListSection | None:
        unplanned()

    @planned(
        "诚实守信相关荣誉",
        "Honors for honesty and good faith, newest first",
        Relation("ListEntry", "included_on", (since("included_on"), ACTIVE), fixed=(Fixed("kind", ("HONOR",)),)),
    )
    def honors(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        active: Active = strawberry.UNSET,
    ) -> ListSection | None:
        unplanned()

    @planned(
        "信用评价结果（各行业主管部门）；不合并、不打分",
        "Ratings of the owners of industries, newest first; never merged, no score of our own",
        Relation("CreditRating", "decided_on", (since("decided_on"), BY_KINDS, years("evaluation_year"))),
    )
    def ratings(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        kinds: Annotated[list[RatingKind] | None, explained("只要这些种类", "Only these kinds")] = strawberry.UNSET,
        years: Years = strawberry.UNSET,
    ) -> CreditRatingSection | None:
        unplanned()

    @planned(
        "企业环境信用评价",
        "Ratings of environmental credit, newest publication first",
        Relation("EnvironmentalRating", "published_on", (since("published_on"), years("evaluation_year"), BY_LEVEL)),
    )
    def environmental_rating(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        years: Years = strawberry.UNSET,
        level: Annotated[EnvironmentalLevel | None, explained("只要该等级", "Only this grade")] = strawberry.UNSET,
    ) -> EnvironmentalRatingSection | None:
        unplanned()

    @planned(
        "劳动保障守法诚信等级",
        "Grades of labor compliance, newest first",
        Relation("LaborRating", "decided_on", (since("decided_on"), years("evaluation_year"), BY_LEVEL)),
    )
    def labor_rating(
        self,
        first: First = 20,
        after: After = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        years: Years = strawberry.UNSET,
        level: Annotated[LaborLevel | None, explained("只要该等级", "Only this grade")] = strawberry.UNSET,
    ) -> LaborRatingSection | None:
        unplanned()

    @planned(
        "海关企业信用等级",
        "Grades at customs, newest first",
        Relation("CustomsCredit", "recognized_on", (since("recognized_on"),)),
    )
    def customs_credit(
        self, first: First = 20, after: After = strawberry.UNSET, since: Since = strawberry.UNSET
    ) -> CustomsCreditSection | None:
        unplanned()
