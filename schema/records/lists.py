"""Lists of honest, dishonest and watched organizations (红黑名单), field lists of `domain.md` §3.5.

One type serves every list: what a list does not publish stays null. A table of a source that holds one list only names
its kind and its tone as constants.
"""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.record import NegativeRecord
from schema.scalars import Date


@strawberry.enum(description=say("名单的性质", "What being on a list means"))
class Tone(Enum):
    """Tones of lists."""

    RED = label("RED", "守信（红名单、荣誉）", "Honest: red lists and honors")
    BLACK = label("BLACK", "严重失信（黑名单）", "Seriously dishonest: black lists")
    WATCH = label("WATCH", "重点关注（异常名录、提示）", "Watched: abnormal operations and warnings")


@strawberry.enum(description=say("名单种类", "Kinds of lists"))
class ListKind(Enum):
    """Lists of today's catalogue, and those that the notice of 2018 names."""

    DISHONEST_JUDGMENT_DEBTOR = label("DISHONEST_JUDGMENT_DEBTOR", "失信被执行人", "Dishonest judgment debtor")
    MAJOR_TAX_VIOLATION = label("MAJOR_TAX_VIOLATION", "重大税收违法失信主体", "Subject of a major tax violation")
    GOVERNMENT_PROCUREMENT = label(
        "GOVERNMENT_PROCUREMENT", "政府采购严重违法失信行为记录", "Serious dishonesty in government procurement"
    )
    SERIOUS_MARKET_VIOLATION = label(
        "SERIOUS_MARKET_VIOLATION", "市场监督管理严重违法失信名单", "Serious violation under market regulation"
    )
    ABNORMAL_OPERATION = label(
        "ABNORMAL_OPERATION", "经营（活动）异常名录、异常状态标记", "Abnormal operation, by list or by mark"
    )
    WAGE_ARREARS = label("WAGE_ARREARS", "拖欠农民工工资失信联合惩戒对象", "Wage arrears of migrant workers")
    LABOR_VIOLATION = label("LABOR_VIOLATION", "重大劳动保障违法行为", "Major violation of labor protection")
    WORK_SAFETY = label("WORK_SAFETY", "安全生产严重失信主体", "Serious dishonesty in work safety")
    FIRE = label("FIRE", "消防安全严重失信", "Serious dishonesty in fire safety")
    FOOD_DRUG = label("FOOD_DRUG", "食品药品严重失信", "Serious dishonesty in food and drugs")
    PRODUCT_QUALITY = label("PRODUCT_QUALITY", "产品质量严重失信", "Serious dishonesty in product quality")
    CUSTOMS_SERIOUS = label("CUSTOMS_SERIOUS", "海关严重失信企业", "Seriously dishonest at customs")
    STATISTICS = label("STATISTICS", "统计严重失信企业", "Serious dishonesty in statistics")
    CONSTRUCTION = label("CONSTRUCTION", "建筑市场主体“黑名单”", "Blacklist of the construction market")
    REAL_ESTATE = label("REAL_ESTATE", "房地产领域失信名单", "Dishonesty in real estate")
    TRANSPORT = label("TRANSPORT", "交通运输严重失信", "Serious dishonesty in transport")
    OVERLOAD = label("OVERLOAD", "严重违法超限超载运输失信当事人", "Serious overloading in road transport")
    CULTURE_TOURISM = label(
        "CULTURE_TOURISM", "文化和旅游市场严重失信主体", "Serious dishonesty in the market of culture and tourism"
    )
    SOCIAL_ORGANIZATION = label(
        "SOCIAL_ORGANIZATION", "严重违法失信社会组织", "Social organization in serious violation"
    )
    CHARITY = label("CHARITY", "慈善捐赠失信", "Dishonesty in charity")
    MEDICAL_INSURANCE = label("MEDICAL_INSURANCE", "医疗保障严重失信", "Serious dishonesty in medical insurance")
    SOCIAL_INSURANCE = label("SOCIAL_INSURANCE", "社会保险严重失信", "Serious dishonesty in social insurance")
    SOCIAL_ASSISTANCE = label("SOCIAL_ASSISTANCE", "社会救助失信", "Dishonesty in claims for social assistance")
    INTELLECTUAL_PROPERTY = label(
        "INTELLECTUAL_PROPERTY", "知识产权严重违法失信", "Serious violation of intellectual property"
    )
    ENVIRONMENT = label("ENVIRONMENT", "生态环境严重失信", "Serious dishonesty in protection of the environment")
    GRAIN = label("GRAIN", "粮食流通严重失信", "Serious dishonesty in the grain trade")
    E_COMMERCE = label("E_COMMERCE", "电子商务严重失信", "Serious dishonesty in e-commerce")
    FINANCE = label("FINANCE", "金融领域严重失信", "Serious dishonesty in finance")
    RESEARCH = label("RESEARCH", "科研严重失信", "Serious dishonesty in research")
    EDUCATION = label("EDUCATION", "教育考试严重失信", "Serious dishonesty in education and examinations")
    A_LEVEL_TAXPAYER = label("A_LEVEL_TAXPAYER", "纳税缴费信用A级纳税人", "Taxpayer of level A")
    CUSTOMS_ADVANCED = label("CUSTOMS_ADVANCED", "海关高级认证企业", "Advanced certified enterprise at customs")
    HONOR = label("HONOR", "诚实守信相关荣誉", "Honor for honesty and good faith")
    OTHER = label("OTHER", "其他名单，见 kindText", "Another list, see `kindText`")


@strawberry.interface(description=say("名单记录", "An entry of a list"))
class ListRecord(NegativeRecord):
    """What entries of lists of organizations and of persons share."""

    kind: ListKind | None = shown("名单种类", "Kind of the list")
    kind_text: str | None = shown("名单名称（来源原文）", "Name of the list as written")
    tone: Tone | None = shown("名单性质", "What being on the list means")
    name: str | None = shown("主体名称或姓名", "Name of the subject on the list")
    list_no: str | None = shown("名单（名录）编号", "Number of the entry")
    reason: str | None = shown("列入原因", "Why it was included")
    decision_no: str | None = shown("列入（认定）决定文书号", "Number of the decision of inclusion")
    decided_on: Date | None = shown("认定日期", "Date of the decision")
    included_on: Date | None = shown("列入日期", "Date of inclusion")
    authority: str | None = shown("列入（认定）机关（来源原文）", "The authority of inclusion as written")
    authority_uscc: str | None = shown("列入机关统一社会信用代码", "Code of the authority of inclusion")
    valid_until: Date | None = shown("有效期至", "Until when the entry stands")
    removed_on: Date | None = shown("移出日期", "Date of removal")
    removal_reason: str | None = shown("移出原因", "Why it was removed")
    removal_authority: str | None = shown("移出机关（来源原文）", "The authority of removal as written")
    case_nature: str | None = shown("案件性质", "Nature of the case")
    facts: str | None = shown("主要违法事实（具体情形）", "Main facts of the violation")
    disposition: str | None = shown("处理处罚情况", "How it was dealt with, and the penalty")
    grounds: str | None = shown("认定、处罚的法律依据", "Legal grounds of the decision")
    published_on: Date | None = shown("公布日期", "Date of publication")


@strawberry.type(description=say("名单记录（组织）", "An entry of an organization on a list"))
class ListEntry(ListRecord):
    """One inclusion; an entry that was removed stays one, with its date of removal."""

    uscc: str | None = shown("统一社会信用代码", "Unified social credit code as the list has it")
    org_code: str | None = shown("组织机构代码", "Organization code as the list has it")
    reg_no: str | None = shown("工商注册号", "Business registration number as the list has it")
    taxpayer_no: str | None = shown("纳税人识别号", "Taxpayer identification number as the list has it")
    address: str | None = shown("注册（企业）地址", "Registered address as the list has it")
    legal_representative: str | None = shown("法定代表人或负责人姓名", "Name of the legal representative or principal")
    masked_id_no: str | None = shown("法定代表人或负责人证件号码（脱敏）", "Number of that person's document: masked")
    responsible_persons: str | None = shown(
        "负有直接责任的财务等人员姓名", "Names of those directly responsible, such as financial staff"
    )
    intermediary: str | None = shown("负有直接责任的中介机构", "The intermediary that is directly responsible")
    evaluation_year: int | None = shown("评价（评定）年度", "Year evaluated, of honors and grades")
    honor_name: str | None = shown("荣誉（等级）名称", "Name of the honor or grade")
    document_name: str | None = shown("认定文件名称", "Title of the document of recognition")
    customs_code: str | None = shown("海关注册编码", "Customs registration code, of customs lists")
    first_registered_on: Date | None = shown("首次注册日期", "Date of first registration, of customs lists")
    restored: bool | None = shown(
        "异常状态是否已恢复（个体工商户）", "Whether the mark was lifted, of individual businesses"
    )
    remark: str | None = shown("备注", "Remark")
