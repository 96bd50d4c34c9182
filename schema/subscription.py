"""What a caller may subscribe to; each field is a stream that the gateway tells from itself, event by event.

Over WebSocket (graphql-transport-ws) or server-sent events (graphql-sse); see `gateway.subscriptions`.
"""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from schema.bindings import Root
from schema.fields import explained, say, streamed, unplanned
from schema.results import SubjectKey
from schema.screening import Screening
from schema.watch import WatchReport


@strawberry.type(description=say("订阅入口", "What may be subscribed to"))
class Subscription:
    """Where a subscription starts; its fields are the streams."""

    @streamed(
        "关注主体的若干类信息：哪一类有变化即告知，不含内容；首个事件为当前情况",
        "Watch sections of subjects: that one changed is told, never what. The first event tells where they stand",
        Root("watch_subjects"),
    )
    def watch_subjects(
        self,
        keys: Annotated[list[SubjectKey], explained("主体的查询键", "The keys of the subjects")],
        sections: Annotated[
            list[str],
            explained(
                "信息类别的路径，如 `penalties`、`courtEnforcement.dishonestEntries`",
                "Paths of sections of `Organization`: `penalties`, `courtEnforcement.dishonestEntries`",
            ),
        ],
        every_seconds: Annotated[
            int | None,
            explained(
                "比对间隔（秒），不少于系统规定的间隔", "Seconds between two rounds; not less than the gateway's least"
            ),
        ] = None,
    ) -> AsyncGenerator[WatchReport | None, None]:
        unplanned()

    @streamed(
        "批量筛查的进度：每有进展即告知，至完成为止；不含各行，各行以查询 screening 读取",
        "How far a screening is, each time that it has come further, until it ends; rows are read by `screening`",
        Root("screening_progress"),
    )
    def screening_progress(
        self,
        id: Annotated[str, explained("任务编号", "Its id")],  # noqa: A002
    ) -> AsyncGenerator[Screening | None, None]:
        unplanned()
