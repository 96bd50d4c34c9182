"""Keys as sources write them and as batches hold them: codes, and names in every spelling."""

import pytest
from msgspec.structs import replace

from connectors.keys import MOST_SPELLINGS, all_source_keys, canonical_by, source_keys
from connectors.mapping import RowReader
from connectors.spec import EntitySpec, KeySpec
from tests.connectors.rows import ENTITY, ORG_ONE, REG_ONE, raw

NAME = "三江口岸(同江)贸易有限公司"
FULL = "三江口岸（同江）贸易有限公司"


@pytest.mark.parametrize(
    ("cell", "key"),
    [(None, ""), ("", ""), ("无", ""), ("NULL", ""), ("— —", ""), ("tj000001-9", ORG_ONE),
     ("ＴＪ０００００１９", ORG_ONE), (230881900000019, REG_ONE), (" 12 34 ", "1234")],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["USCC", "UNIT_NO"])
def test_canonical_codes(scheme: str, cell: object, key: str) -> None:
    assert canonical_by(scheme)(cell) == key


@pytest.mark.parametrize(
    ("cell", "key"),
    [(None, ""), (" ", ""), ("暂无", ""), ("— —", ""), (FULL, NAME), (f" {FULL}\n", NAME), ("A-1 商行", "A-1商行"),
     ("三江口岸【同江】 贸易有限公司", NAME), ("ｃafé", "CAFÉ"), ("无锡商行", "无锡商行"), (360, "360")],
)  # fmt: skip
def test_canonical_names(cell: object, key: str) -> None:
    assert canonical_by("NAME")(cell) == key


@pytest.mark.parametrize(
    ("form", "written"), [("upper", "TJ0000019"), ("lower", "tj0000019"), ("hyphenated", "TJ000001-9")]
)
def test_codes_as_sources_write_them(form: str, written: str) -> None:
    assert source_keys("ORG_CODE", ORG_ONE, form) == (written,)
    assert canonical_by("ORG_CODE")(written) == ORG_ONE


def test_names_as_sources_write_them() -> None:
    assert source_keys("NAME", NAME, "upper") == (NAME, FULL)
    assert all_source_keys("NAME", ["甲公司", NAME], "upper") == ["甲公司", NAME, FULL]
    assert len(source_keys("NAME", NAME, "upper")) == MOST_SPELLINGS
    assert {canonical_by("NAME")(each) for each in (NAME, FULL)} == {NAME}


def test_rows_are_matched_by_canonical_name_and_by_no_similar_one() -> None:
    named: EntitySpec = replace(ENTITY, keys={"NAME": KeySpec(column="name")}, also_by=[])
    reader = RowReader(named, "NAME", ("name",))
    rows = [
        raw(name=FULL, serial=1),
        raw(name=f"{NAME} ", serial=2),
        raw(name=f"{NAME}分公司", serial=3),
        raw(name="三江口岸同江贸易有限公司", serial=4),
        raw(name="三江-口岸(同江)贸易有限公司", serial=5),
        raw(name=None, serial=6),
    ]
    gathered = reader.gather(rows, {NAME})
    assert [row.values for row in gathered.rows[NAME]] == [(FULL,), (NAME,)]
    assert gathered.unreadable == {}
