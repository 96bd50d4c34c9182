"""Credit reports as the schema shows them: one that is ordered, and what the ledger knows of one that was issued."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.results import SubjectKey
from schema.scalars import DateTime


@strawberry.enum(description=say("信用报告的形式", "The form of a credit report"))
class CreditReportForm(Enum):
    """Forms of a document."""

    JSON = label("JSON", "机读，JWS 签名", "For machines, signed by JWS")
    HTML = label("HTML", "网页，供阅读，不签名", "A page to be read, not signed")
    PDF = label("PDF", "供打印归档的 PDF/A-3a，PAdES 签名", "PDF/A-3a to be printed and filed, signed by PAdES")
    SD_JWT = label("SD_JWT", "可选择性出示（RFC 9901）", "May be shown in part (RFC 9901)")


@strawberry.enum(description=say("文书的语言", "The language of a document for readers"))
class CreditReportLanguage(Enum):
    """Languages."""

    ZH = label("ZH", "中文", "Chinese")
    EN = label("EN", "英文", "English")


@strawberry.enum(description=say("信用报告如何签名", "How a credit report is signed"))
class CreditReportSignature(Enum):
    """Levels of a signature (of PAdES: ETSI EN 319 142-1)."""

    NONE = label("NONE", "未签名", "Not signed")
    JWS = label("JWS", "以 JWS 签名", "By JWS")
    SD_JWT = label("SD_JWT", "以 SD-JWT 签名", "By SD-JWT")
    PADES_B_B = label("PADES_B_B", "未附第三方时间戳（PAdES B-B）", "PAdES B-B, without a time stamp of a third party")
    PADES_B_T = label("PADES_B_T", "附第三方时间戳（PAdES B-T）", "PAdES B-T, with a time stamp of a third party")


@strawberry.type(
    description=say(
        "账本中关于一份信用报告的内容；报告本身不留存",
        "What the ledger knows of a credit report; the report itself is not kept",
    )
)
class CreditReport:
    """A report that was issued."""

    number: str = shown("报告编号", "Its number")
    issued_at: DateTime = shown("出具时间", "When it was issued")
    form: CreditReportForm = shown("形式", "Its form")
    language: CreditReportLanguage = shown("语言", "Its language")
    signature: CreditReportSignature = shown("签名方式", "How it is signed")
    sha256: str = shown("文件的 SHA-256：据此核对手中的文件", "SHA-256 of the file: compare that of the one at hand")
    client: str = shown("申请的客户端", "The client that ordered it")
    department: str | None = shown("申请的部门代码", "Code of that client's department")
    purpose: str = shown("查询目的", "What for")
    case: str | None = shown("事项编号", "Number of the case")
    receipt: str = shown("出具的回执编号", "Id of the receipt of its issue")
    answers: list[str] = shown("所依据答复的回执编号", "Ids of the receipts of the answers that it was made from")


@strawberry.type(description=say("一份刚出具的信用报告", "A credit report as it was just made"))
class CreditReportDocument:
    """The document; it is given once and kept nowhere."""

    report: CreditReport = shown("账本中关于它的内容", "What the ledger knows of it")
    media_type: str = shown("媒体类型", "Its media type")
    file_name: str = shown("建议的文件名", "A name for its file")
    size: int = shown("字节数", "How many bytes it has")
    content: str = shown("文件内容，Base64", "The file, in base64")


@strawberry.input(description=say("申请信用报告", "The order of a credit report"))
class CreditReportInput:
    """About whom, and how; purpose, case and consent are the headers of the request."""

    subject: SubjectKey = shown("主体的查询键；不出具自然人的报告", "The key of an organization; never of a person")
    form: CreditReportForm = strawberry.field(
        default=CreditReportForm.PDF, description=say("形式，默认 PDF", "Its form, PDF unless said")
    )
    language: CreditReportLanguage = strawberry.field(
        default=CreditReportLanguage.ZH, description=say("语言，默认中文", "Its language, Chinese unless said")
    )
