"""Which file of a folder counts: the latest folder, the reissue before the original, the newest of what is left."""

import os
from pathlib import Path
from typing import Final

import pytest

from connectors.errors import SourceUnavailable
from connectors.file.folder import newest
from tests.connectors.file_sources import ENTITY, A, batch, entity, names, opened, row, write

DAY: Final = 86_400
MARK: Final = "(更正)"


def put(folder: Path, *files: tuple[str, int]) -> None:
    """Put empty files into ``folder``, each as many days old as is said."""
    for name, days in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (10**9 - days * DAY, 10**9 - days * DAY))


def counts(folder: Path, pattern: str, mark: str | None = None) -> str:
    return newest(folder, pattern, mark).path.relative_to(folder).as_posix()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([("月报_202609.xlsx", 0), ("月报_202609(更正).xlsx", 9)], "月报_202609(更正).xlsx"),
        ([("月报_202609.xlsx", 0), ("月报_202609（更正）.xlsx", 9)], "月报_202609（更正）.xlsx"),
        ([("月报_202609.xlsx", 0), ("月报_202609 (更正) .xlsx", 9)], "月报_202609 (更正) .xlsx"),
        ([("月报_202608.xlsx", 30), ("月报_202608(更正).xlsx", 0), ("月报_202609.xlsx", 5)], "月报_202609.xlsx"),
        (
            [("月报_202608(更正).xlsx", 40), ("月报_202609(更正).xlsx", 9), ("月报_202609.xlsx", 5)],
            "月报_202609(更正).xlsx",
        ),
        ([("月报_202609(更正).xlsx", 3), ("月报_202609(更正)(更正).xlsx", 2)], "月报_202609(更正)(更正).xlsx"),
        ([("月报_202608.xlsx", 30), ("月报_202609.xlsx", 5)], "月报_202609.xlsx"),
        ([("月报_202609(更正).xlsx", 5)], "月报_202609(更正).xlsx"),
    ],
)
def test_corrected_reissue_supersedes_its_original(tmp_path: Path, files: list[tuple[str, int]], expected: str) -> None:
    put(tmp_path, *files)
    assert counts(tmp_path, "月报_*.xlsx", MARK) == expected


def test_mark_that_is_not_declared_is_a_name_like_any_other(tmp_path: Path) -> None:
    put(tmp_path, ("月报.xlsx", 0), ("月报(更正).xlsx", 9))
    assert counts(tmp_path, "月报*.xlsx") == "月报.xlsx"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([("2026Q2/欠税公告.csv", 0), ("2026Q3/欠税公告.csv", 30)], "2026Q3/欠税公告.csv"),
        ([("2026Q3/欠税公告1.csv", 3), ("2026Q3/欠税公告2.csv", 9)], "2026Q3/欠税公告1.csv"),
        ([("2026Q2/欠税公告.csv", 9), ("2026Q3/其他.csv", 0), ("欠税公告.csv", 0)], "2026Q2/欠税公告.csv"),
        ([("2025Q4/欠税公告.csv", 0), ("2026Q1/欠税公告.csv", 9), ("历年/欠税公告.csv", 0)], "2026Q1/欠税公告.csv"),
        ([("2026Q2/欠税公告.csv", 9), ("2026Q3", 0)], "2026Q2/欠税公告.csv"),
        ([("2026Q2/欠税公告.csv", 0), ("2026Q2/欠税公告(更正).csv", 9)], "2026Q2/欠税公告(更正).csv"),
    ],
)
def test_latest_folder_by_name_counts(tmp_path: Path, files: list[tuple[str, int]], expected: str) -> None:
    put(tmp_path, *files)
    assert counts(tmp_path, "????Q?/欠税公告*.csv", MARK) == expected


def test_folders_in_folders(tmp_path: Path) -> None:
    put(tmp_path, ("2026/01/a.csv", 0), ("2026/02/b.txt", 0), ("2025/12/a.csv", 0))
    assert counts(tmp_path, "20??/??/*.csv") == "2026/01/a.csv"
    with pytest.raises(SourceUnavailable, match="no file of the source is there"):
        newest(tmp_path, "20??/x/*.csv")
    with pytest.raises(SourceUnavailable, match="no file of the source is there"):
        newest(tmp_path / "2026", "../20*/*.csv")


async def test_next_quarter_is_read_when_it_comes(tmp_path: Path) -> None:
    (tmp_path / "2026Q2").mkdir()
    write(tmp_path / "2026Q2" / "处罚_1.csv", [row(1, A)])
    connector = opened(tmp_path, entities={ENTITY: entity(pattern="????Q?/处罚_*.csv")})
    assert names(await connector.fetch(batch(A)), A) == ["公司1"]
    (tmp_path / "2026Q3").mkdir()
    assert names(await connector.fetch(batch(A)), A) == ["公司1"], "an empty folder supersedes nothing"
    write(tmp_path / "2026Q3" / "处罚_1.csv", [row(2, A)], age=10**6)
    assert names(await connector.fetch(batch(A)), A) == ["公司2"]
    await connector.close()
