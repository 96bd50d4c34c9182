"""Cells that hold text: kept as it is written, or not readable."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.connectors.cells import MISREAD, read, value_of

COURT = "同江市人民法院"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (COURT, COURT),
        (f" {COURT}\r\n", COURT),
        ("（２０２６）黑0881执123号", "（２０２６）黑0881执123号"),
        ("(2026)黑0881执123号", "(2026)黑0881执123号"),
        ("A座　同江街", "A座　同江街"),
        ("一\r\n二\t三", "一\n二\t三"),
        ("三江\x00口岸\u200b公司\ufeff", "三江口岸公司"),
        ("三江\u202e公司", "三江公司"),
        ("娉娉美容店", "娉娉美容店"),  # begins like UTF-8 read as GBK, and is none
        ("淞", "淞"),
        ("鐘表店", "鐘表店"),
        ("É", "É"),
        ("Café du Monde", "Café du Monde"),
        ("Ünal 贸易", "Ünal 贸易"),
        ("\ue123氏商店", "\ue123氏商店"),  # a private character of GB 18030 stands for one that has no code
        ("abc-123", "abc-123"),
        (77, "77"),
        (-1, "-1"),
        (Decimal("1.50"), "1.50"),
        (date(2020, 3, 16), "2020-03-16"),
        (datetime(2020, 3, 16, 2), "2020-03-16 02:00:00"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
    ],
)
def test_text_is_kept_as_it_is_written(cell: Any, text: str) -> None:
    assert value_of("text", cell) == text


@pytest.mark.parametrize(
    "cell",
    [None, "", " ", "\n", "　", "无", " 无 ", "暂无", "—", "——", "— —", "-", "--", "\\N", "\\n", "null", "NULL",
     "\u200b", "无\x00"],
)  # fmt: skip
def test_what_stands_for_nothing(cell: str | None) -> None:
    assert value_of("text", cell) is None


@pytest.mark.parametrize("cell", ["无证经营", "暂无法联系", "no", "0", "/", "None of them"])
def test_what_only_begins_like_nothing(cell: str) -> None:
    assert value_of("text", cell) == cell


@pytest.mark.parametrize(
    "cell",
    [
        COURT.encode().decode("gb18030", "replace"),
        COURT.encode()[:-2].decode("gb18030", "replace").rstrip("\ufffd"),
        "（2026）黑0881执123号".encode().decode("gb18030", "replace"),
        f"A座{COURT}".encode().decode("gb18030", "replace"),
        "示例公司".encode().decode("gb18030"),
        COURT.encode().decode("latin-1"),
        COURT.encode("gb18030").decode("latin-1"),
        COURT.encode("gb18030").decode("utf-8", "replace"),
        COURT.encode("gb18030").decode("utf-8", "surrogateescape"),
        f"{COURT}\ufffd",
        "\ud83d",
        "公司\ufffe",
        0.5,
        True,
        b"text",
        ["text"],
        {"a": "text"},
    ],
)
def test_what_is_not_readable(cell: Any) -> None:
    found = read("text", cell)
    assert (found.value, found.codes) == (None, MISREAD)


def test_number_too_long_for_python() -> None:
    assert read("text", 10**5000).codes == MISREAD


@pytest.mark.parametrize(("cell", "value"), [(0, None), ("0", None), (" 0 ", None), (10, 10), ("00", 0), (None, None)])
def test_what_a_source_writes_for_nothing(cell: Any, value: int | None) -> None:
    found = read("integer", cell, blank=["0"])
    assert (found.value, found.codes) == (value, [])
