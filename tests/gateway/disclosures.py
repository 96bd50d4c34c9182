"""What tests of disclosure share: the city's rules, and facts written as `decided_on=2026-05-10 categories=FINE`."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.disclosure import EntryFacts, Facts, Known, PenaltyFacts, load_disclosure
from gateway.policy import Audience
from schema.values import Money
from tests.gateway.policies import CONFIG

RULES: Final = load_disclosure(CONFIG / "disclosure.toml", Known())
CASES: Final = Path(__file__).parents[1] / "cases" / "disclosure"
TO: Final[tuple[tuple[Audience, bool], ...]] = (
    ("PUBLIC", False),
    ("DEPARTMENT", False),
    ("DEPARTMENT", True),
    ("BUSINESS", False),
    ("SUBJECT", False),
    ("OWNER", False),
    ("AUDITOR", False),
)
"""To whom a row of a table of cases says what is shown, one letter each."""
LETTERS: Final = {"SHOWN": "S", "MARKED": "M", "META": "i", "HIDDEN": "-", "WITHHELD": "?"}


@dataclass(frozen=True)
class Case:
    """One row of a table; ``rest`` is what only some tables say."""

    table: str
    facts: Facts
    today: str
    state: str
    severity: str
    days: str
    shown: str
    rest: tuple[str, ...]


def cases(*tables: str) -> Iterator[Case]:
    """Yield the rows of ``tables``, of all without any."""
    paths = [CASES / f"{table}.toml" for table in tables] or sorted(CASES.glob("*.toml"))
    for path in paths:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for facts, today, state, severity, days, shown, *rest in table["rows"]:
            yield Case(path.stem, read(table["facts"], facts), today, state, severity, days, shown, tuple(rest))


def read(kind: str, text: str) -> Facts:
    """Return the facts that ``text`` says of a `penalty` or an `entry`."""
    said = dict(_said(word) for word in text.split())
    return PenaltyFacts(**said) if kind == "penalty" else EntryFacts(**said)


def _said(word: str) -> tuple[str, Any]:
    name, _, value = word.partition("=")
    match name:
        case "objection":
            return "under_objection", True
        case "unread":
            return name, frozenset(value.split(","))
        case "categories":
            return name, value.split(",")
        case "fine":
            currency, _, amount = value.rpartition(":")
            return "fine_amount", Money(amount=amount, currency=currency or "CNY")  # type: ignore[arg-type]
        case "lifted":
            return name, value == "true"
        case _:
            return name, value
