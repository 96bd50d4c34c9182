"""The catalogue of public credit information (公共信用信息目录) as the schema shows it: items, legal bases, fields."""

from enum import Enum

import strawberry

from schema.enums import CoverageStatus, Disclosure, label
from schema.fields import say, shown
from schema.scalars import Date
from schema.values import Department


@strawberry.enum(description=say("目录状态", "Whether the national or a local catalogue lists an item"))
class CatalogueStatus(Enum):
    """Where an item is listed."""

    NATIONAL = label("NATIONAL", "全国公共信用信息基础目录", "In the national basic catalogue")
    LOCAL = label("LOCAL", "地方补充目录", "In a local supplementary catalogue")
    NOT_CATALOGUED = label("NOT_CATALOGUED", "未列入目录", "In no catalogue")


@strawberry.type(description=say("法律依据", "A legal basis"))
class LegalBasis:
    """A law, regulation or policy document that an item or a list rests on."""

    code: str = shown("依据代码", "Code of the basis at this gateway")
    title: str = shown("名称", "Title of the document")
    issuer: str = shown("制定机关", "Who issued it")
    document_no: str | None = shown("文号", "Number of the document")
    articles: str | None = shown("条款", "The articles that matter")
    level: str = shown(
        "效力层级（法律、行政法规、规章等）", "Rank of the document: law, regulation, departmental rule and so on"
    )
    in_force_from: Date | None = shown("施行日期", "In force from")
    in_force_to: Date | None = shown("废止日期", "In force to")
    in_force: bool = shown("现行有效", "Whether it is in force today")
    note: str | None = shown("说明", "Note")


@strawberry.type(
    description=say(
        "一个数据源的一个字段，及对当前查询者是否开放",
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
    item: str | None = shown("所属目录项代码", "Code of the item of the catalogue that covers it")
    scope: str = shown("授权范围", "The OAuth scope that it carries")
    disclosure: Disclosure = shown("公开属性", "Its disclosure level")
    allowed: bool = shown("对当前查询者是否开放", "Whether it is open to this caller for this purpose")
    reason: str | None = shown("不开放的原因", "Why not, when it is not")


@strawberry.type(description=say("公共信用信息目录项", "An item of the catalogue of public credit information"))
class CatalogueItem:
    """One item: what it covers, who owns it, on what basis, and to whom it is open."""

    code: str = shown("目录项代码", "Code of the item")
    name: str = shown("名称", "Name of the item")
    name_en: str = shown("英文名称", "Its name in English")
    category: int = shown("目录类别（1 至 13）", "Category of the catalogue, from 1 to 13")
    category_name: str = shown("目录类别名称", "Name of the category")
    edition: str = shown("目录版本", "Edition of the catalogue")
    status: CatalogueStatus = shown("目录状态", "Whether the national or a local catalogue lists it")
    owner: Department = shown("归集（责任）部门", "The department that owns it")
    legal_bases: list[LegalBasis] = shown("法律依据", "What it rests on")
    sharing: str = shown("共享属性（无条件、有条件、不予共享）", "How it is shared among departments")
    disclosure: Disclosure = shown("公开属性", "Its disclosure level")
    masking: str | None = shown("脱敏规则", "What is masked, and how")
    update_cycle: str = shown("更新周期", "How often it is brought up to date")
    entities: list[str] = shown("涵盖的实体", "The entities that it covers")
    section: str | None = shown(
        "对应《实施方案》（同政发〔2018〕12号）章节", "Section of the notice of 2018 that asks for it"
    )
    served: bool = shown("本网关是否提供", "Whether this gateway serves it")
    reason: str | None = shown("不提供的原因", "Why not, when it does not")
    fields: list[CatalogueField] = shown(
        "各数据源的字段，及对当前查询者是否开放", "Its fields at each source, and whether they are open to this caller"
    )


@strawberry.type(
    description=say("不提供的目录项；不等于“无记录”", 'An item that no source serves, which is not "none"')
)
class UnservedItem:
    """Why nothing is told of a subject under one item."""

    item: CatalogueItem = shown("目录项", "The item")
    status: CoverageStatus = shown("状态：DISCONTINUED 或 NOT_COVERED", "Its status: DISCONTINUED or NOT_COVERED")
    reason: str = shown("原因", "Why no source serves it")
