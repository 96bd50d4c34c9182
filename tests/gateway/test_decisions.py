"""What each registered client may see with each of its purposes: the city's own configuration, pinned field by field.

`tests/cases/decisions/city.toml` is read by people: whoever changes a scope, a client, a duty list or a source file
sees there what opens or closes. `python -m tests.gateway.test_decisions` prints it anew; read the difference first.
"""

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple, get_args

import pytest

from gateway.caller import Caller, Standing
from gateway.disclosure import State
from gateway.policy import audience_of, decide, place_of
from tests.gateway.world import TODAY, configuration

CASES: Final = Path(__file__).parents[1] / "cases" / "decisions" / "city.toml"
FIELDS: Final = {
    "name": "market_registry Registration.name",
    "penalty": "environment_penalties AdministrativePenalty.decision_no",
    "remark": "double_publicity AdministrativeLicense.remark",
    "tax_level": "tax_credit TaxCreditRating.level",
    "tax_score": "tax_credit TaxCreditRating.score",
    "insured": "social_insurance SocialInsurance.insured_total",
    "fund": "social_insurance HousingFund.monthly_amount",
    "person": "profession_registry PersonQualification.certificate_no",
}
STATES: Final = get_args(State)
SUBJECT: Final = Caller("citizen", None, frozenset({"credit.public", "credit.self"}), "SELF_QUERY")


class Row(NamedTuple):
    """One caller, how it stands to the subject, and what it meets: a reason per field, what becomes of each state."""

    name: str
    caller: Caller
    standing: Standing


def callers() -> Iterator[Row]:
    for client in configuration().clients.values():
        for purpose in client.purposes:
            caller = Caller(client.id, client.department, client.scopes, purpose)
            yield Row(f"{client.id} {purpose}", caller, Standing())
            if "credit.consent" in client.scopes:
                fields = frozenset(place.partition(" ")[2] for place in FIELDS.values())
                yield Row(f"{client.id} {purpose} consented", replace(caller, consent="1"), Standing(False, fields))
    yield Row("subject SELF_QUERY", SUBJECT, Standing())
    yield Row("subject SELF_QUERY own", SUBJECT, Standing(own=True))


def reason(row: Row, place: str) -> str:
    source_name, _, path = place.partition(" ")
    entity, _, name = path.partition(".")
    source = configuration().catalogue.sources[source_name]
    field = source.entities[entity].fields[name]
    policy = configuration().policy.on(TODAY)
    return decide(policy, row.caller, source, field, place_of(entity, name), row.standing).reason.value


def shown(row: Row) -> list[str]:
    """Return in which states a penalty of environment_penalties is shown to this caller."""
    source = configuration().catalogue.sources["environment_penalties"]
    audience, duty = audience_of(
        configuration().policy.on(TODAY), row.caller, source, "AdministrativePenalty", row.standing
    )
    rules = configuration().disclosure
    return [state for state in STATES if rules.showing(state, audience, duty=duty) in {"SHOWN", "MARKED"}]


def table() -> str:
    lines = ["# Printed by `python -m tests.gateway.test_decisions`; see there.", ""]
    lines += [f"# {name:<10}{place}" for name, place in FIELDS.items()]
    lines += ["# states    in which a penalty of the environment bureau is shown"]
    for row in callers():
        lines += ["", f'["{row.name}"]']
        lines += [f'{name:<9} = "{reason(row, place)}"' for name, place in FIELDS.items()]
        lines += [f'states    = "{" ".join(shown(row))}"']
    return "\n".join(lines) + "\n"


EXPECTED: Final = tomllib.loads(CASES.read_text(encoding="utf-8")) if CASES.exists() else {}


@pytest.mark.parametrize("row", list(callers()), ids=lambda row: row.name)
def test_what_a_caller_may_see(row: Row) -> None:
    found = {name: reason(row, place) for name, place in FIELDS.items()}
    assert found | {"states": " ".join(shown(row))} == EXPECTED[row.name]


def test_every_client_and_purpose_stands_in_the_table() -> None:
    assert [row.name for row in callers()] == list(EXPECTED)


if __name__ == "__main__":
    sys.stdout.write(table())
