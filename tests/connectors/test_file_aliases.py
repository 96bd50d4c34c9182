"""Rows of files that have no code of their own kind: found under a further code of the subject, or its name."""

from pathlib import Path
from typing import Any

from connectors.base import Batch
from connectors.file.index import DOUBTFUL
from connectors.spec import KeySpec
from tests.connectors import workbooks
from tests.connectors.file_sources import ENTITY, FIELDS, REG_A, A, B, entity, names, opened, row, write

NAME, SPELT = "三江(同江)公司", "三江 （同江）公司"
KEYS = {"USCC": KeySpec(column="代码"), "REG_NO": KeySpec(column="注册号"), "NAME": KeySpec(column="单位")}
BY_ALIASES = {"keys": KEYS, "also_by": ["REG_NO", "NAME"]}
ALIASES = {"REG_NO": {REG_A: A}, "NAME": {NAME: A, "别人的公司": B}}
LINES: list[tuple[int, str, dict[str, str]]] = [
    (1, A, {"单位": SPELT}),
    (2, "", {"单位": SPELT}),
    (3, "", {"单位": "", "注册号": REG_A}),
    (4, B, {"单位": NAME}),
    (5, "", {"单位": f"{NAME}分公司"}),
    (6, "", {"单位": "别人的公司", "注册号": REG_A}),
]


def asked(*keys: str, aliases: dict[str, dict[str, str]] | None = None) -> Batch:
    return Batch(ENTITY, "USCC", keys, FIELDS, aliases=ALIASES if aliases is None else aliases)


def told(answer: Any, key: str) -> list[tuple[str, str | None]]:
    return [(found.record_key, found.key_scheme) for found in answer.rows.get(key, ())]


async def test_rows_without_a_code_are_found_by_a_number_or_a_name(tmp_path: Path) -> None:
    connector = opened(tmp_path, entities={ENTITY: entity(**BY_ALIASES)})
    write(tmp_path / "处罚_1.csv", [row(at, code, **cells) for at, code, cells in LINES])
    answer = await connector.fetch(asked(A))
    assert told(answer, A) == [("罚1号", None), ("罚2号", "NAME"), ("罚3号", "REG_NO")]
    assert names(answer, A) == [SPELT, SPELT, None]
    assert answer.unreadable.keys() == {A}, "line 6 names the number of one and the name of another"
    both = await connector.fetch(asked(A, B))
    assert told(both, B) == [("罚4号", None)], "what has a code is that subject's, whatever its name"
    alone = await connector.fetch(asked(A, aliases={}))
    assert told(alone, A) == [("罚1号", None)]
    await connector.close()


async def test_the_same_in_a_workbook(tmp_path: Path) -> None:
    connector = workbooks.opened(tmp_path, **BY_ALIASES)
    lines = [workbooks.row(at, code or None, **cells) for at, code, cells in LINES[:5]]
    workbooks.write(tmp_path / "月报_1.xlsx", lines)
    answer = await connector.fetch(asked(A))
    assert told(answer, A) == [("罚1号", None), ("罚2号", "NAME"), ("罚3号", "REG_NO")]
    assert answer.unreadable == {}
    await connector.close()


async def test_a_line_that_does_not_fit_makes_the_subject_doubtful_under_all_its_codes(tmp_path: Path) -> None:
    connector = opened(tmp_path, entities={ENTITY: entity(**BY_ALIASES)})
    write(tmp_path / "处罚_1.csv", [row(1, A), ["2", "某公司", "", REG_A, "罚2号"]])
    assert (await connector.fetch(asked(A))).unreadable == {A: DOUBTFUL}
    assert (await connector.fetch(asked(A, aliases={}))).unreadable == {}
    await connector.close()
