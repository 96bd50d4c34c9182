"""Files against one another: what a source may show is what its item allows, and who owns it is there today."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.errors import ConfigError
from connectors.spec import Disclosure, FieldSpec, FileEntity, FileSource, KeySpec
from gateway.catalogue import Catalogue
from gateway.catalogue.across import department_mistakes, judged_mistakes, source_mistakes
from gateway.configuration import load_configuration

CONFIG = Path(__file__).parents[2] / "config"
CONFIGURATION = load_configuration(CONFIG)
LEVELS: Sequence[Disclosure] = ("PUBLIC", "GOV", "GOV_CONDITIONAL", "CONSENT", "OWNER")


def table(**fields: FieldSpec) -> FileEntity:
    return FileEntity(keys={"USCC": KeySpec(column="x")}, record_key=["x"], fields=fields, pattern="*.csv")


def field(disclosure: Disclosure = "PUBLIC", scope: str = "credit.public", **more: dict[str, str]) -> FieldSpec:
    return FieldSpec(column="x", type="text", scope=scope, disclosure=disclosure, codes=more.get("codes"))


def source(entities: dict[str, FileEntity], department: str = "taxation") -> FileSource:
    return FileSource(
        name="made_up",
        department=department,
        title="系统",
        contact="某人",
        timeout_seconds=1,
        batch_size=1,
        concurrency=1,
        folder_env="FOLDER",
        entities=entities,
    )


def mistakes(**entities: FileEntity) -> list[str]:
    catalogue = Catalogue({"made_up": source(entities)}, CONFIGURATION.items)
    return [str(mistake) for mistake in source_mistakes(catalogue)]


@pytest.mark.parametrize("level", LEVELS)
def test_a_field_is_at_most_as_open_as_its_item(level: Disclosure) -> None:
    told = mistakes(TaxCreditRating=table(level=field(level)))
    if level in {"PUBLIC", "GOV"}:
        assert told == [
            f"made_up.toml: entities.TaxCreditRating.fields.level.disclosure: {level} is wider than GOV_CONDITIONAL, "
            "which the catalogue item `C09-013` allows"
        ]
    else:
        assert told == []


@pytest.mark.parametrize("name", ["decided_on", "categories", "status", "repaired_on", "source_state"])
def test_what_records_are_judged_by_is_as_open_as_they_are(name: str) -> None:
    open_ = table(content=field(), **{name: field()})
    closed = table(content=field(), **{name: field("OWNER", "owner.made_up")})
    assert list(judged_mistakes([source({"AdministrativePenalty": open_})])) == []
    (told,) = judged_mistakes([source({"AdministrativePenalty": closed})])
    assert (told.place, "as open as the others, PUBLIC" in told.message) == (
        f"entities.AdministrativePenalty.fields.{name}",
        True,
    )


def test_what_only_the_scope_of_the_owner_opens_is_open_to_the_owner_alone() -> None:
    assert mistakes(TaxCreditRating=table(score=field("PUBLIC", "owner.made_up"))) == []
    assert len(mistakes(TaxCreditRating=table(score=field("CONSENT")))) == 1


def test_fields_that_never_leave_and_the_crosswalk_are_in_no_item() -> None:
    assert mistakes(LegalRepresentative=table(person_key=field()), Crosswalk=table(uscc=field())) == []


def test_a_part_is_held_to_the_items_of_its_entity() -> None:
    (told,) = mistakes(TaxCreditRating_old=table(level=field()))
    assert told.startswith("made_up.toml: entities.TaxCreditRating_old.fields.level.disclosure: PUBLIC is wider")


def test_a_table_is_held_to_the_items_of_the_sorts_that_it_may_hold() -> None:
    risk = {"1": "RISK_CLASS", "2": "FOOD_SAFETY"}
    food = {"2": "FOOD_SAFETY"}
    told = mistakes(CreditRating=table(kind=field("GOV_CONDITIONAL", codes=risk), level=field()))
    assert told == [
        "made_up.toml: entities.CreditRating.fields.level.disclosure: PUBLIC is wider than GOV_CONDITIONAL, "
        "which the catalogue item `C09-003` allows"
    ]
    assert mistakes(CreditRating=table(kind=field(codes=food), level=field())) == []
    assert mistakes(CreditRating=table(level=field())) == []


def test_no_source_holds_what_is_never_served() -> None:
    (told,) = mistakes(BriberyRecord=table(found=field("OWNER", "owner.made_up")))
    assert told.startswith(
        "made_up.toml: entities.BriberyRecord: no source may hold what the catalogue item `C02-101` never serves: The"
    )


def test_the_shipped_sources_disclose_no_more_than_their_items() -> None:
    assert list(source_mistakes(CONFIGURATION.catalogue)) == []


def test_who_owns_and_who_asks_is_there_today_and_no_utility_is_a_government() -> None:
    bank, court = CONFIGURATION.clients["bank"], CONFIGURATION.clients["court"]
    clients = [
        bank,
        replace(court, id="old", department="state_taxation"),
        replace(court, id="heat", department="heat_water_utilities"),
    ]
    told = department_mistakes(
        [source({}, "tourism"), source({}, "court")], clients, CONFIGURATION.policy, CONFIGURATION.departments
    )
    assert [str(mistake) for mistake in told] == [
        "made_up.toml: department: `tourism` has ended: its successor is `culture_tourism`",
        "clients.toml: clients.old.department: `state_taxation` has ended: its successor is `taxation`",
        "clients.toml: clients.heat.scopes: scope `credit.gov` is for government bodies only",
        "clients.toml: clients.heat.scopes: scope `credit.gov.court` is for government bodies only",
        "clients.toml: clients.heat.scopes: scope `person.link` is for government bodies only",
    ]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return shutil.copytree(CONFIG, tmp_path / "config")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def told_of(config: Path) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load_configuration(config)
    return [str(mistake).partition(": ")[0] for mistake in raised.value.mistakes]


def test_files_are_held_against_one_another_though_others_are_mistaken(config: Path) -> None:
    items = config / "catalogue" / "items"
    change(config / "gateway.toml", "[listen]", "[listening]")
    change(config / "sources" / "tax_credit.toml", '"GOV_CONDITIONAL"', '"GOV"')
    assert told_of(config) == ["gateway.toml", "tax_credit.toml"]
    change(items / "08_commitments.toml", "credit_catalogue_2024", "credit_catalogue_2026")
    assert told_of(config) == ["gateway.toml", "08_commitments.toml"], "what items say is not known"
    change(config / "legal_bases.toml", "verified = true", "verified = 1")
    change(items / "01_registration.toml", '"每日"', '""')
    assert told_of(config) == ["gateway.toml", "legal_bases.toml", "01_registration.toml"]
