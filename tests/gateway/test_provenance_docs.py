"""`config/README.md` tells of every member of the map and of every transformation, and its example is one."""

import json
import re

from graphql import GraphQLEnumType

from connectors.spec import FieldSpec
from gateway.provenance.prov_json import prov_json
from gateway.provenance.transformations import transformations_of
from schema.schema import SCHEMA
from tests.gateway.policies import CONFIG
from tests.gateway.test_provenance_map import PLACES, key, mapped

README = (CONFIG / "README.md").read_text(encoding="utf-8")
(SECTION,) = re.findall(r"^## 来源 · Provenance$.*?(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)


def table(heading: str) -> list[tuple[str, str]]:
    """Return the rows of the table under ``heading``: its first cell, and the second."""
    ((text,),) = [re.findall(rf"^### .* · {heading}$(.*?)(?=^##|\Z)", SECTION, re.MULTILINE | re.DOTALL)]
    return re.findall(r"^\| (`[^|]*) \| (.*) \|$", text, re.MULTILINE)


def test_every_transformation_is_explained_by_what_makes_it() -> None:
    known = SCHEMA.get_type("TransformationCode")
    assert isinstance(known, GraphQLEnumType)
    explained: dict[str, str] = {}
    for codes, why in table("Transformations"):
        explained.update(dict.fromkeys(re.findall(r"`([A-Z_]+)`", codes), why))
    assert explained.keys() == known.values.keys()
    for type_ in ("date", "wan_yuan", "masked_id", "uscc", "integer", "boolean"):
        (made,) = transformations_of(FieldSpec(column="c", type=type_, scope="credit.public"))
        assert f'"{type_}"' in explained[made.code]


async def test_every_member_of_the_map_is_explained_and_no_other() -> None:
    members = {name for number in range(1, 9) for name in (await mapped(PLACES, {"key": key(number), "no": False}))[1]}
    assert [re.findall(r"`(\w+)`", cell)[0] for cell, _ in table("The map")] == [
        "origins", "records", "values", "alsoReportedBy", "fields", "transformations", "legalBases",
    ]  # fmt: skip
    assert members == {re.findall(r"`(\w+)`", cell)[0] for cell, _ in table("The map")}


async def test_the_example_is_as_the_gateway_writes_it() -> None:
    (text,) = re.findall(r"```json\n(.*?)```", SECTION, re.DOTALL)
    example = json.loads(text)
    _, real = await mapped(PLACES, {"key": key(5), "no": True}, "bank")
    assert list(example["origins"][0]) == list(real["origins"][0])
    assert list(example["fields"][0]["decisionNo"]) == list(next(iter(real["fields"][1].values())))[:5]
    assert prov_json({"extensions": {"provenance": example}})["entity"]
