"""Who asked about a subject, as the subject itself is told."""

import strawberry

from schema.audit import EntryOutcome
from schema.fields import say, shown
from schema.scalars import DateTime
from schema.values import PageInfo


@strawberry.type(description=say("查询中的一类信息", "One kind of record that an inquiry asked for"))
class InquiryUse:
    """What was asked of one source."""

    source: str = shown("数据源", "The source")
    department: str = shown("归属部门代码", "Code of the department that owns it")
    entity: str = shown("实体", "The kind of record")
    fields: list[str] = shown("查询的字段", "The fields that were asked for")


@strawberry.type(description=say("他人对本主体的一次查询", "One inquiry about the subject"))
class Inquiry:
    """Who asked."""

    receipt: str = shown("回执编号，用于投诉和核查", "Its receipt: to be named in a complaint")
    at: DateTime = shown("时间", "When")
    client: str = shown("查询者", "Who asked: the client")
    title: str | None = shown("查询者名称", "Title of the client; null when it is no longer registered")
    department: str | None = shown("查询部门代码", "Code of its department")
    purpose: str = shown("查询目的", "What for")
    uses: list[InquiryUse] = shown("查询的信息", "What was asked for")
    denied: list[str] = shown("被拒的字段", "Fields that were denied to it")
    outcome: EntryOutcome = shown("结果", "How it ended")


@strawberry.type(description=say("查询记录，由新到旧", "Inquiries about the subject, newest first"))
class Inquiries:
    """One page."""

    items: list[Inquiry] = shown("查询记录", "The inquiries of this page")
    page_info: PageInfo = shown("分页信息", "Where this page ends")
