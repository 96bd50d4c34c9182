"""The roots of the graph: subjects by key, and what the gateway says about its sources and this caller's rights."""

from typing import Annotated

import strawberry

from schema.bindings import Root
from schema.enums import CheckResult, Disclosure, IdentifierScheme, SourceState, SubjectKind
from schema.fields import explained, planned, say, shown, unplanned
from schema.scalars import DateTime
from schema.subjects import (
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
from schema.values import Coverage, Department


@strawberry.input(description=say("主体的查询键", "The key of a subject"))
class SubjectKey:
    """One identifier; the caller states its scheme, or gets candidates."""

    value: str = shown(
        "标识符的值；空格、连字符、全角、大小写不影响", "The value; blanks, hyphens, width and case do not matter"
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


@strawberry.type(description=say("数据源", "A source and its state as seen from here"))
class SourceStatus:
    """One source."""

    name: str = shown("数据源", "Name of the source")
    title: str = shown("系统名称", "Name of the department's system")
    department: Department = shown("归属部门", "The department that owns it")
    kind: str = shown("接口类型", "Kind of its interface: sql, rest, soap, file")
    state: SourceState = shown("运行状态", "Whether it answers")
    last_answered_at: DateTime | None = shown("最近一次答复时间", "When it last answered this gateway")
    calls: int = shown("启动以来的查询次数", "Calls since the gateway started")
    failures: int = shown("启动以来的失败次数", "Failed calls since the gateway started")
    misreads: int = shown("启动以来无法识读的记录数", "Records with unreadable values since the gateway started")
    median_ms: float | None = shown("近期答复耗时中位数（毫秒）", "Median of recent answers, in milliseconds")
    quiet_hours: str | None = shown("停止服务时段（北京时间）", "Hours in which it is not asked, Asia/Shanghai")
    since_year: int | None = shown("自哪一年起有数据", "First year that it covers, where it has one")
    update_cycle: str = shown("更新周期", "How often its data are brought up to date")
    entities: list[str] = shown("持有的记录类型", "Entities it holds")


@strawberry.type(
    description=say(
        "目录项：一个数据源的一个字段，及对当前查询者是否开放",
        "One field of one source, and whether it is open to this caller",
    )
)
class CatalogueField:
    """One field as this caller may see it."""

    type: str = shown("记录类型", "Type of the schema that shows it")
    field: str = shown("字段", "Its name there")
    entity: str = shown("实体", "The entity of the source file")
    source: str = shown("数据源", "Name of the source")
    department: Department = shown("归属部门", "The department that owns it")
    scope: str = shown("授权范围", "The OAuth scope that it carries")
    disclosure: Disclosure = shown("公开属性", "Its disclosure level")
    allowed: bool = shown("对当前查询者是否开放", "Whether it is open to this caller for this purpose")
    reason: str | None = shown("不开放的原因", "Why not, when it is not")


@strawberry.type(description=say("查询入口", "The roots of the graph"))
class Query:
    """Where an operation starts."""

    @planned("按标识符查询一个信用主体", "One subject by one of its identifiers", Root("subject"))
    def subject(self, key: Annotated[SubjectKey, explained("查询键", "The key")]) -> SubjectResult:
        """Planned."""
        unplanned()

    @planned(
        "批量查询信用主体，至多 1000 个，结果与查询键顺序一致",
        "Up to 1,000 subjects, in the order of their keys",
        Root("subjects"),
    )
    def subjects(self, keys: Annotated[list[SubjectKey], explained("查询键", "The keys")]) -> list[SubjectResult]:
        """Planned."""
        unplanned()

    @planned("各数据源的运行状态", "The state of every source", Root("sources"))
    def sources(self) -> list[SourceStatus]:
        """Planned."""
        unplanned()

    @planned(
        "当前查询者可见字段的目录",
        "Every field of every source, and whether it is open to this caller",
        Root("catalogue"),
    )
    def catalogue(
        self,
        entity: Annotated[str | None, explained("只要该实体", "Only this entity")] = strawberry.UNSET,
        source: Annotated[str | None, explained("只要该数据源", "Only this source")] = strawberry.UNSET,
    ) -> list[CatalogueField]:
        """Planned."""
        unplanned()
