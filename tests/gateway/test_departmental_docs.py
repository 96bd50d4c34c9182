"""`config/README.md` against what may stand in policy files and in the signers file: all is explained, nothing else."""

import re
from pathlib import Path

import pytest
from msgspec import Struct, structs

from gateway.cli.policy import policy_commands
from gateway.departmental import declared, read_policies
from gateway.departmental.signers import SignerSpec
from tests.gateway.policies import CONFIG
from tests.gateway.signing import KNOWN

README = (CONFIG / "README.md").read_text(encoding="utf-8")
TABLES: dict[str, type[Struct]] = {
    "A policy file": declared.Declared,
    "A duty": declared.DutySpec,
    "An approval": declared.ApprovalSpec,
    "A closure": declared.ClosureSpec,
    "A signer": SignerSpec,
}


def section(heading: str) -> str:
    (text,) = re.findall(rf"^### .* · {heading}$(.*?)(?=^##)", README, re.MULTILINE | re.DOTALL)
    return str(text)


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_is_explained_and_no_other(heading: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (✔?) ?\|", section(heading), re.MULTILINE)
    expected = [(field.encode_name, field.required) for field in structs.fields(TABLES[heading])]
    assert [(name, mark == "✔") for name, mark in rows] == expected


def test_the_example_is_a_policy_file(tmp_path: Path) -> None:
    (text,) = re.findall(r"^## 部门政策 .*?^```toml\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    (tmp_path / "market_regulation.toml").write_text(text, encoding="utf-8")
    assert set(read_policies(tmp_path, KNOWN)) == {"market_regulation"}


def test_the_commands_are_those_that_exist() -> None:
    named = re.findall(r"python -m gateway policy ([a-z-]+)", section("The second person"))
    assert set(named) == {command.name for command in policy_commands.registered_commands}


def test_the_signers_file_explains_its_keys() -> None:
    text = (CONFIG / "signers.toml").read_text(encoding="utf-8")
    explained = re.findall(r"^#   ([\w ]+?)  ", text, re.MULTILINE)
    assert " ".join(explained).split() == [field.encode_name for field in structs.fields(SignerSpec)]
