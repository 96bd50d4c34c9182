"""Screenings as the schema shows them: a list of subjects checked by one rule set, row by row."""

from enum import Enum

import strawberry

from schema.check import RequiredQualification, RuleResult, Verdict
from schema.enums import label
from schema.fields import say, shown
from schema.results import SubjectKey
from schema.scalars import Date, DateTime, Decimal


@strawberry.enum(description=say("筛查任务的状态", "How far a screening is"))
class ScreeningState(Enum):
    """States of a job."""

    RECEIVING = label("RECEIVING", "等待上传各行", "Announced; its rows are being uploaded")
    RUNNING = label("RUNNING", "进行中，或在等待数据源开放", "Under way, or waiting for sources to open")
    FINISHED = label("FINISHED", "已完成，清单已签名", "Finished, its manifest signed")
    FAILED = label("FAILED", "已放弃，原因见 failure", "Given up; `failure` says why")
    EXPIRED = label("EXPIRED", "未能在期限内完成", "Its time was over before it was finished")


@strawberry.type(description=say("一种结论的行数", "How many rows came to one verdict"))
class VerdictCount:
    """A verdict with its count."""

    verdict: Verdict | None = shown(
        "结论；行无效（未指明可查询的主体）时为空", "The verdict; null for rows that name no subject to be asked about"
    )
    rows: int = shown("行数", "Rows")


@strawberry.type(description=say("一条触发或未知的规则", "A rule that was hit, or is not known"))
class ScreenedRule:
    """One rule's result in one row."""

    rule: str = shown("规则编号", "Its id")
    result: RuleResult = shown("结果", "What it came to")
    raised_by: str | None = shown(
        "由哪个客户端的自有规则提高；为其自主决定", "The client whose own rules raised it: that is its own decision"
    )


@strawberry.type(description=say("一行未能查得的数据源", "A source that could not be had for a row"))
class ScreenedGap:
    """A source and why."""

    source: str | None = shown("数据源；不予透露时为空", "The source; null where it is not told")
    status: str = shown("答复情况，如 CLOSED、TIMED_OUT", "What came of asking, such as CLOSED or TIMED_OUT")
    until: DateTime | None = shown("预计恢复时间", "When it is expected to answer again")


@strawberry.type(description=say("筛查的一行；不保存任何记录", "One row of a screening; no record is kept"))
class ScreenedRow:
    """The outcome of one key."""

    row: int = shown("行号，从 1 起，按提交的次序", "Its number, from 1 on, in the order in which keys were sent")
    verdict: Verdict | None = shown("结论；行无效时为空", "The verdict; null for a row that is invalid")
    fault: str | None = shown(
        "行无效的原因，如 CHECK_FAILED、PERSONAL_NUMBER", "Why it is invalid, such as CHECK_FAILED or PERSONAL_NUMBER"
    )
    rules: list[ScreenedRule] = shown("触发的与未知的规则", "The rules that were hit, or are not known")
    missing: list[ScreenedGap] = shown("未能查得的数据源", "The sources that could not be had")
    receipts: list[str] = shown("所依据答复的收据编号", "The receipts of the answers that it rests on")
    as_of: Date | None = shown("判断所依的日期", "The day as of which rules judged")
    ask_again_after: DateTime | None = shown(
        "仅因数据源关闭而未定时，此后再查可得结论",
        "When asking again may settle a row that is undetermined only because sources are closed",
    )
    cells: list[str] = shown(
        "清单中该行的各列，依次为 row、verdict、outcomes、reason、missing、until、receipt、asOf",
        "Its cells under the manifest: row, verdict, outcomes, reason, missing, until, receipt, asOf",
    )


@strawberry.type(description=say("一次批量筛查", "A screening of many subjects"))
class Screening:
    """A job with one page of its rows."""

    id: str = shown("任务编号", "Its id")
    state: ScreeningState = shown("状态", "How far it is")
    rule_set: str = shown("规则集代码", "Code of the rule set")
    rules: str = shown(
        "规则集、版本和散列；客户端自有规则另注 overlay",
        "The rule set with version and digest, and after `overlay` what its client laid over it",
    )
    purpose: str = shown("查询目的", "What it is for")
    as_of: Date = shown("判断所依的日期", "The day as of which rules judge")
    row_count: int = shown("行数", "How many rows it has")
    received: int = shown("已收到的行数", "How many of them have come")
    slice_rows: int = shown("每段的行数：上传以整段为单位", "Rows of a slice: rows are uploaded in whole slices")
    done: int = shown("已完成的行数", "How many of them are done")
    counts: list[VerdictCount] = shown("各结论的行数", "Rows by verdict, those that are known")
    waits_until: DateTime | None = shown(
        "有行在等待数据源开放：到此时再查",
        "Until when rows wait for a closed source; they are then asked again",
    )
    failure: str | None = shown("放弃的原因（错误代码）", "The code of the error for which it was given up")
    created_at: DateTime = shown("开始时间", "When it began")
    expires_at: DateTime = shown("期限", "Until when it may go on; its keys are then deleted")
    ended_at: DateTime | None = shown("结束时间", "When it ended; its keys were then deleted")
    manifest: str | None = shown(
        "签名清单（JSON）：各行的默克尔树根、规则集、计数；用 `screen verify` 核验",
        "The signed manifest, JSON: Merkle root over the rows, rule set, counts; `screen verify` checks it",
    )
    rows: list[ScreenedRow] = shown("本页的行，按次序", "The rows of this page, in order; rows not done are left out")
    next_after: int | None = shown("下一页的 after；没有更多时为空", "The `after` of the next page; null at the end")


@strawberry.input(description=say("开始一次批量筛查", "A screening to begin"))
class StartScreeningInput:
    """Whom to check, by which rules. Purpose and case come from the headers, as for a check."""

    rule_set: str = shown("规则集代码，如 BK", "Code of the rule set, such as BK")
    keys: list[SubjectKey] = shown(
        "主体的查询键，至多 10000 个；不接受个人证件号码",
        "The keys of the subjects, at most 10,000; never a person's number",
    )
    as_of: Date | None = strawberry.field(
        default=None, description=say("判断所依的日期，默认今日", "The day as of which rules judge, today unless given")
    )
    required_licenses: list[str] | None = strawberry.field(
        default=None, description=say("要求具备的行政许可", "Licenses that are required")
    )
    required_qualifications: list[RequiredQualification] | None = strawberry.field(
        default=None, description=say("要求具备的资质", "Qualifications that are required")
    )
    amount: Decimal | None = strawberry.field(
        default=None, description=say("所涉金额，单位为元，如贷款额", "The amount at stake in yuan, such as of a loan")
    )
    license: str | None = strawberry.field(
        default=None, description=say("所申请的行政许可", "The license that is applied for")
    )
    domain: str | None = strawberry.field(
        default=None, description=say("所申请事项的监管领域", "The domain of supervision of what is applied for")
    )
    qualification: str | None = strawberry.field(
        default=None, description=say("所申请的资质", "The qualification that is applied for")
    )
    client_mutation_id: str | None = strawberry.field(
        default=None,
        description=say(
            "幂等键：同一键再次提交时返回首次的任务", "A key of idempotency: sent again, it gives the first screening"
        ),
    )


@strawberry.input(description=say("预告一次批量筛查，各行随后上传", "A screening whose rows are uploaded afterwards"))
class AnnounceScreeningInput:
    """What will come, and by which rules it is checked. Purpose and case come from the headers, as for a check."""

    rule_set: str = shown("规则集代码，如 BK", "Code of the rule set, such as BK")
    rows: int = shown("行数，1 至 1000000", "How many rows will come, from 1 to 1,000,000")
    digest: str = shown(
        '各行的 SHA-256（十六进制）：每行为 `["标识","原因"]` 加换行，JSON、UTF-8、无空格',
        'SHA-256 of all rows in hex: of each `["key","fault"]` and a line feed, JSON in UTF-8 without blanks',
    )
    key: str = strawberry.field(
        default="key", description=say("文件中主体标识列的列名，写入清单", "The column of the keys, for the manifest")
    )
    scheme: str | None = strawberry.field(
        default=None, description=say("标识类型，如 USCC、NAME", "The scheme of the keys, such as USCC or NAME")
    )
    columns: list[str] | None = strawberry.field(
        default=None, description=say("每行给出的各列，默认全部", "The cells of each row, all unless given")
    )
    prefix: str = strawberry.field(default="", description=say("列名前缀", "What stands before their names"))
    slice_rows: int = strawberry.field(
        default=1000, description=say("每段的行数，1 至 1000", "Rows of a slice, from 1 to 1,000")
    )
    wait: bool = strawberry.field(
        default=True,
        description=say("是否等待关闭的数据源开放后再查", "Whether rows wait for closed sources and are asked again"),
    )
    as_of: Date | None = strawberry.field(
        default=None, description=say("判断所依的日期，默认今日", "The day as of which rules judge, today unless given")
    )
    required_licenses: list[str] | None = strawberry.field(
        default=None, description=say("要求具备的行政许可", "Licenses that are required")
    )
    required_qualifications: list[RequiredQualification] | None = strawberry.field(
        default=None, description=say("要求具备的资质", "Qualifications that are required")
    )
    amount: Decimal | None = strawberry.field(
        default=None, description=say("所涉金额，单位为元，如贷款额", "The amount at stake in yuan, such as of a loan")
    )
    license: str | None = strawberry.field(
        default=None, description=say("所申请的行政许可", "The license that is applied for")
    )
    domain: str | None = strawberry.field(
        default=None, description=say("所申请事项的监管领域", "The domain of supervision of what is applied for")
    )
    qualification: str | None = strawberry.field(
        default=None, description=say("所申请的资质", "The qualification that is applied for")
    )
    client_mutation_id: str | None = strawberry.field(
        default=None,
        description=say(
            "幂等键：同一键再次提交时返回首次的任务", "A key of idempotency: sent again, it gives the first screening"
        ),
    )
