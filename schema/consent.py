"""Consents as the schema shows them, and what records or revokes one."""

from enum import Enum

import strawberry

from schema.enums import label
from schema.fields import say, shown
from schema.scalars import Date, DateTime


@strawberry.enum(description=say("授权的形式", "In what form a consent was given"))
class ConsentForm(Enum):
    """The form of what was signed."""

    PAPER = label("PAPER", "纸质授权书", "A document on paper")
    ELECTRONIC = label("ELECTRONIC", "电子签名的授权书", "A document signed electronically")
    TOKEN = label(
        "TOKEN", "授权签发方签发的令牌，不作登记", "A token of a trusted consent issuer, which is not recorded"
    )


@strawberry.enum(description=say("以何身份登记授权", "As whom a consent was recorded"))
class ConsentRecorder(Enum):
    """Who recorded it."""

    GRANTEE = label("GRANTEE", "被授权的查询者", "The client that it is for")
    WINDOW = label("WINDOW", "服务窗口", "A service window")
    SUBJECT = label("SUBJECT", "信用主体本人", "The subject itself")


@strawberry.type(
    description=say(
        "信用主体的授权：允许谁、为何目的、在何期间查询其哪些信息",
        "The consent of a subject: who may see which of its fields, what for, and until when",
    )
)
class Consent:
    """One recorded consent."""

    id: str = shown("授权编号，用于请求头 Credit-Consent", "Its id, for the header `Credit-Consent`")
    subject: str = shown("信用主体的统一社会信用代码", "Unified social credit code of the subject")
    grantee: str = shown("被授权的查询者", "The client that it is for")
    purposes: list[str] = shown("查询目的", "The purposes that it is for")
    fields: list[str] = shown("字段，如 `TaxArrears.*`", "The fields that it opens, such as `TaxArrears.*`")
    not_before: Date = shown("生效日期（含）", "The first day on which it holds")
    not_after: Date = shown("失效日期（含）", "The last day on which it holds")
    form: ConsentForm = shown("形式", "In what form it was given")
    evidence: str = shown("授权文件的 SHA-256", "SHA-256 of the signed document, in hex")
    recorded_by: str = shown("登记者", "The client that recorded it")
    recorded_as: ConsentRecorder = shown("登记者的身份", "As whom that client recorded it")
    recorded_at: DateTime = shown("登记时间", "When it was recorded")
    revoked_at: DateTime | None = shown("撤回时间", "When it was revoked, if it was")
    revoked_by: str | None = shown("撤回者", "The client that revoked it")
    in_force: bool = shown("当前有效", "Whether it holds today")


@strawberry.type(description=say("授权的撤回", "The revocation of a consent"))
class ConsentRevocation:
    """What was revoked, and since when."""

    revoked_at: DateTime = shown("撤回时间，自下一次查询起生效", "Since when; it counts from the next query on")
    consent: Consent | None = shown(
        "被撤回的登记；令牌没有登记，为空", "The recorded consent; null for a token, of which no record exists"
    )


@strawberry.input(description=say("登记一份授权", "A consent to record"))
class RecordConsentInput:
    """What was signed."""

    subject: str = shown(
        "信用主体的统一社会信用代码；不接受个人证件号码",
        "Unified social credit code of the subject; never a person's number",
    )
    grantee: str = shown("被授权的查询者", "The client that it is for")
    purposes: list[str] = shown("查询目的，至多 20 个", "The purposes, at most 20")
    fields: list[str] = shown(
        "字段，`实体.字段` 或 `实体.*`，至多 200 个", "The fields, `Entity.field` or `Entity.*`, at most 200"
    )
    not_before: Date = shown("生效日期（含）", "The first day on which it holds")
    not_after: Date = shown("失效日期（含）", "The last day on which it holds")
    form: ConsentForm = shown("形式：PAPER 或 ELECTRONIC", "PAPER or ELECTRONIC")
    evidence: str = shown(
        "授权文件的 SHA-256，64 位小写十六进制", "SHA-256 of the signed document, 64 lower-case hex digits"
    )
    client_mutation_id: str | None = strawberry.field(
        default=None,
        description=say(
            "幂等键：同一键再次提交时返回首次的结果",
            "A key of idempotency: sent again, it gives the first result and records nothing",
        ),
    )


@strawberry.input(
    description=say(
        "撤回一份授权：登记的以 id，令牌以 issuer 和 jti",
        "What to revoke: a recorded consent by `id`, a token by `issuer` and `jti`",
    )
)
class RevokeConsentInput:
    """One or the other."""

    id: str | None = strawberry.field(default=None, description=say("授权编号", "The id of a recorded consent"))
    issuer: str | None = strawberry.field(
        default=None, description=say("令牌签发方", "The issuer of the token, its `iss`")
    )
    jti: str | None = strawberry.field(
        default=None,
        description=say("令牌编号，令牌未曾使用过亦可撤回", "The token's `jti`, also of one that was never seen here"),
    )
