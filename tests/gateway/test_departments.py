"""`departments.toml`: every mistake of it at once; whom a name on a record means today, and who there was on a day."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ConfigError
from gateway.demo import facts
from gateway.departments import Department, Departments, load_departments

SHIPPED = Path(__file__).parents[2] / "config" / "departments.toml"
REGISTER = load_departments(SHIPPED)
NAMED = """
市市场局 政府办 法制办 组织部 宣传部 政法委 编办 人社局 社保局 民政局 财政局 人行支行 银监办 安监局 口岸办 商务局 海关
检验检疫局 国税局 地税局 发改局 工信局 住建局 交通局 水务局 统计局 卫计局 教体局 文广新局 旅游局 科技局 环保局 法院
检察院 公安局 消防大队 司法局 国土局 农业局 农机局 水产局 畜牧局 林业局 粮食局 城管局 外事处 信访局 审计局 工商联 团市委
"""
NOTICE = NAMED.split()
"""The bodies of 同政发〔2018〕12号: one that leads, 49 that take part."""

MISTAKES = """
department = []

[[departments]]
code = "court"
name = "市人民法院"
uscc = "11230881TJ0000836A"
valid_from = "1949-13-01"

[[departments]]
code = "Court-2"
name = ""
predecessors = "法院"

[[departments]]
code = "taxation"
nmae = "税务局"

[[departments]]
code = "court"
name = "法院"
uscc = "11230881tj0000836q"
valid_from = "20190111"
"""
TOLD = [
    "department: unknown key `department`; known: departments, reform_completed; did you mean `departments`?",
    "departments.2.code: expected a name in lower-case letters, digits and `_`",
    "departments.2.name: expected a text that is not empty",
    "departments.2.predecessors: expected a list, found a text",
    "departments.3.nmae: unknown key `nmae`; known: code, name, uscc, predecessors, aliases, government, successor, "
    "valid_from, valid_to; did you mean `name`?",
    "departments.3.name: missing",
    "departments.1.uscc: expected a unified social credit code, its check character right",
    "departments.1.valid_from: expected a date in quotes, e.g. `2019-01-11`",
    "departments.4.uscc: expected a unified social credit code, its check character right",
    "departments.4.valid_from: expected a date in quotes, e.g. `2019-01-11`",
    "departments.4.code: `court` is repeated",
]
BETWEEN = """
reform_completed = "2019-02-30"

[[departments]]
code = "a"
name = "甲局"
uscc = "11230881TJ0000836Q"
successor = "b"

[[departments]]
code = "b"
name = "乙局"
uscc = "11230881TJ0000836Q"
successor = "a"

[[departments]]
code = "c"
name = "丙局"
successor = "ab"
valid_from = "2019-01-01"
valid_to = "2018-01-01"
"""
TOLD_BETWEEN = [
    "departments.3.valid_to: is before `valid_from`",
    "departments.2.uscc: `11230881TJ0000836Q` is the code of another department too",
    "departments.1.successor: the line of its successors never ends",
    "departments.2.successor: the line of its successors never ends",
    "departments.3.successor: unknown department `ab`; known: a, b, c; did you mean `b`?",
    "reform_completed: expected a date in quotes, e.g. `2019-01-11`",
]
ONE_NAME = """
[[departments]]
code = "a"
name = "甲局"
aliases = ["商务局"]
valid_from = "2019-01-01"

[[departments]]
code = "b"
name = "商务 局"
valid_to = "{last}"

[[departments]]
code = "c"
name = "丙局"
successor = "a"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "departments.toml"
    path.write_text(text, encoding="utf-8")
    return path


def told(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load_departments(written(folder, text))
    return [str(mistake).removeprefix("departments.toml: ") for mistake in raised.value.mistakes]


def test_departments_are_found_by_code(tmp_path: Path) -> None:
    path = written(tmp_path, '[[departments]]\ncode = "court"\nname = "市人民法院"\nvalid_from = "2019-01-11"')
    assert load_departments(path) == {"court": Department(code="court", name="市人民法院", valid_from="2019-01-11")}


@pytest.mark.parametrize(("text", "expected"), [(MISTAKES, TOLD), (BETWEEN, TOLD_BETWEEN)])
def test_every_mistake_is_told_at_once(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert told(tmp_path, text) == expected


@pytest.mark.parametrize("text", ["", "departments = []", "departments = 1", '[departments]\ncode = "court"'])
def test_there_must_be_departments(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text) == ["departments: expected a list of departments, at least one"]


def test_a_department_is_a_table(tmp_path: Path) -> None:
    assert told(tmp_path, 'departments = ["court"]') == ["departments.1: expected a table, found a text"]


def test_one_name_at_one_time_means_one_body(tmp_path: Path) -> None:
    text = ONE_NAME.format(last="2019-01-01")
    assert told(tmp_path, text) == [
        "departments.2: the name `商务局` means `a` at the same time",
        "departments.3.valid_to: missing: it has a successor, and the file no `reform_completed`",
    ]


def test_one_name_at_two_times_is_told_apart_by_the_day(tmp_path: Path) -> None:
    text = ONE_NAME.format(last="2018-12-31").replace('"丙局"', '"丙局"\nvalid_to = "2018-12-31"')
    register = load_departments(written(tmp_path, text))
    found = [register.resolve("商务局", day) for day in ("2019-01-01", "2018-12-31", None)]
    assert [each and each.code for each in found] == ["a", "b", None], "without a day it is not guessed at"


# ---- the shipped register -------------------------------------------------------------------------------------------


def test_the_shipped_file_is_sound() -> None:
    assert all(code == department.code for code, department in REGISTER.items())


def test_every_body_of_the_notice_stands_for_one_of_today() -> None:
    assert len(set(NOTICE)) == 50
    today = REGISTER.as_of("2026-11-01")
    for name in NOTICE:
        assert REGISTER.resolve(name) in today, name
    assert len([each for each in today if each.name.removesuffix("人民政府(示例)").endswith(("镇", "乡"))]) == 10


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("国税局", "taxation"),
        ("同江市国家税务局", "taxation"),
        ("检验检疫局", "customs"),
        ("旅游局", "culture_tourism"),
        ("文广新局", "culture_tourism"),
        ("同江市环境保护局(示例)", "ecology_environment"),
        ("同江市环境保护局（示例）", "ecology_environment"),
        (" 环 保 局\u200b", "ecology_environment"),
        ("市征信中心", "business_environment"),
        ("物价检查机构", "market_regulation"),
        ("供热供水公司", "heat_water_utilities"),
        ("佳木斯市信用平台", "jiamusi_platform"),
        ("街津口赫哲族乡人民政府", "jiejinkou_township"),
    ],
)
def test_names_of_then_and_short_names_lead_to_the_body_of_today(name: str, code: str) -> None:
    assert REGISTER.resolve(name) == REGISTER[code]


@pytest.mark.parametrize("name", ["", "局", "海曙区局", "佳木斯市市场监督管理局", "同江市市场监督管理局2"])
def test_a_name_is_never_guessed_at(name: str) -> None:
    assert REGISTER.resolve(name) is None


def test_what_the_simulated_departments_write_is_known() -> None:
    authorities = [each for each in vars(facts).values() if isinstance(each, facts.Authority)]
    assert len(authorities) == 9
    for each in authorities:
        found = REGISTER.resolve(each.name)
        assert found is not None
        assert (found.name, found.uscc) == (each.name, each.uscc)
        assert REGISTER.resolve(each.as_written) == found


def test_a_code_leads_to_the_body_of_today_and_one_of_elsewhere_to_none() -> None:
    ended = Department(code="customs_inspection", name="检验检疫局", uscc="11230881TJ00023482", successor="customs")
    register = Departments({"customs_inspection": ended, "customs": Department(code="customs", name="海关")})
    found = register.of_uscc("11230881TJ00023482")
    assert found is not None
    assert found.code == "customs"
    assert register.of_uscc("11230882TJ00000018") is None
    for each in REGISTER.values():
        if each.uscc is not None:
            assert REGISTER.of_uscc(each.uscc) == REGISTER.current(each.code)


def test_the_register_of_a_day() -> None:
    then = {each.code for each in REGISTER.as_of("2018-06-01")}
    now = {each.code for each in REGISTER.as_of("2026-06-01")}
    ended = {code for code, each in REGISTER.items() if each.successor is not None}
    assert ended <= then
    assert not ended & now
    assert now <= then, "no file tells when today's bodies were set up"


def test_a_utility_is_no_government_body() -> None:
    assert [code for code, each in REGISTER.items() if not each.government] == ["heat_water_utilities"]


# ---- any register ---------------------------------------------------------------------------------------------------

CODES = [f"d{at}" for at in range(8)]


@st.composite
def registers(draw: st.DrawFn) -> Departments:
    """Draw a register: whoever has a successor has one further down, so that no line comes back to itself."""
    listed = {}
    for at, code in enumerate(CODES):
        names = draw(st.lists(st.sampled_from("甲乙丙丁戊"), max_size=3))
        successor = draw(st.none() | st.sampled_from(CODES[at + 1 :])) if at + 1 < len(CODES) else None
        first = draw(st.none() | st.sampled_from(["2015-01-01", "2019-01-01"]))
        listed[code] = Department(
            code=code, name=f"第{at}局", aliases=names, successor=successor, valid_from=first, valid_to="2020-01-01"
        )
    return Departments(listed)


DAYS = st.none() | st.sampled_from(["2014-06-01", "2016-06-01", "2019-06-01", "2021-06-01"])


@given(registers(), st.sampled_from("甲乙丙丁戊") | st.sampled_from([f"第{at}局" for at in range(8)]), DAYS)
def test_resolution_names_one_body_of_today_or_none(register: Departments, name: str, day: str | None) -> None:
    bearers = [each for each in register.values() if name in (each.name, *each.aliases)]
    meant = {register.current(each.code).code for each in bearers}
    found = register.resolve(name, day)
    if found is None:
        assert len(meant) != 1
    else:
        assert found.successor is None
        assert found.code in meant
        assert register.resolve(found.name) == found
    if len(meant) == 1:
        assert found is not None, "a day never hides the only body of that name"


@given(registers(), st.text("　 \u200b", max_size=3))
def test_how_a_name_is_spaced_does_not_matter(register: Departments, noise: str) -> None:
    for name in ("甲", "第0局"):
        assert register.resolve(noise + noise.join(name) + noise) == register.resolve(name)
