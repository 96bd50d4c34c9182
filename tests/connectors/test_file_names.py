"""Files without codes, in which subjects are found by their names alone."""

from pathlib import Path

import pytest

from connectors.file.index import DOUBTFUL
from connectors.spec import KeySpec
from tests.connectors.file_sources import ENTITY, A, batch, entity, names, opened, row, write

HALF, FULL = "三江(同江)公司", "三江（同江）公司"
BY_NAME = {ENTITY: entity(keys={"NAME": KeySpec(column="单位")})}


async def test_names_are_found_in_every_spelling_and_no_similar_ones_are(tmp_path: Path) -> None:
    connector = opened(tmp_path, entities=BY_NAME)
    spelt = [FULL, f" {HALF}", "三江 （同江）公司", "三江公司", f"{HALF}分公司", "", "无"]
    write(tmp_path / "处罚_1.csv", [row(at, A, 单位=name) for at, name in enumerate(spelt, 1)])
    answer = await connector.fetch(batch(HALF, "乙公司", scheme="NAME"))
    assert names(answer, HALF) == [FULL, HALF, "三江 （同江）公司"]
    assert answer.rows.keys() == {HALF}
    assert answer.unreadable == {}
    await connector.close()


@pytest.mark.parametrize(
    ("line", "doubtful"),
    [
        (row(1, A, 单位=FULL)[:4], True),
        (["1", "三江（同江）", "公司", *row(1, A)[2:]], False),
        (["1", "三江", "同江公司", *row(1, A)[2:]], False),
        ([*row(1, A, 单位="别的公司"), "多"], False),
        ([*row(1, A, 单位="别的公司", 备注=f"见\n{FULL}\n")], True),
    ],
)
async def test_lines_that_do_not_fit_make_the_names_in_them_doubtful(
    tmp_path: Path, line: list[str], doubtful: bool
) -> None:
    connector = opened(tmp_path, entities=BY_NAME)
    write(tmp_path / "处罚_1.csv", [row(2, A, 单位="乙公司"), line])
    answer = await connector.fetch(batch(HALF, "乙公司", scheme="NAME"))
    assert answer.unreadable == ({HALF: DOUBTFUL} if doubtful else {})
    assert names(answer, "乙公司") == ["乙公司"]
    await connector.close()


async def test_name_with_a_stray_comma_is_doubtful(tmp_path: Path) -> None:
    connector = opened(tmp_path, entities=BY_NAME)
    write(tmp_path / "处罚_1.csv", [["1", "三江,同江,公司"[:2], "同江", "公司", *row(1, A)[2:]]])
    answer = await connector.fetch(batch("三江,同江,公司", scheme="NAME"))
    assert answer.unreadable == {"三江,同江,公司": DOUBTFUL}
    await connector.close()


async def test_name_behind_an_unpaired_quote_is_doubtful(tmp_path: Path) -> None:
    connector = opened(tmp_path, entities=BY_NAME)
    path = write(tmp_path / "处罚_1.csv", [row(1, A, 单位=FULL), row(2, A, 单位="乙公司")])
    path.write_bytes(path.read_bytes().replace(FULL.encode("gb18030"), f'"{FULL}'.encode("gb18030")))
    answer = await connector.fetch(batch(HALF, "乙公司", scheme="NAME"))
    assert answer.unreadable == {HALF: DOUBTFUL}
    assert names(answer, "乙公司") == ["乙公司"]
    await connector.close()
