"""Where records and their fields came from: what an auditor needs to trace a value to its system, record and rule."""

from enum import Enum

import strawberry

from schema.catalogue import LegalBasis
from schema.enums import Disclosure, MatchMethod, ResolutionScheme, label
from schema.fields import say, shown
from schema.scalars import Date, DateTime
from schema.values import Department


@strawberry.enum(description=say("从来源原文到答复的转换", "What is done to a value between the source and the answer"))
class TransformationCode(Enum):
    """What a field of a source file does to its cells; the words of `gateway.provenance.transformations`."""

    TEXT = label("TEXT", "去除空白与不可见字符，文字不改", "Blanks and invisible marks are dropped, words are kept")
    CODE_TABLE = label("CODE_TABLE", "按数据源文件的代码表转换", "A code through the table of the source file")
    CODE_LIST = label("CODE_LIST", "一列中的多个代码，逐个按代码表转换", "Several codes, each through the table")
    TRUTH = label("TRUTH", "是、否的各种写法转为真、假", "What the source writes for yes and no, to true and false")
    DATE_FORM = label("DATE_FORM", "各种日期写法转为 ISO 8601", "A date in any form, to ISO 8601")
    TIME_FORM = label(
        "TIME_FORM",
        "各种时间写法转为 ISO 8601，未注明时区的按北京时间",
        "A time in any form, to ISO 8601; one without an offset is Chinese standard time",
    )
    MONTH_FORM = label("MONTH_FORM", "各种月份写法转为 ISO 8601", "A month in any form, to ISO 8601")
    YEAR_FORM = label("YEAR_FORM", "年份转为四位整数", "A year, to an integer of four digits")
    NUMBER_FORM = label("NUMBER_FORM", "数字写法统一为十进制", "A number in any form, to plain decimal digits")
    YUAN = label("YUAN", "金额单位为元，不作换算", "An amount in whole units of its currency, not converted")
    TEN_THOUSAND_YUAN = label(
        "TEN_THOUSAND_YUAN", "单位由万元换算为元（乘以 10000）", "From ten thousand units to whole ones: times 10 000"
    )
    CURRENCY = label(
        "CURRENCY", "币种按来源的币种列", "The currency is that of the source's own column, through its table"
    )
    CODE_FORM = label(
        "CODE_FORM", "代码去除空白、转为大写", "A code without blanks, in capital letters, its check digit looked at"
    )
    BLANK_WORDS = label(
        "BLANK_WORDS", "该来源表示“无”的写法视为空", "What this source writes for nothing is read as nothing"
    )
    CONSTANT = label(
        "CONSTANT", "数据源文件规定的固定值", "The same in all records of the table, as the source file says"
    )
    MASKED_NUMBER = label("MASKED_NUMBER", "个人号码脱敏", "A personal number, masked before anything else sees it")
    MASKED_NAME = label("MASKED_NAME", "姓名脱敏，仅留首字", "A name, masked: its first character stays")
    MASKED_PHONE = label(
        "MASKED_PHONE",
        "电话脱敏，留前三位与后四位",
        "A phone number: its first three and last four digits stay",
    )
    MASKED_ADDRESS = label(
        "MASKED_ADDRESS", "地址脱敏，仅到乡镇或街道", "An address, masked: down to the township or street"
    )
    BIRTH_YEAR = label("BIRTH_YEAR", "出生日期仅留年份", "Of a date of birth the year alone")
    NOTED = label("NOTED", "由读取该列时的说明得出", "Told by what was noted while the column was read")
    JUDGED = label(
        "JUDGED", "由本网关按公示与修复规则判定", "Judged by this gateway from the rules of publicity and repair"
    )


@strawberry.enum(description=say("字段对查询者开放的依据", "By which way a field is open to the caller"))
class Opening(Enum):
    """The reasons of decisions that open a field (`gateway.policy.Reason`)."""

    GRANTED = label("GRANTED", "授权范围和查询目的允许", "The caller's scope and purpose open it")
    OWNER_GRANTED = label("OWNER_GRANTED", "数据归属部门查询本部门数据", "The caller owns the source")
    RECORDS_GRANTED = label(
        "RECORDS_GRANTED", "作出决定的部门查询本部门的记录", "The caller's department decided the records"
    )
    SELF_GRANTED = label("SELF_GRANTED", "信用主体查询本人信息", "The caller is the subject itself")
    CONSENT_GRANTED = label("CONSENT_GRANTED", "信息主体已授权", "The subject consented")
    EVALUATION_GRANTED = label(
        "EVALUATION_GRANTED",
        "依法由规则评估，不向任何人展示",
        "A rule evaluates it on a legal ground; nobody is shown it",
    )


@strawberry.type(description=say("对一个字段所作的一种转换", "One thing that is done to a field"))
class Transformation:
    """One step between a column and a field."""

    code: TransformationCode = shown("转换代码", "What is done, as a code")
    description: str = shown("转换说明", "The same in words")


@strawberry.type(description=say("一个字段的来源", "Where one field of a record came from"))
class FieldProvenance:
    """One selected field of one record; what the gateway judges itself has neither column nor level."""

    field: str = shown("字段", "The field by its name in this graph; what is said of a person as `person.<field>`")
    column: str | None = shown(
        "来源系统中的列名，仅告知可查看来源信息（provenance.read）者；固定值没有列",
        "The source's own column, for holders of provenance.read alone; null for a constant",
    )
    transformations: list[Transformation] = shown("从来源到答复的转换", "What was done to it, in order")
    masked: bool = shown("是否脱敏", "Whether it is shown in part only")
    disclosure: Disclosure | None = shown("公开属性", "Its disclosure level at this source")
    opened_by: Opening | None = shown("对查询者开放的依据", "By which way it is open to this caller")
    scope: str | None = shown("开放该字段的授权范围", "The scope that opened it")
    catalogue_item: str | None = shown("所属目录项代码", "Code of the item of the catalogue that covers it")
    legal_basis: list[str] = shown("该目录项的法律依据代码", "Codes of the legal bases of that item")


@strawberry.type(
    description=say(
        "记录的来源：部门、系统、记录号、时间、摘要、依据，以及各字段的读取方式",
        "Where a record came from, when, on what basis, its digest, and how its fields were read",
    )
)
class Provenance:
    """The origin of one record."""

    source: str = shown("数据源", "Name of the source")
    system: str = shown("系统名称", "Name of the department's system")
    department: Department = shown("归属部门", "The department that owns the record")
    record_key: str = shown("部门系统中的记录号", "How the department finds this record again")
    key_scheme: ResolutionScheme = shown("查询该源所用的标识符类型", "The scheme by which the source was asked")
    match_method: MatchMethod = shown("该标识符如何得知", "How that identifier of the subject is known")
    confidence: float = shown(
        "记录属于该主体的可信度，0 至 1；按名称匹配的小于 1",
        "How sure it is that the record is the subject's, from 0 to 1; below 1 when it was found by a name",
    )
    department_as_written: str = shown(
        "来源原文中的机关名称；来源未写明的为归属部门名称",
        "The authority as the source wrote it; the department's name where it wrote none",
    )
    source_updated_at: DateTime | None = shown("部门最后更新时间", "When the department last touched the record")
    as_of: Date | None = shown(
        "整批数据的日期（如文件日期）", "Date of the whole delivery, for sources that deliver files"
    )
    fetched_at: DateTime = shown("查询时间", "When this gateway asked")
    digest: str | None = shown(
        "来源原文的 SHA-256 摘要，不含个人号码等须脱敏的列",
        "SHA-256 of what the source sent of this record, without the columns that are masked or name a person's number",
    )
    cache_age_ms: int = shown(
        "缓存时长（毫秒）：早于本次查询取得的答复距查询开始的时间；实时查询为 0",
        "How long before this query the source was asked, in milliseconds; 0 when it was asked for this query",
    )
    mapping_version: str = shown(
        "读取所依据的数据源文件版本（摘要）",
        "Version of the source file by which it was read: a digest of what the file says",
    )
    catalogue_item: str | None = shown(
        "所属公共信用信息目录项代码", "Code of the item of the catalogue that covers the record"
    )
    legal_basis: list[LegalBasis] = shown("该目录项的法律依据", "The legal bases of that item")
    fields: list[FieldProvenance] = shown(
        "本次查询所选字段的来源、转换与开放依据",
        "The selected fields of the record: where each stands, what was done to it, and why it is open",
    )
