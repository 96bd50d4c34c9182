"""Attacks on the canaries: a question that could tell one from any code that nobody bears would make them useless."""

import logging
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from tests.end_to_end.served import Served, Told
from tests.red_team import guarded
from tests.red_team.guarded import (
    CANARY,
    ELSE,
    ENTITIES,
    MANY,
    ONE,
    SEVEN,
    guard_of,
    key,
    literal,
    wide,
)

served = guarded.served
new_day = guarded.new_day

# Guards of this file: `Inquiry._notice`, and that nothing of it is in an answer.

NAMES = ("同江市无江楼木材加工有限公司（示例）", "同江市望江楼木材加工有限公司（示例）")
CANARY_WAYS: dict[str, Callable[[str], dict[str, Any]]] = {
    "code": lambda code: {"query": ONE, "variables": {"key": key(code)}},
    "lower_case": lambda code: {"query": ONE, "variables": {"key": key(code.lower())}},
    "full_width": lambda code: {"query": ONE, "variables": {"key": key(wide(code))}},
    "no_scheme": lambda code: {"query": ONE, "variables": {"key": key(code, None)}},
    "organization_code": lambda code: {"query": ONE, "variables": {"key": key(f"{code[8:16]}-{code[16]}", "ORG_CODE")}},
    "tax_number": lambda code: {"query": ONE, "variables": {"key": key(code, "TAX_NO")}},
    "old_tax_number": lambda code: {"query": ONE, "variables": {"key": key(code[2:8] + code[8:17], "TAX_NO")}},
    "list": lambda code: {"query": MANY, "variables": {"keys": [key(SEVEN[0]), key(code)]}},
    "entity": lambda code: {"query": ENTITIES, "variables": {"of": [{"__typename": "Enterprise", "uscc": code}]}},
    "entity_of_another_type": lambda code: {
        "query": ENTITIES, "variables": {"of": [{"__typename": "PublicInstitution", "uscc": code}]}
    },
    "literal": lambda code: {"query": f"{{ {literal(code, 'uscc')} }}"},
    "explain": lambda code: {"query": ONE, "variables": {"key": key(code)}, "extensions": {"explain": True}},
    "name": lambda code: {"query": ONE, "variables": {"key": key(NAMES[code == CANARY], "NAME")}},
}  # fmt: skip


def plain(told: Told, code: str) -> Any:
    """Return an answer without what differs between any two, or is the code itself."""
    text = told.body.decode().replace(code, "CODE").replace(code[8:17], "ORG")
    content = orjson.loads(text)
    content.get("extensions", {}).pop("receipt", None)
    return content


@pytest.mark.parametrize("way", CANARY_WAYS)
async def test_a_canary_is_answered_as_any_code_and_raises_an_alert(
    served: Served, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    alarm = guard_of(served).alarm
    before = alarm.touched["timber_yard"]
    ask = CANARY_WAYS[way]
    with caplog.at_level(logging.DEBUG):
        other = await served.post(ask(ELSE), served.headers("bank"))
        assert alarm.touched["timber_yard"] == before
        told = await served.post(ask(CANARY), served.headers("bank"))
    assert plain(told, CANARY) == plain(other, ELSE)
    unlike = {"content-length", "date", "ratelimit"}  # what is left of the budget counts requests
    assert {name: value for name, value in told.headers.items() if name.lower() not in unlike} == {
        name: value for name, value in other.headers.items() if name.lower() not in unlike
    }
    assert alarm.touched["timber_yard"] == before + 1
    assert f"receipt={told.receipt}" in caplog.text, "the alert names the entry of the refusal"
    alerts = [record for record in caplog.records if record.name == "gateway.guard"]
    assert [(each.levelname, each.getMessage()) for each in alerts] == [
        (
            "WARNING",
            f"canary asked about: canary=timber_yard client=bank purpose=BANK_CREDIT receipt={told.receipt}",
        )
    ]
    assert CANARY[8:16] not in caplog.text


async def test_a_canary_is_noticed_when_the_request_is_refused_and_the_refusal_is_as_any(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    for code in SEVEN:
        await served.ask("bank", ONE, key=key(code))
    alarm = guard_of(served).alarm
    before = alarm.touched["timber_yard"]
    told, other = [await served.ask("bank", ONE, key=key(code)) for code in (CANARY, ELSE)]
    assert (told.status, told.errors) == (other.status, other.errors)
    assert [set(each.content["extensions"]) for each in (told, other)] == [{"receipt"}] * 2
    assert alarm.touched["timber_yard"] == before + 1


async def test_metrics_name_the_canary_and_never_its_code(served: Served) -> None:
    await served.ask("bank", ONE, key=key(CANARY))
    text = (await served.get("/metrics")).body.decode()
    assert 'credit_gateway_canary_requests_total{canary="timber_yard"}' in text
    assert CANARY[8:16] not in text
