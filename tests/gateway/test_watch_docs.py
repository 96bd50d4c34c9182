"""What `config/README.md` and `gateway.toml` say of watches and subscriptions is what the code knows, all of it."""

import re
import tomllib
from pathlib import Path

import pytest
from msgspec import Struct, structs

from gateway.auth.clients import WebhookSpec
from gateway.limits.spec import SubscriptionLimits
from gateway.watch.declared import WatchRules

CONFIG = Path(__file__).parents[2] / "config"
README = (CONFIG / "README.md").read_text(encoding="utf-8")
SETTINGS = (CONFIG / "gateway.toml").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table under ``heading``."""
    text = README[README.index(f" · {heading}\n") :]
    found = re.search(r"\n\|[-|]+\|\n((?:\|[^\n]*\n)+)", text)
    assert found is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].splitlines()]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("limits.subscriptions", SubscriptionLimits),
        ("[watch] in gateway.toml", WatchRules),
        ("webhook of a client", WebhookSpec),
    ],
    ids=["subscriptions", "watch", "webhook"],
)
def test_every_key_is_explained_and_no_other(heading: str, kind: type[Struct]) -> None:
    explained = [(row[0].strip("`"), row[1] == "✔") for row in rows(heading)]
    assert explained == [(field.encode_name, field.required) for field in structs.fields(kind)]


@pytest.mark.parametrize(
    ("table", "kind"),
    [("limits.subscriptions", SubscriptionLimits), ("watch", WatchRules)],
    ids=["subscriptions", "watch"],
)
def test_the_settings_show_every_default(table: str, kind: type[Struct]) -> None:
    part = SETTINGS.split(f"[{table}]\n")[1].split("\n[")[0]
    shown = "\n".join(line.removeprefix("# ") for line in part.splitlines() if re.match(r"# [a-z_]+ = ", line))
    assert tomllib.loads(shown) == {field.encode_name: field.default for field in structs.fields(kind)}


def test_the_defaults_told_are_those_of_the_code() -> None:
    told = {row[0].strip("`"): row[2] for row in rows("[watch] in gateway.toml")}
    for field in structs.fields(WatchRules):
        assert f"默认 {field.default:g}。" in told[field.encode_name]
