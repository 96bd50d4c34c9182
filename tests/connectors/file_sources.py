"""The folder of a small department that drops CSV files: its source file, its tables, and questions about them."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from connectors import open_connector
from connectors.base import Answer, Batch, Connector
from connectors.spec import FieldSpec, FileEntity, FileSource, KeySpec
from gateway.demo.codes import registration_number, uscc

ENTITY: Final = "AdministrativePenalty"
FOLDER: Final = "DEPARTMENT_FOLDER"
HEADER: Final = ("序号", "单位", "代码", "注册号", "文号", "金额", "备注")
FIELDS: Final = ("counterpart_name", "fine_amount")
A, B, C = (uscc("91", number) for number in (11, 12, 13))
REG_A: Final = registration_number(11)


def source(**changes: Any) -> FileSource:
    """Return the source file of the department, with ``changes``."""
    described: dict[str, Any] = {
        "name": "department",
        "department": "fire_rescue",
        "title": "测试",
        "contact": "测试",
        "timeout_seconds": 2.0,
        "batch_size": 1000,
        "concurrency": 2,
        "folder_env": FOLDER,
        "encoding": "gb18030",
        "entities": {ENTITY: entity()},
    }
    return FileSource(**(described | changes))


def entity(**changes: Any) -> FileEntity:
    """Return how its tables are described, with ``changes``."""
    described: dict[str, Any] = {
        "pattern": "处罚_*.csv",
        "header_line": 2,
        "footer_marks": ["合计", "填表人"],
        "keys": {"USCC": KeySpec(column="代码"), "REG_NO": KeySpec(column="注册号")},
        "record_key": ["文号"],
        "fields": {
            "counterpart_name": FieldSpec(column="单位", type="text", scope="x"),
            "fine_amount": FieldSpec(column="金额", type="yuan", scope="x"),
            "remark": FieldSpec(column="备注", type="text", scope="x"),
        },
    }
    return FileEntity(**(described | changes))


def row(at: int, code: str, **cells: str) -> list[str]:
    """Return one line of the table."""
    told = {"序号": f"{at}", "单位": f"公司{at}", "代码": code, "文号": f"罚{at}号", "金额": f"{at},000"} | cells
    return [told.get(column, "") for column in HEADER]


def write(
    path: Path, rows: Iterable[Sequence[str]], header: Sequence[str] = HEADER, encoding: str = "gb18030", age: int = 0
) -> Path:
    """Write a file as a department does: a title, the header, the rows, a total; changed ``age`` seconds before now."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["处罚公示表", *[""] * (len(header) - 1)], header, *rows, ["合计", "", A], []])
    changed = path.stat().st_mtime - age
    os.utime(path, (changed, changed))
    return path


def batch(*keys: str, fields: tuple[str, ...] = FIELDS, scheme: str = "USCC", digests: bool = False) -> Batch:
    """Return a question about penalties."""
    return Batch(ENTITY, scheme, keys, fields, digests)


def names(answer: Answer, key: str) -> list[str]:
    """Return whose penalties those of ``key`` are, in the order of the answer."""
    return [each.values[0] for each in answer.rows.get(key, ())]


def opened(folder: Path, **changes: Any) -> Connector:
    """Return a connector to the files in ``folder``."""
    return open_connector(source(**changes), {FOLDER: str(folder)}, Path())
