"""What a report holds: its nine sections in the national order, and of which relations of the graph each is made.

The order and the names are those of 公共信用信息报告标准 (2022年版) as reports of the national center use them
(V2.0, 2026). The labels of fields are those of the schema. No I/O in this file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from gateway.reports.words import Words


@dataclass(frozen=True, slots=True)
class Group:
    """One relation of the graph as the report shows it.

    ``path`` leads to it from `Organization`, ``arguments`` are constants of the query in the schema's own notation,
    ``fields`` what is shown of each record; those of another level are joined by a dot.
    """

    name: str
    title: Words
    path: str
    fields: tuple[str, ...]
    arguments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Part:
    """One of the nine sections."""

    number: int
    title: Words
    groups: tuple[Group, ...]


_LIST: Final = (
    "kind", "name", "reason", "decisionNo", "includedOn", "validUntil", "removedOn", "removalReason", "authority",
)  # fmt: skip

PARTS: Final = (
    Part(
        1,
        Words("基础信息", "Basic information"),
        (
            Group(
                "registration",
                Words("登记信息", "Registration"),
                "registration",
                (
                    "name", "uscc", "status", "entityType", "registeredCapital", "establishedOn", "approvedOn",
                    "termFrom", "termTo", "openEnded", "address", "businessScope", "registrationAuthority",
                ),
            ),
            Group(
                "legalRepresentative",
                Words("法定代表人（负责人）", "Legal representative"),
                "legalRepresentative",
                ("person.name", "title", "heldFrom", "heldTo"),
            ),
            Group(
                "changes",
                Words("变更登记", "Changes of the registration"),
                "changes",
                ("item", "before", "after", "changedOn", "authority"),
            ),
        ),
    ),
    Part(
        2,
        Words("行政管理", "Administration"),
        (
            Group(
                "licenses",
                Words("行政许可", "Administrative licenses"),
                "licenses",
                (
                    "decisionName", "decisionNo", "category", "certificateName", "certificateNo", "content",
                    "decidedOn", "validFrom", "validTo", "openEnded", "status", "authority",
                ),
            ),
            Group(
                "penalties",
                Words("行政处罚", "Administrative penalties"),
                "penalties",
                (
                    "decisionNo", "violationType", "facts", "legalGrounds", "categories", "content", "fineAmount",
                    "confiscatedAmount", "decidedOn", "status", "procedure", "authority",
                ),
            ),
            Group(
                "inspections",
                Words("行政检查、抽查检验", "Inspections and samplings"),
                "inspections",
                ("kind", "matters", "productName", "inspectedOn", "result", "problems", "disposition", "authority"),
            ),
            Group(
                "qualifications",
                Words("资质证书", "Qualifications"),
                "qualifications",
                ("name", "kind", "level", "certificateNo", "issuedOn", "validTo", "openEnded", "status", "authority"),
            ),
        ),
    ),
    Part(
        3,
        Words("诚实守信", "Honesty and good faith"),
        (
            Group(
                "honest",
                Words("守信名单、荣誉", "Red lists and honors"),
                "listEntries",
                ("kind", "honorName", "evaluationYear", "includedOn", "validUntil", "removedOn", "authority"),
                MappingProxyType({"tone": "RED"}),
            ),
        ),
    ),
    Part(
        4,
        Words("严重失信", "Serious dishonesty"),
        (
            Group(
                "dishonest",
                Words("严重失信主体名单", "Lists of the seriously dishonest"),
                "listEntries",
                _LIST,
                MappingProxyType({"tone": "BLACK"}),
            ),
            Group(
                "dishonestDebtors",
                Words("失信被执行人", "Dishonest judgment debtors"),
                "courtEnforcement.dishonestEntries",
                (
                    "caseNo", "court", "filedOn", "publishedOn", "enforcementBasisNo", "obligation", "performance",
                    "conduct",
                ),
            ),
        ),
    ),
    Part(
        5,
        Words("经营异常", "Abnormal operation"),
        (
            Group(
                "abnormal",
                Words("经营（活动）异常名录、异常状态", "Lists and marks of abnormal operation"),
                "abnormalEntries",
                (*_LIST, "restored"),
            ),
            Group(
                "nonNormalTax",
                Words("税务非正常户", "Non-normal taxpayers"),
                "nonNormalTaxStatus",
                ("taxpayerName", "recognizedOn", "releasedOn", "releaseReason", "authority"),
            ),
        ),
    ),
    Part(
        6,
        Words("信用承诺", "Credit commitments"),
        (
            Group(
                "commitments",
                Words("信用承诺及履行", "Commitments and their fulfillment"),
                "commitments",
                (
                    "kind", "code", "reason", "content", "madeOn", "validUntil", "fulfillment", "unperformedContent",
                    "recognizedOn", "authority",
                ),
            ),
        ),
    ),
    Part(
        7,
        Words("信用评价", "Ratings"),
        (
            Group(
                "ratings",
                Words("行业信用评价", "Ratings of industries"),
                "ratings",
                (
                    "kind", "evaluationName", "level", "riskClass", "evaluationYear", "decidedOn", "validTo",
                    "authority",
                ),
            ),
            Group(
                "taxRatings",
                Words("纳税缴费信用评价", "Tax and fee credit ratings"),
                "taxRatings",
                ("evaluationYear", "level", "decidedOn", "validTo", "authority"),
            ),
            Group(
                "environmentalRatings",
                Words("企业环境信用评价", "Environmental credit"),
                "environmentalRating",
                ("evaluationYear", "level", "publishedOn", "authority"),
            ),
            Group(
                "laborRatings",
                Words("劳动保障守法诚信等级", "Labor compliance"),
                "laborRating",
                ("evaluationYear", "level", "decidedOn", "validTo", "authority"),
            ),
            Group(
                "customsCredit",
                Words("海关企业信用等级", "Grade at customs"),
                "customsCredit",
                ("level", "customsCode", "recognizedOn", "authority"),
            ),
        ),
    ),
    Part(
        8,
        Words("司法判决", "Courts"),
        (
            Group(
                "judgments",
                Words("裁判文书", "Judgments"),
                "judgments",
                ("caseNo", "caseKind", "cause", "court", "position", "decidedOn", "result", "url"),
            ),
            Group(
                "enforcementCases",
                Words("被执行人（执行案件）", "Enforcement cases"),
                "courtEnforcement.enforcementCases",
                ("caseNo", "court", "filedOn", "amount"),
            ),
            Group(
                "terminatedExecutions",
                Words("终本案件", "Executions ended for now"),
                "courtEnforcement.terminatedExecutions",
                ("caseNo", "court", "filedOn", "terminatedOn", "amount", "unpaidAmount"),
            ),
            Group(
                "consumptionRestrictions",
                Words("限制消费", "Consumption restrictions"),
                "courtEnforcement.consumptionRestrictions",
                ("caseNo", "court", "restrictedPerson", "relation", "publishedOn"),
            ),
        ),
    ),
    Part(
        9,
        Words("其他", "Other information"),
        (
            Group(
                "taxArrears",
                Words("欠税公告", "Notices of tax arrears"),
                "taxArrears",
                ("taxKinds", "balance", "newlyOwed", "period", "announcedOn", "settledOn", "authority"),
            ),
            Group(
                "contracts",
                Words("合同履约", "Performance of contracts"),
                "contractPerformances",
                (
                    "contractName", "contractNo", "purchaser", "amount", "signedOn", "dueOn", "fulfillment",
                    "breach", "authority",
                ),
            ),
            Group(
                "workSafety",
                Words("安全生产", "Work safety"),
                "workSafety",
                ("kind", "title", "recordedOn", "accidentClass", "standardizationLevel", "validTo", "authority"),
            ),
            Group(
                "intellectualProperty",
                Words("知识产权", "Intellectual property"),
                "intellectualProperty",
                ("kind", "event", "title", "recordedOn", "authority"),
            ),
            Group(
                "utilityArrears",
                Words("公用事业欠费", "Arrears at utilities"),
                "utilityArrears",
                ("kind", "supplier", "month", "amount", "settledOn", "authority"),
            ),
        ),
    ),
)  # fmt: skip
"""The nine sections."""

GROUPS: Final = MappingProxyType({group.name: group for part in PARTS for group in part.groups})
"""Every group by its name."""
