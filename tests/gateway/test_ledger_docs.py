"""What `config/README.md` says of the ledger is what the code knows."""

import re
from pathlib import Path

import pytest
from msgspec import structs

from gateway.ledger.keys import KEY_ENV, KEY_FILE, PUBLIC_FILE
from gateway.ledger.pseudonym import SECRET_ENV, SECRET_FILE
from gateway.settings import LedgerRules

ROOT = Path(__file__).parents[2]
README = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
PART = README[README.index("## 账本 · The ledger") :]
SOURCE = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "gateway").glob("*/*.py")))


def rows(heading: str) -> list[list[str]]:
    text = PART[PART.index(f" · {heading}\n") :]
    (table,) = re.findall(r"\A.*?\n\|[-|]+\|\n((?:\|[^\n]*\n)+)", text, re.DOTALL)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def test_every_key_is_explained_and_no_other() -> None:
    explained = [row[0].strip("`") for row in rows("[ledger] in gateway.toml")]
    assert explained == [field.encode_name for field in structs.fields(LedgerRules)]


def test_the_variables_and_files_are_those_of_the_code() -> None:
    told = [[cell.strip("`") for cell in row[1:3]] for row in rows("Keys")]
    assert told == [[KEY_ENV, KEY_FILE], ["", PUBLIC_FILE], [SECRET_ENV, SECRET_FILE]]


@pytest.mark.parametrize("message", [row[0].strip("`") for row in rows("Verifying")])
def test_every_message_is_one_of_the_code(message: str) -> None:
    assert all(part.strip() in SOURCE for part in message.split("…"))
