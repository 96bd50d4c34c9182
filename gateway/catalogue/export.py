"""The catalogue as a sheet in the style of GB/T 39440: one row for each field that an item is bound to. CSV or XLSX.

Every cell is text: codes keep their zeros, and nothing is computed when the sheet is opened. A workbook says so of its
cells; in CSV, which cannot, a text that a spreadsheet would run as a formula gets an apostrophe before it.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import xlsxwriter

from gateway.catalogue.items import PLATFORM, CatalogueItem
from gateway.catalogue.shown import ShownCatalogue, ShownItem
from gateway.catalogue.sources import Catalogue
from schema.entities import ENTITIES, ENTITY_FIELDS, INTERNAL_FIELDS, entity_of
from schema.enums import Disclosure, SubjectKind
from schema.schema import SCHEMA, graphql_name

STATUSES: Final = {"NATIONAL": "全国目录", "LOCAL": "地方补充目录", "NOT_CATALOGUED": "未列入目录"}
UNSERVED: Final = {"DISCONTINUED": "已停止", "NOT_COVERED": "不提供"}
FORMULA: Final = tuple("=+-@＝＋－＠")
"""How a text begins that a spreadsheet may run, full width included, and whatever blanks stand before."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: an item, and a field that is bound to it where there is one; ``sources`` are those that fill it."""

    item: CatalogueItem
    shown: ShownItem
    entity: str = ""
    field: str = ""
    sources: tuple[str, ...] = ()


COLUMNS: Final[tuple[tuple[str, Callable[[Row], str]], ...]] = (
    ("目录编码 Code", lambda row: row.item.code),
    ("信息项名称 Item", lambda row: row.item.name),
    ("英文名称 English name", lambda row: row.item.name_en),
    ("类别 Category", lambda row: f"{row.shown.category} {row.shown.category_name}"),
    ("目录属性 Status", lambda row: STATUSES[row.item.status]),
    ("目录版本 Edition", lambda row: row.shown.edition),
    ("数据来源单位 Owner", lambda row: row.shown.owner.name),
    ("单位代码 Owner's code", lambda row: row.shown.owner.uscc or ""),
    ("依据 Legal bases", lambda row: "；".join(_cited(row.shown))),
    ("共享属性 Sharing", lambda row: row.shown.sharing),
    ("公开属性 Disclosure", lambda row: _label(Disclosure, row.item.disclosure)),
    ("更新周期 Update cycle", lambda row: row.item.update_cycle),
    ("脱敏规则 Masking", lambda row: row.item.masking or ""),
    ("适用主体 Subjects", lambda row: "、".join(_subjects(row))),
    ("通知章节 Section", lambda row: row.shown.section),
    ("适用范围 Only", lambda row: "；".join(f"{name}: {', '.join(values)}" for name, values in row.item.only.items())),
    ("对应实体 Entity", lambda row: row.entity),
    ("对应字段 Field", lambda row: _field_name(row)),
    ("字段名称 Field in words", lambda row: _field_title(row)),
    ("数据源 Sources", lambda row: "、".join(row.sources)),
    ("是否提供 Served", lambda row: "提供" if row.item.served else UNSERVED[row.item.unserved_status or "NOT_COVERED"]),
    ("不提供的原因 Why not", lambda row: row.shown.reason or ""),
)
"""Heading in both languages -> what stands below it."""


def rows(catalogue: Catalogue, today: str) -> Iterator[Row]:
    """Yield the rows of the sheet: by item, entity and field; an item without fields has one row."""
    shown = ShownCatalogue(catalogue.items, today)
    filled = _filled(catalogue)
    for item in catalogue.items:
        found = [
            Row(item, shown.item(item), entity, name, tuple(filled.get((item.code, entity, name), ())))
            for entity in item.entities
            for name in _names(catalogue, item, entity) or [""]
        ]
        yield from found or [Row(item, shown.item(item))]


def _names(catalogue: Catalogue, item: CatalogueItem, entity: str) -> list[str]:
    internal = INTERNAL_FIELDS.get(entity, frozenset())
    names = [name for name in ENTITY_FIELDS.get(entity, ()) if name not in internal]
    return catalogue.items.bound_fields(item, entity, names)


def _filled(catalogue: Catalogue) -> dict[tuple[str, str, str], list[str]]:
    """Return the sources that fill each field, by code of the item, entity and field."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for source in catalogue.sources.values():
        for part, table in source.entities.items():
            entity = entity_of(part)
            sorts = catalogue.sorts(entity, table)
            for name in table.fields:
                items = {item.code for sort in sorts if (item := catalogue.items.item_of(entity, name, sort))}
                for code in items:
                    sources = found.setdefault((code, entity, name), [])
                    sources.extend([source.name] if source.name not in sources else ())
    return found


def _cited(item: ShownItem) -> list[str]:
    return [
        f"《{basis.title}》{f'({basis.document_no})' if basis.document_no else ''}{basis.articles or ''}"
        for basis in item.legal_bases
    ]


def _subjects(row: Row) -> list[str]:
    return [] if row.shown.category == PLATFORM else [_label(SubjectKind, kind) for kind in row.item.kinds]


def _label(enum: type, name: str) -> str:
    """Return the Chinese label of an enum value, as the schema describes it."""
    value = SCHEMA.type_map[enum.__name__].values[name]  # type: ignore[attr-defined]
    return _chinese(value.description)


def _chinese(description: str | None) -> str:
    return (description or "").partition("。")[0]


def _field_name(row: Row) -> str:
    return graphql_name(ENTITIES[row.entity], row.field) if row.field else ""


def _field_title(row: Row) -> str:
    if not row.field:
        return ""
    type_name, _, name = _field_name(row).rpartition(".")
    type_ = SCHEMA.type_map["NaturalPerson" if type_name else ENTITIES[row.entity]]
    return _chinese(type_.fields[name].description)  # type: ignore[attr-defined]


def harmless(text: str) -> str:
    """Return ``text`` so that a spreadsheet takes it for text, whatever it begins with."""
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text


def write_csv(path: Path, catalogue: Catalogue, today: str) -> int:
    """Write the sheet as CSV in UTF-8 with the mark by which Excel knows it; return the number of rows."""
    lines = [[harmless(cell(row)) for _, cell in COLUMNS] for row in rows(catalogue, today)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([[heading for heading, _ in COLUMNS], *lines])
    return len(lines)


def write_xlsx(path: Path, catalogue: Catalogue, today: str) -> int:
    """Write the sheet as a workbook of text cells; return the number of rows."""
    lines = [[cell(row) for _, cell in COLUMNS] for row in rows(catalogue, today)]
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "quote_prefix": True})
        heading = workbook.add_format({"num_format": "@", "bold": True, "text_wrap": True, "bottom": 1})
        sheet = workbook.add_worksheet("目录 Catalogue")
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, len(lines), len(COLUMNS) - 1)
        sheet.set_column(0, len(COLUMNS) - 1, 18, text)
        for at, line in enumerate([[name for name, _ in COLUMNS], *lines]):
            for column, cell in enumerate(line):
                # INVARIANT: `write_string`, never `write`, which would guess at numbers, links and formulas.
                sheet.write_string(at, column, cell, text if at else heading)
        about = workbook.add_worksheet("说明 About")
        for at, (name, value) in enumerate([("日期 Day", today), ("目录版本号 Version", catalogue.version)]):
            about.write_string(at, 0, name, heading)
            about.write_string(at, 1, value, text)
    path.write_bytes(buffer.getvalue())
    return len(lines)
