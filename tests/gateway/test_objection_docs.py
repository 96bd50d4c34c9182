"""What `config/README.md` says of objections is what the code knows, all of it."""

import re
from pathlib import Path

import pytest
from msgspec import Struct, structs

from gateway.objections.rights import AUDIT, SELF, WINDOW
from gateway.objections.rules import EndpointSpec, Review, Rules, Sending
from gateway.objections.states import STATES, STEPS

ROOT = Path(__file__).parents[2]
README = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
PART = README[README.index("## 异议与修复 · Objections and repairs") :]


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under ``heading``."""
    text = PART[PART.index(f" · {heading}\n") :]
    (table,) = re.findall(r"\A.*?\n\|[-|]+\|\n((?:\|[^\n]*\n)+)", text, re.DOTALL)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("The objections file", Rules),
        ("[review]", Review),
        ("[sending]", Sending),
        ("[endpoints.<department>]", EndpointSpec),
    ],
    ids=["file", "review", "sending", "endpoint"],
)
def test_every_key_is_explained_and_no_other(heading: str, kind: type[Struct]) -> None:
    explained = [(row[0].strip("`"), row[1] == "✔") for row in rows(heading)]
    assert explained == [(field.encode_name, field.required) for field in structs.fields(kind)]


@pytest.mark.parametrize("kind", [Review, Sending], ids=["review", "sending"])
def test_defaults_are_those_of_the_code(kind: type[Struct]) -> None:
    told = {row[0].strip("`"): row[2] for row in rows(f"[{kind.__name__.lower()}]")}
    for field in structs.fields(kind):
        if field.encode_name != "unit":
            assert f"默认 {field.default:g}。" in told[field.encode_name]


def test_every_step_is_explained_and_no_other() -> None:
    told = {
        (before.strip("`"), after.strip("`")): frozenset(re.findall(r"`([A-Z]+)`", who))
        for before, after, who in rows("The steps of an objection")
    }
    assert told == STEPS


def test_scopes_are_those_of_the_code() -> None:
    assert re.findall(r"^\| `([a-z.<>]+)` \|", PART, re.MULTILINE)[:4] == [SELF, WINDOW, "owner.<source>", AUDIT]


def test_the_first_page_names_the_states() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    part = text[text.index("### Objections and repairs") : text.index("### What comes back")]
    assert [each for each in re.findall(r"`([A-Z_]+)`", part) if each in STATES] == list(STATES)
