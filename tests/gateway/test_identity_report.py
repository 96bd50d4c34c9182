"""The comparison of registers is an agreement only where all that is compared could be seen, and be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors.base import Answer, Batch, Issue, Row
from connectors.gate import Gate
from gateway.coalesce import Coalescer
from tests.gateway.world import TODAY, Inventor, World, uscc_of

KEY = {"key": {"scheme": "USCC", "value": uscc_of(3)}}
QUERY = """query($key: SubjectKey!) { subject(key: $key) { ... on Organization {
  identityConflicts { state conflicts { scheme } coverage { source status reason } }
} } }"""
AGREED: Mapping[str, Any] = {"name": "同江市甲公司", "uscc": uscc_of(3), "taxpayer_no": uscc_of(3)}


@dataclass
class Register(Inventor):
    """A register that holds what all others hold, but for fields that do not read and rows that were left out."""

    unread: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    async def fetch(self, batch: Batch) -> Answer:
        self.batches.append(batch)
        rows = {key: [self.told(batch, key)] for key in batch.keys}
        return Answer(rows, f"{TODAY}T00:00:00.000Z", "0" * 64, unreadable=dict(self.left_out))

    def told(self, batch: Batch, key: str) -> Row:
        issues = tuple(Issue(name, "MISREAD", "made up") for name in self.unread if name in batch.fields)
        values = (None if name in self.unread else AGREED.get(name) for name in batch.fields)
        return Row(tuple(values), key, None, issues)


async def report(client: str, **spoiled: Any) -> Any:
    made = World()
    for name, connector in made.connectors.items():
        register = Register(connector.spec, **(spoiled if name == "market_registry" else {}))
        made.sources[name] = Coalescer(Gate(register.spec, register))
    asked = await made.ask(QUERY, KEY, made.caller(client))
    return asked.data["subject"]["identityConflicts"]


async def test_registers_that_say_the_same_agree() -> None:
    told = await report("tax_department")
    assert (told["state"], told["conflicts"]) == ("COMPLETE", [])
    assert {each["status"] for each in told["coverage"]} <= {"ANSWERED", "NOT_COVERED"}


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"unread": ("name",)}, "not compared, for it could not be read: name"),
        ({"left_out": {uscc_of(3): "a record was left out"}}, "a record was left out"),
    ],
)
async def test_what_could_not_be_read_is_no_agreement(spoiled: dict[str, Any], reason: str) -> None:
    told = await report("tax_department", **spoiled)
    said = {each["source"]: (each["status"], each["reason"]) for each in told["coverage"]}
    assert (told["state"], said["market_registry"]) == ("PARTIAL", ("MISREAD", reason))


async def test_a_field_that_is_read_for_nothing_here_does_not_matter() -> None:
    assert (await report("tax_department", unread=("status",)))["state"] == "COMPLETE"
