"""From a key to a subject: the key, and the answers there are when it does not lead to one."""

from typing import Annotated

import strawberry

from schema.enums import CheckResult, IdentifierScheme, SubjectKind
from schema.fields import say, shown
from schema.organization import (
    Enterprise,
    FarmerCooperative,
    GovernmentBody,
    IndividualBusiness,
    LegalServiceBody,
    MassOrganization,
    OtherOrganization,
    PublicInstitution,
    RuralCollective,
    SocialOrganization,
)
from schema.values import Coverage


@strawberry.input(description=say("主体的查询键", "The key of a subject"))
class SubjectKey:
    """One identifier; the caller states its scheme, or gets candidates."""

    value: str = shown(
        "标识符的值；空格、连字符、全角、大小写不影响，名称的括号亦然",
        "The value; blanks, hyphens, width and case do not matter, nor does the kind of brackets in a name",
    )
    scheme: IdentifierScheme | None = strawberry.field(
        default=strawberry.UNSET,
        description=say(
            "标识符类型；不注明且有多种解读时返回候选，不作猜测",
            "Its scheme; without one, a value that reads in several ways is answered with candidates, never guessed",
        ),
    )


@strawberry.type(description=say("键值可能指向的主体或解读", "One subject, or one reading, that a key may mean"))
class Candidate:
    """One candidate."""

    scheme: IdentifierScheme = shown("标识符类型", "Scheme under which the key reads")
    check: CheckResult = shown("校验结果", "Result of its check")
    uscc: str | None = shown("统一社会信用代码", "Code of the subject, when it is one subject of several")
    kind: SubjectKind | None = shown("主体类别", "Kind of that subject")


@strawberry.interface(description=say("未能确定主体", "A key that did not lead to one subject"))
class SubjectProblem:
    """Why there is no subject; never a clean result."""

    message: str = shown("说明", "What is wrong, in both languages")
    scheme: IdentifierScheme | None = shown("所用标识符类型", "The scheme by which the key was read")
    check: CheckResult | None = shown("校验结果", "Result of its check")


@strawberry.type(description=say("登记机关没有该主体", "The registry answered: it holds no such subject"))
class SubjectNotFound(SubjectProblem):
    """An attested "not registered"."""


@strawberry.type(description=say("键值有多种解读或多个主体", "The key may mean several things"))
class SubjectAmbiguous(SubjectProblem):
    """The caller must choose."""

    candidates: list[Candidate] = shown("候选", "What it may mean")


@strawberry.type(
    description=say(
        "登记机关未答复，主体不明；不等于没有该主体",
        'The registry could not be asked: the subject is not known, which is not "none"',
    )
)
class SubjectUnresolved(SubjectProblem):
    """Not known, because a source did not answer."""

    coverage: list[Coverage] = shown("未答复的数据源", "The sources that did not answer")


@strawberry.type(description=say("键值格式或校验码不符", "The key is malformed, or its check digit is wrong"))
class SubjectKeyInvalid(SubjectProblem):
    """A mistyped key."""


SubjectResult = Annotated[
    Enterprise
    | IndividualBusiness
    | FarmerCooperative
    | RuralCollective
    | SocialOrganization
    | PublicInstitution
    | GovernmentBody
    | MassOrganization
    | LegalServiceBody
    | OtherOrganization
    | SubjectNotFound
    | SubjectAmbiguous
    | SubjectUnresolved
    | SubjectKeyInvalid,
    strawberry.union(
        "SubjectResult", description=say("查询结果：一个主体，或未能确定的原因", "One subject, or why there is not one")
    ),
]
