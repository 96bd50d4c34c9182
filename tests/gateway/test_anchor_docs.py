"""What `config/README.md` says of anchors is what the code knows; mistakes in the tables are told all at once."""

import re
from pathlib import Path
from typing import get_args

import pytest
from msgspec import structs

from connectors.errors import ConfigError
from gateway.anchors import AnchorSpec, file
from gateway.anchors.anchor import Kind
from gateway.anchors.anchors import TIMEOUT_SECONDS
from gateway.anchors.declared import KEYS
from gateway.settings import load_settings

README = (Path(__file__).parents[2] / "config" / "README.md").read_text(encoding="utf-8")
PART = README[README.index("## 检查点的锚定 · Anchors") : README.index("## 自然人保护")]


def first_cells(after: str) -> list[str]:
    text = PART[PART.index(after) :]
    (table,) = re.findall(r"\A.*?\n\|[-|]+\|\n((?:\|[^\n]*\n)+)", text, re.DOTALL)
    return [line.split("|")[1].strip(" `") for line in table.splitlines()]


def test_every_key_kind_and_refusal_is_explained_and_no_other() -> None:
    assert first_cells("[[ledger.anchors]]\n\n") == [field.encode_name for field in structs.fields(AnchorSpec)]
    assert tuple(first_cells("| kind |")) == get_args(Kind) == tuple(KEYS)
    source = Path(file.__file__).read_text(encoding="utf-8")
    for reason in first_cells("| 原因 reason |"):
        assert f'"{reason}"' in source
    assert f"默认 {TIMEOUT_SECONDS:.0f} " in PART


MISTAKES = """
[[ledger.anchors]]
name = "Archive"
kind = "file"

[[ledger.anchors]]
name = "hook"
kind = "webhook"
path = "x"
url_env = "hook_url"
timeout_seconds = 0

[[ledger.anchors]]
name = "hook"
kind = "tsa"
every = 5

[[ledger.anchors]]
name = "stamps"
kind = "rfc3161"
url_env = "TSA_URL"
ca_file = ""
"""


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(MISTAKES)
    with pytest.raises(ConfigError) as raised:
        load_settings(tmp_path / "gateway.toml")
    told = sorted(
        f"{mistake.place.removeprefix('ledger.anchors.')}: {mistake.message}" for mistake in raised.value.mistakes
    )
    for expected, found in zip(
        (
            "1.name: `Archive` is no name",
            "1.path: missing: an anchor of kind `file` needs path",
            "2.name: `hook` stands more than once",
            "2.path: not a key of an anchor of kind `webhook`; known: name, kind, every_seconds, url_env, secret_env",
            "2.secret_env: missing: an anchor of kind `webhook` needs url_env, secret_env",
            "2.timeout_seconds: expected a number, more than 0 and at most 120, found 0",
            "2.url_env: expected ",
            "3.every: unknown key `every`; known: name, kind, path",
            "3.kind: unknown value `tsa`; known: ",
            "3.name: `hook` stands more than once",
            "4.ca_file: empty",
        ),
        told,
        strict=True,
    ):
        assert found.startswith(expected)
