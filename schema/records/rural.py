"""Rural credit (农村信用): credit households, villages and townships (同政发〔2018〕12号 二(十一))."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.records.record import CreditRecord
from schema.scalars import Date, Decimal


@strawberry.enum(description=say("农村信用评定种类", "Kinds of rural credit"))
class RuralCreditKind(Enum):
    """What was recognized."""

    HOUSEHOLD = label("HOUSEHOLD", "信用户", "Credit household")
    VILLAGE = label("VILLAGE", "信用村", "Credit village")
    TOWNSHIP = label("TOWNSHIP", "信用乡（镇）", "Credit township")
    NEW_ENTITY = label("NEW_ENTITY", "新型农业经营主体信用评定", "Credit of a new agricultural entity")


@strawberry.type(description=say("农村信用评定", "A recognition of rural credit"))
class RuralCredit(CreditRecord):
    """农村信用评定: of a village, township or rural business; of a household only by its consent."""

    kind: RuralCreditKind | None = shown("评定种类", "What was recognized")
    name: str | None = shown("被评定对象名称", "Name of what was recognized")
    township: str | None = shown("所在乡（镇）", "Township")
    village: str | None = shown("所在行政村", "Village")
    level: str | None = shown("信用等级", "Grade as written")
    score: Decimal | None = shown("评定得分（仅归属部门）", "Points, for the owning department alone")
    households: int | None = shown("信用户数（信用村、乡）", "Number of credit households in it")
    certificate_no: str | None = shown("证书（牌匾）编号", "Number of the certificate")
    decided_on: Date | None = shown("评定日期", "Date of the recognition")
    valid_until: Date | None = shown("有效期至", "Until when it stands")
    revoked_on: Date | None = shown("取消日期", "Date on which it was withdrawn")
    revocation_reason: str | None = shown("取消原因", "Why it was withdrawn")
    authority: str | None = shown("评定单位（来源原文）", "The authority as written")
