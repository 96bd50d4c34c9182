"""Real CSV files in a real folder: what is found, what supersedes what, and what has not the promised form."""

import csv
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from connectors import open_connector
from connectors.base import Connector, Issue
from connectors.disk import is_local
from connectors.errors import ConfigError, SourceMisread, SourceUnavailable
from connectors.spec import FieldSpec, KeySpec
from tests.connectors.file_sources import (
    ENTITY,
    FIELDS,
    HEADER,
    REG_A,
    A,
    B,
    C,
    batch,
    entity,
    names,
    opened,
    row,
    source,
    write,
)

DAY: Final = 1_790_000_000
"""2026-09-21 in the evening, Shanghai: the next day begins two hours earlier there than in UTC."""


@pytest.fixture
async def connector(tmp_path: Path) -> AsyncIterator[Connector]:
    connector = opened(tmp_path)
    yield connector
    await connector.close()


async def test_found_and_none(connector: Connector, tmp_path: Path) -> None:
    write(tmp_path / "处罚_1.csv", [row(1, A, 注册号=REG_A), row(2, B.lower()), row(3, A), row(4, "")])
    answer = await connector.fetch(batch(C, A, B))
    assert names(answer, A) == ["公司1", "公司3"]
    assert names(answer, B) == ["公司2"], "codes are compared as they are written canonically"
    assert answer.rows.keys() == {A, B}
    assert answer.unreadable == {}
    assert answer.rows[A][0].record_key == "罚1号"
    assert answer.rows[A][1].values[1].amount == "3000"
    assert names(await connector.fetch(batch(REG_A, scheme="REG_NO")), REG_A) == ["公司1"]


async def test_empty_batch(connector: Connector, tmp_path: Path) -> None:
    write(tmp_path / "处罚_1.csv", [row(1, A)])
    assert (await connector.fetch(batch())).rows == {}


async def test_as_of_is_the_date_of_the_file_in_local_time(connector: Connector, tmp_path: Path) -> None:
    path = write(tmp_path / "处罚_1.csv", [row(1, A)])
    os.utime(path, (DAY, DAY))
    assert (await connector.fetch(batch(A))).as_of == "2026-09-21"
    os.utime(path, (DAY + 3600 * 3, DAY + 3600 * 3))
    answer = await connector.fetch(batch(A))
    assert (answer.as_of, (answer.as_of_time or "")[:10], (answer.as_of_time or "")[-6:]) == (
        "2026-09-22",
        "2026-09-22",
        "+08:00",
    )


async def test_newest_file_supersedes_the_others(connector: Connector, tmp_path: Path) -> None:
    write(tmp_path / "处罚_9.csv", [row(9, A)], age=100)
    write(tmp_path / "处罚_1.csv", [row(1, A)], age=50)
    write(tmp_path / "其他_1.csv", [row(2, A)])
    (tmp_path / "处罚_a.csv").mkdir()
    assert names(await connector.fetch(batch(A)), A) == ["公司1"]
    write(tmp_path / "处罚_0.csv", [row(0, A)], age=20)
    assert names(await connector.fetch(batch(A)), A) == ["公司0"]
    same = (tmp_path / "处罚_0.csv").stat().st_mtime_ns
    os.utime(write(tmp_path / "处罚_2.csv", [row(2, A)]), ns=(same, same))
    assert names(await connector.fetch(batch(A)), A) == ["公司2"], "of two at once the later name"


async def test_file_replaced_or_changed_in_place_is_read_anew(connector: Connector, tmp_path: Path) -> None:
    path = write(tmp_path / "处罚_1.csv", [row(1, A)])
    assert names(await connector.fetch(batch(A)), A) == ["公司1"]
    write(tmp_path / "new", [row(7, A)]).replace(path)
    assert names(await connector.fetch(batch(A)), A) == ["公司7"]
    write(path, [row(8, B), row(8, A)])
    assert names(await connector.fetch(batch(A)), A) == ["公司8"]


async def test_nothing_of_a_record_is_kept(connector: Connector, tmp_path: Path) -> None:
    write(tmp_path / "处罚_1.csv", [row(1, A, 备注="金丝雀")])
    await connector.fetch(batch(A, fields=(*FIELDS, "remark")))
    assert "金丝雀" not in repr(vars(connector)["_indexes"])
    assert A in repr(vars(connector)["_indexes"])


async def test_missing_folder_and_file(connector: Connector, tmp_path: Path) -> None:
    for ask in (connector.fetch(batch(A)), connector.probe()):
        with pytest.raises(SourceUnavailable, match="no file of the source is there"):
            await ask
    away = opened(tmp_path / "away")
    with pytest.raises(SourceUnavailable, match="folder") as raised:
        await away.fetch(batch(A))
    assert str(tmp_path) not in str(raised.value)
    await away.close()
    write(tmp_path / "处罚_1.csv", [row(1, A)])
    await connector.probe()
    assert (await connector.fetch(batch(A))).rows.keys() == {A}


async def test_quoted_cells_and_rare_characters(connector: Connector, tmp_path: Path) -> None:
    name = '公司"界江",\r\n第二行,䶮㛃𠮷'
    write(tmp_path / "处罚_1.csv", [row(1, A, 单位=name), row(2, B, 单位=name), row(3, A)])
    answer = await connector.fetch(batch(A, B))
    assert [each.replace("\r", "") for each in names(answer, A)] == [name.replace("\r", ""), "公司3"]
    assert names(answer, B) == names(answer, A)[:1]
    assert answer.unreadable == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "big5"])
async def test_encodings(tmp_path: Path, encoding: str) -> None:
    header = ("No", "name", "code", "reg", "doc", "sum")
    keys = {"USCC": KeySpec(column="code")}
    fields = {"counterpart_name": FieldSpec(column="name", type="text", scope="x")}
    described = entity(header_line=1, keys=keys, record_key=["doc"], fields=fields)
    with (tmp_path / "处罚_1.csv").open("w", encoding=encoding) as file:
        csv.writer(file).writerows([header, ["1", "公司", A, "", "5", "6"]])
    connector = opened(tmp_path, encoding=encoding.removesuffix("-sig"), entities={ENTITY: described})
    assert names(await connector.fetch(batch(A, fields=("counterpart_name",))), A) == ["公司"]
    await connector.close()


async def test_columns_that_are_missing_or_stand_twice(connector: Connector, tmp_path: Path) -> None:
    path = tmp_path / "处罚_1.csv"
    write(path, [row(1, A), row(2, A)], header=[*HEADER[:-2], "罚款", "备注"])
    for read in (await connector.fetch(batch(A))).rows[A]:
        assert read.values[1] is None
        assert read.issues == (Issue("fine_amount", "MISREAD", "column `金额` is missing from the file"),)
    assert names(await connector.fetch(batch(A)), A) == ["公司1", "公司2"]
    write(path, [row(1, A)], header=[*HEADER[:-1], "单位"])
    (read,) = (await connector.fetch(batch(A))).rows[A]
    assert (read.values[0], read.values[1].amount) == (None, "1000")
    assert read.issues == (Issue("counterpart_name", "MISREAD", "column `单位` stands twice in the file"),)
    write(path, [row(1, A)])
    assert (await connector.fetch(batch(A))).rows[A][0].issues == ()


@pytest.mark.parametrize("column", ["代码", "注册号", "文号"])
async def test_columns_without_which_nothing_can_be_read(connector: Connector, tmp_path: Path, column: str) -> None:
    path = tmp_path / "处罚_1.csv"
    write(path, [row(1, A)], header=["另名" if name == column else name for name in HEADER])
    with pytest.raises(SourceMisread, match=f"column `{column}` is missing from the file"):
        await connector.fetch(batch(A))
    write(path, [row(1, A)])
    assert names(await connector.fetch(batch(A)), A) == ["公司1"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\n" * 9, b'"' * 2001, "公司,代码\n甲".encode("utf-16")])
async def test_garbled_files(connector: Connector, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "处罚_1.csv").write_bytes(content)
    with pytest.raises(SourceMisread, match=r"header|column"):
        await connector.fetch(batch(A))


async def test_digests(connector: Connector, tmp_path: Path) -> None:
    write(tmp_path / "处罚_1.csv", [row(1, A), row(2, A), row(3, B)])
    one, again = [await connector.fetch(batch(A, digests=True)) for _ in range(2)]
    assert one.digest == again.digest != (await connector.fetch(batch(B))).digest
    assert len({each.digest for each in one.rows[A]}) == 2


def test_mistakes_of_configuration(tmp_path: Path) -> None:
    personal = {ENTITY: entity(keys={"PERSON": KeySpec(column="证件号")})}
    with pytest.raises(ConfigError) as raised:
        open_connector(source(encoding="utf-16", entities=personal), {}, tmp_path)
    assert [mistake.place for mistake in raised.value.mistakes] == [
        "folder_env", "encoding", f"entities.{ENTITY}.keys.PERSON",
    ]  # fmt: skip


async def test_few_codes_on_a_local_disk_need_no_thread(tmp_path: Path) -> None:
    if not is_local(tmp_path):
        pytest.skip("the temporary folder is not known to lie on a disk of this machine")
    write(tmp_path / "处罚_1.csv", [row(1, A)])
    connector = opened(tmp_path)
    first = await connector.fetch(batch(A))
    connector._threads.shutdown()  # type: ignore[attr-defined]  # what needs a thread fails from here on
    assert (await connector.fetch(batch(A))).rows.keys() == first.rows.keys() == {A}
    with pytest.raises(RuntimeError):
        await connector.fetch(batch(*(f"{A[:-2]}{number}" for number in range(10, 31))))
