"""What is planned: columns by selection and by permission, early steps, one ask per source, denials with reasons."""

from typing import Any

import pytest

from connectors.spec import FieldSpec
from gateway.errors import BadQuery, TooCostly
from gateway.merge import DECISIONS
from gateway.plan.explain import explain
from gateway.plan.model import Ask, Plan
from gateway.returns.publicity import evidence
from tests.gateway.staged import with_fields
from tests.gateway.world import Asked, World, configuration, uscc_of

KEY = f'key: {{scheme: USCC, value: "{uscc_of(1)}"}}'


async def planned(selection: str, client: str = "court", purpose: str | None = None, **variables: Any) -> Plan:
    world = World()
    asked = await world.ask(
        f"query Q{_declared(variables)} {{ subject({KEY}) {{ {selection} }} }}",
        variables,
        world.caller(client, purpose),
    )
    return asked.compiled.plan


def _declared(variables: dict[str, Any]) -> str:
    return f"({', '.join(f'${name}: Boolean!' for name in variables)})" if variables else ""


def asks(plan: Plan) -> dict[tuple[str, str], Ask]:
    return {(ask.source.name, ask.part): ask for ask in plan.asks}


def owners(entity: str) -> set[tuple[str, str]]:
    return {(source.name, part) for source, part, _ in configuration().catalogue.owners(entity)}


def due(ask: Ask, *selected: str) -> tuple[str, ...]:
    """Return what ``ask`` should have of what its table has: what is selected, what tells what a record is, and what
    tells whether it was published in time."""
    tells = {*configuration().disclosure.inputs(ask.entity_name), *DECISIONS.get(ask.entity_name, ())}
    tells.update(evidence(ask.entity_name))
    return tuple(sorted({*selected, *tells} & ask.entity.fields.keys()))


async def test_only_selected_columns_are_asked() -> None:
    plan = await planned("... on Enterprise { taxRatings { items { level } } }", "tax_department")
    assert {name: ask.fields for name, ask in asks(plan).items()} == {
        ("tax_credit", "TaxCreditRating"): ("decided_on", "level")
    }


async def test_of_a_decision_those_columns_too_that_tell_what_it_is() -> None:
    plan = await planned("... on Enterprise { penalties { items { decisionNo fineAmount { amount } } } }")
    assert asks(plan).keys() == owners("AdministrativePenalty")
    assert {name: ask.fields for name, ask in asks(plan).items()} == {
        name: due(ask, "decided_on", "decision_no", "fine_amount") for name, ask in asks(plan).items()
    }
    assert asks(plan)["double_publicity", "AdministrativePenalty"].fields == (
        *(
            "authority",
            "authority_uscc",
            "categories",
            "collected_at",
            "decided_on",
            "decision_no",
            "domain",
            "fine_amount",
        ),
        *("legal_grounds", "procedure", "repaired_on", "status"),
    )


@pytest.mark.parametrize("entity", ["licenses", "penalties"])
async def test_what_tells_of_timely_publicity_is_read_of_every_decision(entity: str) -> None:
    plan = await planned(f"... on Enterprise {{ {entity} {{ items {{ content }} }} }}", "portal")
    of_double = {ask.part: ask for ask in plan.asks if ask.source.name == "double_publicity"}
    assert len(of_double) == 2, "the table of today, and the archive"
    for part, ask in of_double.items():
        told = {"decided_on"} if part.endswith("_2016") else {"decided_on", "collected_at", "authority_uscc"}
        assert set(ask.fields) >= told
        assert not ask.denied, "nobody asked for it"


@pytest.mark.parametrize("asked_for", ["content", "content collectedAt"])
async def test_a_first_day_that_the_caller_may_not_see_is_not_read_for_the_return_either(asked_for: str) -> None:
    closed = FieldSpec(column="ADD_TIME", type="datetime", scope="credit.gov", disclosure="GOV")
    world = World(configured=with_fields("double_publicity", "AdministrativeLicense", collected_at=closed))
    query = f"{{ subject({KEY}) {{ ... on Enterprise {{ licenses {{ items {{ {asked_for} }} }} }} }} }}"
    asked = await world.ask(query, {}, world.caller("portal"))
    ask = asks(asked.compiled.plan)["double_publicity", "AdministrativeLicense"]
    assert "collected_at" not in ask.fields
    assert ("collected_at" in ask.denied) == ("collectedAt" in asked_for)


async def test_without_items_no_record_column_is_asked_but_what_tells_whether_it_is_shown() -> None:
    cases = "courtEnforcement { enforcementCases { state totalCount } }"
    plan = await planned(f"... on Enterprise {{ {cases} penalties {{ state totalCount coverage {{ status }} }} }}")
    fields = {name: ask.fields for name, ask in asks(plan).items()}
    assert fields.pop(("court_enforcement", "EnforcementCase")) == ()
    assert fields == {name: due(ask) for name, ask in asks(plan).items() if name in fields}
    assert fields.keys() == owners("AdministrativePenalty")


async def test_a_filter_adds_its_column_only_when_it_is_given() -> None:
    with_filter = await planned("... on Enterprise { taxRatings(level: A) { state } }", "tax_department")
    without = await planned("... on Enterprise { taxRatings { state } }", "tax_department")
    assert [ask.fields for ask in with_filter.asks] == [("level",)]
    assert [ask.fields for ask in without.asks] == [()]


async def test_denied_columns_are_not_asked_and_the_reason_is_kept() -> None:
    plan = await planned("... on Enterprise { penalties { items { decisionNo legalRepIdNo } } }", "bank")
    ask = asks(plan)["double_publicity", "AdministrativePenalty"]
    assert "legal_rep_id_no" not in ask.fields
    assert ask.denied["legal_rep_id_no"].reason == "OWNER_ONLY"
    assert ask.entity.fields["legal_rep_id_no"].column not in ask.columns


async def test_an_owner_sees_its_own_source_and_no_other() -> None:
    selection = "... on Enterprise { taxRatings { items { score } } penalties { items { legalRepIdNo } } }"
    plan = await planned(selection, "tax_department", "OWNER")
    assert asks(plan)["tax_credit", "TaxCreditRating"].fields == ("decided_on", "score")
    assert "legal_rep_id_no" in asks(plan)["double_publicity", "AdministrativePenalty"].denied


async def test_a_source_that_is_refused_whole_is_not_asked() -> None:
    plan = await planned("... on Enterprise { taxRatings { items { level } } }", "portal")
    assert plan.asks == []
    (denied,) = explain(plan, columns=False)["denied"]
    assert denied["source"] == "tax_credit"
    assert denied["field"] == "*"
    assert denied["reason"] == "SCOPE_MISSING"
    assert denied["needs"]


async def test_other_roles_need_person_link() -> None:
    selection = "... on Enterprise { legalRepresentative { items { person { name roles { items { title } } } } } }"
    portal = await planned(selection, "portal")
    court = await planned(selection, "court")
    assert {entity for _, entity in asks(portal)} == {"LegalRepresentative"}
    assert "person_key" not in asks(portal)["market_registry", "LegalRepresentative"].fields
    assert {entity for _, entity in asks(court)} == {"LegalRepresentative", "PersonRole"}
    assert "person_key" in asks(court)["market_registry", "LegalRepresentative"].fields


async def test_digests_only_when_provenance_shows_them() -> None:
    with_digest = await planned("... on Enterprise { licenses { items { provenance { source digest } } } }")
    without = await planned("... on Enterprise { licenses { items { provenance { source } } } }")
    (need,) = with_digest.stage.needs.values()
    assert need.digests
    (need,) = without.stage.needs.values()
    assert not need.digests


@pytest.mark.parametrize("skipped", [True, False])
async def test_skipped_fields_are_not_asked(skipped: bool) -> None:
    selection = (
        "... on Enterprise { licenses @skip(if: $no) { items { content } } penalties @include(if: $no) { state } }"
    )
    plan = await planned(selection, no=skipped)
    wanted = "AdministrativePenalty" if skipped else "AdministrativeLicense"
    assert {ask.entity_name for ask in plan.asks} == {wanted}


async def test_aliases_share_one_ask() -> None:
    selection = "... on Enterprise { a: penalties { items { facts } } b: penalties(first: 1) { items { content } } }"
    plan = await planned(selection)
    assert len(plan.asks) == len(owners("AdministrativePenalty"))
    for ask in plan.asks:
        assert ask.fields == due(ask, "content", "decided_on", "facts")


async def test_only_sources_with_a_foreign_key_wait_for_the_crosswalk() -> None:
    plan = await planned("... on Enterprise { taxRegistration { state } penalties { state } taxRatings { state } }")
    waiting = {ask.source.name: ask.crosswalk for ask in plan.asks if ask.crosswalk}
    assert waiting == {"double_publicity": ("REG_NO",), "market_penalties": ("REG_NO",)}
    assert plan.crosswalk_schemes == ("REG_NO",)


async def test_every_scheme_of_a_stage_is_translated_at_once() -> None:
    plan = await planned("... on Enterprise { customsCredit { state } taxArrears { state } registration { state } }")
    waiting = {ask.source.name: ask.crosswalk for ask in plan.asks if ask.crosswalk}
    assert waiting == {
        "customs_credit": ("CUSTOMS_CODE",),
        "tax_notices": ("NAME",),
        "civil_affairs": ("SOCIAL_ORG_CERT",),
    }
    assert plan.crosswalk_schemes == ("CUSTOMS_CODE", "NAME", "SOCIAL_ORG_CERT")


async def test_explain_lists_steps_columns_denials_and_cost() -> None:
    cases = "courtEnforcement { enforcementCases { items { amount { amount } } } }"
    selection = f"... on Enterprise {{ taxRatings {{ items {{ level score }} }} {cases} }}"
    explained = explain(await planned(selection, "tax_department", "SUPERVISION"), columns=True)
    steps = {step["source"]: step for step in explained["steps"] if step["entity"] != "Crosswalk"}
    assert steps["tax_credit"]["fields"] == ["decided_on", "level"]
    assert steps["tax_credit"]["columns"] == ["pjrq", "xydj"]
    assert steps["tax_credit"]["kind"] == "soap"
    assert steps["tax_credit"]["batchSize"] == 1
    assert steps["court_enforcement"]["askedBy"] == "USCC"
    assert [(each["field"], each["reason"]) for each in explained["denied"]] == [("score", "OWNER_ONLY")]
    assert explained["cost"] == sum(step["cost"] for step in steps.values())


async def test_plans_are_shared_by_equal_rights_only() -> None:
    world = World()
    query = f"{{ subject({KEY}) {{ ... on Enterprise {{ taxRatings {{ state }} }} }} }}"
    first = await world.ask(query, caller=world.caller("bank"))
    again = await world.ask(query, caller=world.caller("bank"))
    other = await world.ask(query, caller=world.caller("tax_department"))
    assert first.compiled is again.compiled
    assert first.compiled is not other.compiled


@pytest.mark.parametrize(
    ("selection", "error", "said"),
    [
        ("... on Enterprise { penalties(first: 0) { state } }", BadQuery, "between 1 and 1000"),
        ("... on Enterprise { penalties(first: 1001) { state } }", TooCostly, "between 1 and 1000"),
        ('... on Enterprise { penalties(after: "nonsense") { state } }', BadQuery, "not a cursor"),
        ('... on Enterprise { penalties(since: "2026-13-01") { state } }', BadQuery, "Date"),
        ("... on Enterprise { noSuchField }", BadQuery, "noSuchField"),
        (
            "... on Enterprise { " + "legalRepresentative { items { organization { " * 9 + "name" + " } } }" * 9 + " }",
            TooCostly,
            "levels of fields",
        ),
    ],
)
async def test_what_cannot_be_planned_says_why(selection: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error) as raised:
        await planned(selection)
    assert said in str(raised.value)


async def test_fragments_that_multiply_are_refused_in_linear_time() -> None:
    fragments = "".join(f"fragment f{n} on Enterprise {{ ...f{n + 1} a{n}: name ...f{n + 1} }} " for n in range(40))
    query = f"{{ subject({KEY}) {{ ...f0 }} }} {fragments} fragment f40 on Enterprise {{ uscc }}"
    with pytest.raises(TooCostly, match="aliases"):
        await World().ask(query)


async def test_fragments_that_multiply_what_is_one_field_cost_nothing() -> None:
    fragments = "".join(f"fragment f{n} on Enterprise {{ ...f{n + 1} ...f{n + 1} }} " for n in range(40))
    query = f"{{ subject({KEY}) {{ ...f0 }} }} {fragments} fragment f40 on Enterprise {{ uscc }}"
    asked: Asked = await World().ask(query)
    assert asked.data["subject"]["uscc"] == uscc_of(1)


async def test_too_many_aliases_are_refused() -> None:
    many = " ".join(f"s{n}: subject({KEY}) {{ ...all }}" for n in range(60))
    fields = " ".join(f"f{n}: name" for n in range(500))
    with pytest.raises(TooCostly, match="aliases"):
        await World().ask(f"{{ {many} }} fragment all on Enterprise {{ {fields} }}")


async def test_too_many_selections_are_refused() -> None:
    many = " ".join(f"s{n}: subject({KEY}) {{ ...all }}" for n in range(190))
    sections = ("licenses", "penalties", "ratings", "changes", "inspections", "recalls", "complaints", "honors")
    fields = "id kind name uscc " + " ".join(f"{name} {{ state }}" for name in sections)
    with pytest.raises(TooCostly, match="expands to more than 20000 selections"):
        await World().ask(f"{{ {many} }} fragment all on Organization {{ {fields} }}")
