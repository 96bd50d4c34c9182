"""Keys to examine a source by: read, completed, those of the cases; numbers of persons refused, nothing ever quoted."""

from pathlib import Path

import pytest

from gateway.kit.keys import KeyRefused, Keys, keys_of_cases, told_keys
from tests.kit.onboarding import City
from tests.kit.sources import ENTITY, ONE, PART, TWO

PERSON = "11010519491231002X"
OLD_PERSON = "110105491231002"


def test_keys_are_canonical_and_lead_to_others() -> None:
    keys = told_keys([f"USCC={ONE.lower()}", f"USCC= {TWO} ", "REG_NO=230881900000019", "NAME=北岸公司（示例）"], None)
    assert keys["USCC"] == (ONE, TWO)
    assert keys["ORG_CODE"] == (ONE[8:17], TWO[8:17])
    assert keys["TAX_NO"] == (ONE, TWO)
    assert keys["REG_NO"] == ("230881900000019",)
    assert keys["NAME"] == ("北岸公司(示例)",)


def test_a_file_holds_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(f"\ufeff# 主体\n\nUSCC={ONE}\n  USCC={TWO}\n", encoding="utf-8")
    assert told_keys([f"USCC={TWO}"], path)["USCC"] == (TWO, ONE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"PERSON={PERSON}", "reads as the number of a person"),
        (f"USCC={PERSON}", "reads as the number of a person"),
        (f"TAX_NO={PERSON}01", "reads as the number of a person"),
        (f"TAX_NO=L{PERSON}", "reads as the number of a person"),
        (f"REG_NO={OLD_PERSON}", "reads as the number of a person"),
        ("PERSON=1", "reads as the number of a person"),
        (ONE, "expected SCHEME=VALUE"),
        ("USCC=", "expected SCHEME=VALUE"),
        (f"{ONE}=USCC", "expected SCHEME=VALUE"),
        (f"USC={ONE}", "did you mean `USCC`?"),
        ("USCC=123456", "USCC: expected 18 digits and letters"),
    ],
)
def test_what_is_no_key_is_refused_and_not_quoted(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(f"USCC={TWO}\n{text}\n", encoding="utf-8")
    for place, refused in (("--key 1", ([text], None)), ("keys.txt: line 2", ([], path))):
        with pytest.raises(KeyRefused) as raised:
            told_keys(*refused)
        assert str(raised.value).startswith(place)
        assert said in str(raised.value)
        assert not [secret for secret in (ONE, PERSON, OLD_PERSON, "123456") if secret in str(raised.value)]


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_bytes("# 主体".encode("gb18030"))
    with pytest.raises(KeyRefused, match=r"keys\.txt: cannot be read"):
        told_keys([], path)


def test_keys_that_are_told_come_before_those_of_cases() -> None:
    of_cases = {PART: {"USCC": (TWO,), "REG_NO": ("230881900000019",)}}
    assert Keys({}, of_cases).of(PART, ENTITY) == {"USCC": (TWO,)}
    assert Keys({"USCC": (ONE,)}, of_cases).of(PART, ENTITY) == {"USCC": (ONE,)}
    assert Keys({}, of_cases).of("Registration", ENTITY) == {}
    assert ONE not in repr(Keys({"USCC": (ONE,)}))


def test_the_cases_of_a_source_have_keys(city: City) -> None:
    (city.cases / "market_registry" / "Registration.broken.toml").write_text("nonsense", encoding="utf-8")
    keys = keys_of_cases(city.source("market_registry"), city.cases)
    assert "91230881TJ0000019A" in keys["Registration"]["USCC"]
    assert set(keys["PersonRole"]) == {"PERSON"}
