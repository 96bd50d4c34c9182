"""Provenance of whole answers over HTTP, from the simulated departments: the map beside the data, and what it says."""

import json
from typing import Any

import pytest

from gateway.provenance.prov_json import prov_json
from tests.end_to_end.queries import PERSON, WHOLE, uscc_key
from tests.end_to_end.served import Served, Told
from tests.gateway.origins import ORIGIN, at, records_in, with_origins
from tests.gateway.test_prov_json import read_again


async def told(served: Served, client: str, query: str, wish: Any = True, number: int = 3, **sent: Any) -> Told:
    body = {"query": query, "variables": {"key": uscc_key(number)}, "extensions": {"provenance": wish}}
    return await served.post(body, served.headers(client, **sent))


def map_of(answer: Told) -> Any:
    return answer.content["extensions"]["provenance"]


@pytest.mark.parametrize("client", ["portal", "bank", "court", "tax_department", "market_regulation"])
@pytest.mark.parametrize("number", [1, 3, 4])
async def test_every_record_of_an_answer_stands_in_its_map(served: Served, client: str, number: int) -> None:
    answer = await told(served, client, with_origins(WHOLE), number=number)
    mapped, records = map_of(answer), dict(records_in(answer.data))
    assert mapped["records"].keys() == records.keys()
    for path, record in records.items():
        origin, record_key, written, updated, digest = mapped["records"][path]
        source = mapped["origins"][origin]
        assert record[ORIGIN] == {
            "source": source["source"],
            "recordKey": record_key,
            "sourceUpdatedAt": updated,
            "digest": digest,
            "departmentAsWritten": written or source["department"]["name"],
        }
        assert digest is not None
        assert source["cacheAgeMs"] == 0, "every source was asked for this request"
    for path in mapped["values"]:
        assert isinstance(at(answer.data, path), str)


async def test_the_golden_map_of_a_company(served: Served) -> None:
    query = """query($key: SubjectKey!) { subject(key: $key) { ... on Organization { name
      fined: penalties(first: 100) { items { decisionNo fineAmount { amount } } } } } }"""
    mapped = map_of(await told(served, "court", query))
    found = {
        (mapped["origins"][number]["source"], record_key): (
            mapped["origins"][number]["matchMethod"],
            mapped["fields"][mapped["origins"][number]["fields"]]["fineAmount"]["transformations"],
        )
        for number, record_key, *_ in mapped["records"].values()
    }
    assert found == {
        ("fire_penalties", "11230881TJ0000852E|同消行罚〔2026〕28号"): ("EXACT", ["YUAN"]),
        ("double_publicity", "CF0000000025"): ("EXACT", ["TEN_THOUSAND_YUAN"]),
        ("market_penalties", "11230881TJ0000123N|同市监罚〔2026〕29号"): ("CROSSWALK", ["YUAN"]),
        ("environment_penalties", "HBCF00000027"): ("EXACT", ["YUAN"]),
        ("double_publicity", "CF0000000026"): ("EXACT", ["TEN_THOUSAND_YUAN"]),
    }
    number, *_ = mapped["values"]["subject.name"]
    assert mapped["origins"][number]["source"] == "market_registry"
    assert mapped["origins"][number]["system"] == "市场主体登记库"
    bases = {code for origin in mapped["origins"] for code in origin["legalBasis"]}
    assert bases == mapped["legalBases"].keys()
    assert mapped["legalBases"]["administrative_penalty_law"]["title"].startswith("中华人民共和国行政处罚法")
    used = {code for table in mapped["fields"] for field in table.values() for code in field["transformations"]}
    assert used == mapped["transformations"].keys()


async def test_persons_behind_links(served: Served) -> None:
    answer = await told(served, "court", with_origins(PERSON))
    mapped = map_of(answer)
    assert mapped["records"].keys() == dict(records_in(answer.data)).keys()
    assert any(".person." in path for path in mapped["records"])


async def test_the_data_are_the_same_without_the_map(served: Served) -> None:
    with_map, without = [await told(served, "bank", WHOLE, wish) for wish in (True, False)]
    assert json.dumps(with_map.data) == json.dumps(without.data)
    assert "provenance" not in without.content["extensions"]


async def test_an_answer_becomes_prov_json(served: Served) -> None:
    answer = await told(served, "court", WHOLE)
    document = prov_json(answer.content)
    read_again(document)
    assert f"receipt:{answer.receipt}" in document["entity"]


@pytest.mark.parametrize("wish", ["true", 1, {}, ["records"], "only"], ids=repr)
async def test_a_wish_that_means_nothing_is_refused(served: Served, wish: Any) -> None:
    answer = await told(served, "bank", WHOLE, wish)
    assert answer.status == 400
    assert answer.errors[0]["extensions"]["code"] == "BAD_REQUEST"
    assert answer.errors[0]["message"] == "`extensions.provenance` must be true or false"


async def test_an_explanation_tells_of_no_record(served: Served) -> None:
    body = {"query": WHOLE, "variables": {"key": uscc_key(3)}, "extensions": {"explain": "only", "provenance": True}}
    answer = await served.post(body, served.headers("bank"))
    assert (answer.status, answer.content["data"]) == (200, None)
    assert "provenance" not in answer.content["extensions"]
