"""What `config/README.md` says of consents is what the code knows, all of it."""

import re
from pathlib import Path

import pytest
from msgspec import Struct, structs

from gateway.consents import Refusal
from gateway.consents.references import MAXIMUM_REFERENCES
from gateway.consents.rights import RECORD, SELF, WINDOW
from gateway.settings import ConsentIssuer, ConsentRules
from tests.gateway.consents import claims

README = (Path(__file__).parents[2] / "config" / "README.md").read_text(encoding="utf-8")
PART = README[README.index("## 授权 · Consents") : README.index("## 失信信息的公示")]


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under ``heading``."""
    text = PART[PART.index(f" · {heading}\n") :]
    (table,) = re.findall(r"\A.*?\n\|[-|]+\|\n((?:\|[^\n]*\n)+)", text, re.DOTALL)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


@pytest.mark.parametrize(
    ("heading", "kind"), [("[consents] in gateway.toml", ConsentRules), ("[[consents.issuers]]", ConsentIssuer)]
)
def test_every_key_is_explained_and_no_other(heading: str, kind: type[Struct]) -> None:
    explained = [(row[0].strip("`"), row[1] == "✔") for row in rows(heading)]
    assert explained == [(field.encode_name, field.required) for field in structs.fields(kind)]


def test_every_claim_is_explained_and_no_other() -> None:
    assert {row[0].strip("`") for row in rows("A consent token")} == claims().keys()


def test_every_refusal_is_explained_and_no_other() -> None:
    assert [row[0].strip("`") for row in rows("Why a named consent does not count")] == list(Refusal)


def test_scopes_and_limits_are_those_of_the_code() -> None:
    assert re.findall(r"\| `([a-z.]+)` \|", PART)[:3] == [RECORD, WINDOW, SELF]
    assert f"at most {MAXIMUM_REFERENCES}." in PART
