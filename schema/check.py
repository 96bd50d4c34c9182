"""Credit checks: what is handed in, and the verdict with the rules and records that it rests on.

A verdict is a declared rule's, never a score: what could not be asked is UNDETERMINED, and never PASS.
"""

from enum import Enum

import strawberry

from schema.catalogue import LegalBasis
from schema.enums import SubjectKind, label
from schema.fields import say, shown
from schema.results import SubjectKey
from schema.scalars import Date, DateTime, Decimal


@strawberry.enum(description=say("核查结论", "What a credit check comes to"))
class Verdict(Enum):
    """Verdicts; of several the one that is further down this list counts."""

    PASS = label("PASS", "通过：所需信息齐全，未触发规则", "All that is needed was answered, and no rule was hit")
    ATTENTION = label("ATTENTION", "提请注意：有须由人判断的情形", "There is something for a person to weigh")
    UNDETERMINED = label(
        "UNDETERMINED",
        "无法得出结论：所需信息未能查得，不等于通过",
        "What is needed could not be had: never to be read as PASS",
    )
    REJECT = label("REJECT", "不通过：触发否决性规则", "A rule that excludes was hit")


@strawberry.enum(description=say("一条规则的判断结果", "What one rule came to"))
class RuleResult(Enum):
    """Results of a rule."""

    HIT = label("HIT", "触发", "Hit")
    CLEAN = label("CLEAN", "未触发，所需信息齐全", "Not hit, and all that it needs was answered")
    UNKNOWN = label("UNKNOWN", "未知：所需信息未能查得", "Unknown: what it needs could not be had")
    NOT_APPLICABLE = label("NOT_APPLICABLE", "不适用于该主体或本次核查", "Not for this subject, or not for this check")


@strawberry.enum(description=say("一条规则向查询者展示什么", "What of a rule is shown to whoever asked"))
class Reveal(Enum):
    """What is revealed."""

    EVIDENCE = label("EVIDENCE", "展示所依据的记录", "The records that it rests on")
    VERDICT_ONLY = label(
        "VERDICT_ONLY", "依法只展示结论，不展示记录", "By law the result alone, and none of the records"
    )


@strawberry.input(description=say("要求具备的一项资质", "A qualification that is required"))
class RequiredQualification:
    """What it must be."""

    kind: str = shown("资质类别，按来源所用名称", "Its kind, as records name it")
    grade: str | None = strawberry.field(
        default=None, description=say("等级；不注明即任一等级", "Its grade; any, where none is given")
    )


@strawberry.input(description=say("一个被核查的主体", "A subject to check"))
class CheckedSubject:
    """Whom, and for which bidder it stands."""

    key: SubjectKey = shown("查询键", "Its key")
    bidder: str | None = strawberry.field(
        default=None,
        description=say(
            "所属投标人；同名者为同一联合体的成员，以最差者为准",
            "The bidder that it stands for: those of one bidder are members of a consortium, of which the worst counts",
        ),
    )


@strawberry.input(description=say("一次信用核查", "A credit check"))
class CheckInput:
    """What is checked, by which rules. Purpose and case come from the headers `Credit-Purpose` and `Credit-Case`."""

    rule_set: str = shown("规则集代码，如 GP、TB、BK", "Code of the rule set, such as GP, TB or BK")
    subjects: list[CheckedSubject] = shown("被核查的主体，1 至 200 个", "Whom to check, 1 to 200")
    lot: bool = strawberry.field(
        default=False,
        description=say(
            "各投标人是否同投一个标段；是则另查其相互关系", "Whether they bid for one lot: their ties are then checked"
        ),
    )
    as_of: Date | None = strawberry.field(
        default=None,
        description=say(
            "判断所依的日期，默认今日；不改变来源此刻所载",
            "The day as of which rules judge, today unless given; sources tell what they hold now all the same",
        ),
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


@strawberry.type(description=say("规则的一项依据", "A basis of a rule"))
class RuleBasis:
    """The document, and where in it."""

    basis: LegalBasis = shown("文件", "The document")
    article: str | None = shown("条款", "The article")


@strawberry.enum(description=say("为何缺少信息", "Why something is missing"))
class MissingWhy(Enum):
    """What came of asking, or what is wrong with what came."""

    DENIED = label("DENIED", "查询者无权查询", "The caller may not see it")
    UNAVAILABLE = label("UNAVAILABLE", "无法连接或系统故障", "It could not be reached, or failed")
    TIMED_OUT = label("TIMED_OUT", "超时", "No whole answer in time")
    CLOSED = label("CLOSED", "停止服务时段", "It is closed now")
    MISREAD = label("MISREAD", "答复中有无法识读的内容", "Something it sent could not be read")
    STALE = label("STALE", "数据比规则所许可的更旧", "What it holds is older than it, or the rule, allows")
    NOT_COVERED = label("NOT_COVERED", "没有数据源涵盖此主体", "No source is meant to hold this subject")
    IDENTITY_UNRESOLVED = label(
        "IDENTITY_UNRESOLVED", "未能确定主体在该源的标识符", "The subject's code at the source could not be found out"
    )
    DISCONTINUED = label("DISCONTINUED", "该源已停止提供", "The source has been closed for good")
    PARTIAL = label("PARTIAL", "未能查得全部记录", "Not all records could be had")
    UNKNOWN = label("UNKNOWN", "没有数据源答复", "No source answered")
    UNSURE = label("UNSURE", "查询所用标识符不够可靠", "It was asked by a code that is not sure enough")
    UNREADABLE = label("UNREADABLE", "一条记录的一个字段不明", "A field of a record is not known")
    WITHHELD = label("WITHHELD", "依法只展示结论，不说明缺少什么", "By law the result alone is told, not what it lacks")


@strawberry.type(description=say("未能查得的信息", "Something that could not be had"))
class MissingSource:
    """What, why, and until when."""

    source: str | None = shown("数据源；不指某一数据源时为空", "Name of the source, where one is meant")
    part: str | None = shown("该源中的表", "The table of the source")
    department: str | None = shown("归属部门名称", "Name of the department that owns it")
    status: MissingWhy = shown("原因代码", "Why it is missing")
    reason: str | None = shown("原因", "Why, in words")
    until: DateTime | None = shown("预计恢复时间", "When it is expected to answer again")
    needs: str | None = shown("查询者所缺的条件（JSON）", "What would open it to the caller, as JSON")
    sections: list[str] = shown("所缺的信息在图中的路径", "Paths in the graph of what is missing")


@strawberry.type(description=say("规则所依据的一条记录", "A record that a rule rests on"))
class CheckEvidence:
    """Which record, where from, and what of it was read."""

    section: str = shown("信息类别在图中的路径", "Path of its section in the graph")
    uscc: str | None = shown(
        "所属主体的统一社会信用代码；规则涉及多个主体时注明",
        "Whose record it is, where a rule is about several subjects",
    )
    record_id: str = shown("记录标识", "Id of the record")
    source: str = shown("数据源", "Name of the source")
    fields: str = shown("规则读取的字段及其值（JSON）", "The fields that were read and their values, as JSON")
    fetched_at: DateTime | None = shown("查询时间", "When it was fetched")
    source_updated_at: DateTime | None = shown("来源更新时间", "When the source last changed it")
    digest: str | None = shown("来源原文的摘要", "Digest of what the source sent")
    under_objection: bool = shown("是否处于异议处理中", "Whether an objection to it is open")


@strawberry.type(description=say("一条规则对一个主体的结果", "What a rule came to for a subject"))
class RuleOutcome:
    """The rule, its result, and what that rests on."""

    rule: str = shown("规则编号", "Id of the rule")
    title: str = shown("规则名称", "What it is called")
    title_en: str = shown("规则英文名称", "What it is called in English")
    result: RuleResult = shown("判断结果", "What it came to")
    verdict: Verdict | None = shown(
        "该规则的结论；提示性规则为空", "What that means; null for a rule that is only a note"
    )
    mark: str | None = shown("标记，如 HIGH、PASS_PLUS", "A mark, such as HIGH or PASS_PLUS")
    mandatory: bool = shown(
        "是否为必查；非必查规则未知时不影响结论", "Whether it must be known: what is not leaves the verdict as it is"
    )
    reason: str = shown("触发意味着什么", "What a hit means")
    reason_en: str = shown("触发意味着什么（英文）", "What a hit means, in English")
    lowered: bool = shown(
        "因记录处于异议处理中而降为提请注意", "Lowered to ATTENTION, as an objection to the record is open"
    )
    raised_by: str | None = shown(
        "由哪个客户端的自有规则提高；为其自主决定", "The client whose own rules raised it: that is its own decision"
    )
    raised_reason: str | None = shown("该客户端提高的理由", "Why that client raised it, in its own words")
    raised_reason_en: str | None = shown("该客户端提高的理由（英文）", "The same in English")
    reveal: Reveal = shown("展示范围", "What is shown of it")
    basis: list[RuleBasis] = shown("依据", "What it rests on in law")
    evidence: list[CheckEvidence] = shown("触发它的记录", "The records that hit it")
    lacking: list[str] = shown("所要求而没有记录证明具备的", "What was required and no record shows")
    missing: list[MissingSource] = shown("所缺的信息", "What it lacks")


@strawberry.type(description=say("对一个主体的核查结论", "What a check came to for a subject"))
class SubjectCheck:
    """One subject, rule by rule."""

    key: str = shown("查询键的值，如所给", "The key as it was given")
    uscc: str | None = shown("统一社会信用代码；未能确定主体时为空", "Its code; null when the key led to nobody")
    kind: SubjectKind | None = shown("主体类别", "Its kind")
    name: str | None = shown("登记名称", "Its registered name")
    bidder: str | None = shown("所属投标人", "The bidder that it stands for")
    problem: str | None = shown("未能确定主体的原因", "Why the key led to nobody")
    verdict: Verdict = shown("结论", "The verdict")
    marks: list[str] = shown("标记", "Its marks")
    rules: list[RuleOutcome] = shown("逐条规则的结果", "What every rule came to")
    missing: list[MissingSource] = shown("所缺的信息", "What is missing")


@strawberry.type(description=say("对一个投标人的核查结论", "What a check came to for a bidder"))
class BidderCheck:
    """A bidder, alone or a consortium."""

    bidder: str = shown("投标人", "The bidder")
    verdict: Verdict = shown("结论，以成员中最差者为准", "The worst verdict of its members")


@strawberry.type(description=say("核查所用的规则集", "The rule set of a check"))
class CheckedRules:
    """Which set, in which version."""

    code: str = shown("规则集代码", "Its code")
    version: str = shown("版本", "Its version")
    digest: str = shown("规则集内容的摘要", "Digest of its content")
    title: str = shown("名称", "What it is called")
    title_en: str = shown("英文名称", "What it is called in English")
    advisory: bool = shown("仅供参考：结论至多为提请注意", "Advisory: its verdict stops at ATTENTION")
    overlay: str | None = shown("客户端自有规则的摘要", "Digest of the client's own rules that were laid over it")


@strawberry.type(
    description=say(
        "信用核查的结论：逐主体、逐规则，并附依据；UNDETERMINED 不等于通过",
        "What a credit check came to, subject by subject and rule by rule, with what it rests on; UNDETERMINED is not "
        "PASS",
    )
)
class CreditCheck:
    """One check."""

    verdict: Verdict = shown("总结论，以最差者为准", "The worst verdict of all")
    rule_set: CheckedRules = shown("规则集", "The rule set")
    purpose: str = shown("查询目的", "What for")
    case: str | None = shown("项目或案件编号", "Number of the project or case")
    as_of: Date = shown("判断所依的日期", "The day as of which rules judged")
    queried_at: DateTime = shown("查询时间", "When sources were asked")
    subjects: list[SubjectCheck] = shown("逐主体的结论，与所给次序一致", "Subject by subject, in the order given")
    bidders: list[BidderCheck] = shown("逐投标人的结论", "Bidder by bidder")
    lot: list[RuleOutcome] = shown("投标人相互关系的规则", "The rules on ties between the bidders of a lot")
    missing: list[MissingSource] = shown("所缺的信息", "What is missing")
    ask_again_after: DateTime | None = shown("何时再查可能得出结论", "When asking again may settle it")
    next_step: str = shown("下一步建议（中英文）", "What to do next, in both languages")
    receipts: list[str] = shown(
        "为本次核查所作查询的回执；仅供判断、不予展示的查询，其回执只有审计方可读",
        "Receipts of what was asked of sources for this check; of what is for a verdict only, auditors alone read it",
    )
    evidence: str = shown(
        "规则所见的全部依据（JSON）；留存本次答复的证明包时选取，以便日后按当时或其他规则重新判断",
        "All that the rules saw, as JSON: select it to keep a bundle of the answer by which the check can be judged "
        "again later, by the rules then in force or by others",
    )


@strawberry.type(description=say("一条规则", "A rule"))
class CheckRule:
    """A rule as it is declared."""

    id: str = shown("规则编号", "Its id")
    title: str = shown("名称", "What it is called")
    title_en: str = shown("英文名称", "What it is called in English")
    kinds: list[SubjectKind] | None = shown("适用的主体类别；为空即全部", "Kinds of subjects it is for; null for all")
    needs: list[str] = shown("所需的信息在图中的路径", "Paths in the graph of what it needs")
    verdict: Verdict | None = shown("触发时的结论；提示性规则为空", "The verdict of a hit; null for a note")
    mark: str | None = shown("标记", "Its mark")
    mandatory: bool = shown("是否为必查", "Whether it must be known")
    reveal: Reveal = shown("展示范围", "What is shown of it")
    reason: str = shown("触发意味着什么", "What a hit means")
    reason_en: str = shown("触发意味着什么（英文）", "What a hit means, in English")
    basis: list[RuleBasis] = shown("依据", "What it rests on in law")
    in_force_from: Date | None = shown("施行日期", "In force from")
    in_force_to: Date | None = shown("终止日期", "In force to")


@strawberry.type(description=say("客户端自行提高的一条规则", "A rule that a client raised of its own accord"))
class RaisedRule:
    """What its hit means to that client."""

    rule: str = shown("规则编号", "Its id")
    verdict: Verdict = shown("触发时对该客户端的结论", "The verdict of a hit for that client")
    reason: str = shown("该客户端的理由", "Why, in the client's words")
    reason_en: str = shown("该客户端的理由（英文）", "Why, in English")


@strawberry.type(
    description=say(
        "客户端自己对参考性规则集的决定；不是平台的规则，只有该客户端看得到",
        "What a client decided for itself about an advisory set: none of the platform's rules, shown to it alone",
    )
)
class RuleOverlay:
    """The rules that it raises."""

    client: str = shown("所属客户端", "Whose it is")
    digest: str = shown(
        "内容的摘要，核查结果中记为 ruleSet.overlay", "Digest of its content, `ruleSet.overlay` of a check"
    )
    raises: list[RaisedRule] = shown("提高的规则", "The rules that it raises")


@strawberry.type(description=say("规则集", "A rule set"))
class RuleSet:
    """A set as it is declared."""

    code: str = shown("代码", "Its code")
    version: str = shown("版本", "Its version")
    digest: str = shown("内容的摘要", "Digest of its content")
    title: str = shown("名称", "What it is called")
    title_en: str = shown("英文名称", "What it is called in English")
    purposes: list[str] = shown("可用于的查询目的", "Purposes that it may be run for")
    advisory: bool = shown("仅供参考", "Whether it is advisory")
    demands: list[str] = shown(
        "核查必须给出的：case 为项目或案件编号（请求头 Credit-Case），其余为 CheckInput 的字段；未给出的不予核查",
        "What a check must be given, or it is refused: `case` is the number of the project or case (header "
        "`Credit-Case`), the others are fields of `CheckInput`",
    )
    in_force_from: Date | None = shown("施行日期", "In force from")
    in_force_to: Date | None = shown("终止日期", "In force to")
    rules: list[CheckRule] = shown("规则", "Its rules")
    overlay: RuleOverlay | None = shown(
        "查询者自己的提高；没有则为空", "What the caller itself raises of it; null for none"
    )


@strawberry.enum(description=say("重新判断一次核查的结果", "What judging a check again came to"))
class CheckReplayOutcome(Enum):
    """How then and now compare."""

    IDENTICAL = label("IDENTICAL", "按当时的规则，结论相同", "By the rules of then, the same")
    DIFFERENT = label("DIFFERENT", "按当时的规则，结论不同", "By the rules of then, something else")
    RULES_CHANGED_IDENTICAL = label(
        "RULES_CHANGED_IDENTICAL",
        "规则集已被替换，按现行版本结论相同",
        "The rules were replaced; by those now in force, the same",
    )
    RULES_CHANGED_DIFFERENT = label(
        "RULES_CHANGED_DIFFERENT",
        "规则集已被替换，按现行版本结论不同",
        "The rules were replaced; by those now in force, something else",
    )
    RULES_GONE = label("RULES_GONE", "规则集已不存在", "There is no such rule set any more")


@strawberry.type(description=say("一条规则当时与现在的差别", "A rule that comes to something else than it did"))
class CheckDifference:
    """One rule for one subject."""

    subject: str = shown("主体的查询键；LOT 指各投标人之间", "Key of the subject; LOT for the bidders together")
    rule: str = shown("规则编号", "Id of the rule")
    then: RuleResult | None = shown("当时的结果；当时没有该规则的为空", "Its result then; null where it was not there")
    now: RuleResult | None = shown("现在的结果；现在没有该规则的为空", "Its result now; null where it is gone")
    verdict_then: Verdict | None = shown("当时的结论", "What it meant then")
    verdict_now: Verdict | None = shown("现在的结论", "What it means now")


@strawberry.type(
    description=say(
        "交回的一次核查：按当时（或现行）的规则对留存的依据重新判断；不查询任何数据源",
        "A check that was handed back, judged again over the evidence that was kept; no source is asked",
    )
)
class CheckReplay:
    """One check of the answer."""

    path: str = shown("在答复中的路径", "Its path in the answer")
    rule_set: str = shown("规则集代码", "Code of the rule set")
    version_then: str = shown("当时的版本", "Its version then")
    version_now: str | None = shown("重新判断所用的版本", "The version by which it was judged again")
    as_of: Date = shown("判断所依的日期", "The day as of which rules judged")
    verdict_then: Verdict = shown("当时的结论", "The verdict then")
    verdict_now: Verdict | None = shown("重新判断的结论", "The verdict now")
    outcome: CheckReplayOutcome = shown("两者相比", "How the two compare")
    zh: str = shown("中文说明", "In Chinese")
    en: str = shown("英文说明", "In English")
    differences: list[CheckDifference] = shown("差别", "Where they differ")
