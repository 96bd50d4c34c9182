"""`legal_bases.toml`: every mistake of it at once, and whether a document is in force on a day."""

from pathlib import Path

import pytest

from connectors.errors import ConfigError
from gateway.catalogue import LegalBases, load_legal_bases

SHIPPED = Path(__file__).parents[2] / "config" / "legal_bases.toml"
BASES = load_legal_bases(SHIPPED)

BASIS = """
[[legal_bases]]
code = "{}"
title = "办法"
issuer = "部"
level = "DEPARTMENT_RULE"
verified = false
"""
MISTAKES = f"""
bases = []
{BASIS.format("a")}
in_force_from = "2026-02-30"
replaces = "a"
{BASIS.format("a")}
in_force_from = 2026-01-01
{BASIS.format("b").replace("DEPARTMENT_RULE", "RULE")}
replaces = "a"
{BASIS.format("c")}
in_force_from = "2026-04-01"
in_force_to = "2026-03-31"
replaces = "d"
{BASIS.format("a")}
[[legal_bases]]
code = "e"
"""
TOLD = [
    "bases: unknown key `bases`; known: legal_bases; did you mean `legal_bases`?",
    "legal_bases.2.in_force_from: expected a text, found a date or time",
    "legal_bases.3.level: unknown value `RULE`; known: ADMINISTRATIVE_REGULATION, "
    "CENTRAL_POLICY, DEPARTMENT_RULE, JUDICIAL_INTERPRETATION, LAW, LOCAL_REGULATION, STANDARD",
    "legal_bases.6.title: missing",
    "legal_bases.6.issuer: missing",
    "legal_bases.6.level: missing",
    "legal_bases.6.verified: missing",
    "legal_bases.5.code: `a` is repeated",
    "legal_bases.1.in_force_from: expected a date in quotes, e.g. `2019-01-11`",
    "legal_bases.1.replaces: replaces itself",
    "legal_bases.4.in_force_to: is before `in_force_from`",
    "legal_bases.4.replaces: unknown legal basis `d`; known: a, a, b, c, a, e",
]


def load(folder: Path, text: str) -> LegalBases:
    path = folder / "legal_bases.toml"
    path.write_text(text, encoding="utf-8")
    return load_legal_bases(path)


def told(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load(folder, text)
    return [str(mistake).removeprefix("legal_bases.toml: ") for mistake in raised.value.mistakes]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    assert told(tmp_path, MISTAKES) == TOLD


@pytest.mark.parametrize("text", ["", "legal_bases = []", "legal_bases = 1"])
def test_there_must_be_bases(tmp_path: Path, text: str) -> None:
    (mistake,) = told(tmp_path, text)
    assert mistake.startswith("legal_bases: expected a list")


def test_a_document_ends_before_what_replaces_it_begins(tmp_path: Path) -> None:
    old = BASIS.format("old") + 'in_force_to = "2026-04-01"\n'
    new = BASIS.format("new") + 'in_force_from = "2026-04-01"\nreplaces = "old"\n'
    other = BASIS.format("other") + 'replaces = "old"\n'
    assert told(tmp_path, old + new + other) == [
        "legal_bases.2.replaces: `old` is still in force when it begins",
        "legal_bases.3.replaces: `old` is replaced by another document too",
    ]


@pytest.mark.parametrize(
    ("ends", "begins", "expected"),
    [
        ('in_force_to = "2026-03-31"', 'in_force_from = "2026-04-01"', [True, False]),
        ("", 'in_force_from = "2026-04-01"', [True, False]),
        ("", "", [False, False]),
    ],
    ids=["both days known", "only the beginning known", "neither known"],
)
def test_what_is_replaced_is_in_force_no_more(tmp_path: Path, ends: str, begins: str, expected: list[bool]) -> None:
    text = f'{BASIS.format("old")}{ends}\n{BASIS.format("new")}{begins}\nreplaces = "old"\n'
    bases = load(tmp_path, text)
    assert [bases.in_force("old", day) for day in ("2026-03-31", "2026-04-01")] == expected


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("credit_repair_measures_2023", "2023-04-30", False),
        ("credit_repair_measures_2023", "2026-03-31", True),
        ("credit_repair_measures_2023", "2026-04-01", False),
        ("credit_repair_measures_2025", "2026-03-31", False),
        ("credit_repair_measures_2025", "2026-04-01", True),
        ("credit_catalogue_2024", "2026-04-01", True),
        ("credit_catalogue_2022", "2026-04-01", False),
        ("administrative_penalty_law", "2026-04-01", True),
    ],
)
def test_the_shipped_documents_by_day(code: str, day: str, expected: bool) -> None:
    assert BASES.in_force(code, day) is expected


def test_what_is_not_verified_says_so() -> None:
    unverified = {code for code, basis in BASES.items() if not basis.verified}
    assert {
        "administrative_license_law",
        "serious_market_violation_measures",
        "work_safety_list_measures",
    } <= unverified
    assert BASES["credit_repair_measures_2025"].verified
