"""Many callers at once: the answers are those that each would get alone, and the sources notice few of them."""

import asyncio
from typing import Any

from gateway.demo import Departments
from gateway.demo.scenarios import everyone
from gateway.demo.subjects import DEFAULT_SIZE
from tests.end_to_end.queries import LOCAL_PUNISHERS, NAMED, PENALTIES, PERSON, PROBE, WHOLE, uscc_key
from tests.end_to_end.served import Served

USCCS = [each.subject.uscc for each in everyone(DEFAULT_SIZE)]
CALLERS: list[tuple[str, str | None]] = [
    ("portal", None),
    ("bank", None),
    ("tax_department", "SUPERVISION"),
    ("tax_department", "OWNER"),
    ("court", "LAW_ENFORCEMENT"),
    ("court", "OWNER"),
    ("auditor", None),
]


def by_uscc(uscc: str) -> dict[str, str]:
    return {"scheme": "USCC", "value": uscc}


def without_receipt(content: Any) -> Any:
    return {name: value for name, value in content.items() if name != "extensions"}


async def test_a_crowd_gets_what_each_would_get_alone(served: Served) -> None:
    asked = [(client, purpose, query, NAMED[number].uscc) for number in (3, 7, 25) for client, purpose in CALLERS
             for query in (PROBE, PERSON)]  # fmt: skip
    alone = [
        await served.ask(client, query, purpose=purpose, key=by_uscc(uscc)) for client, purpose, query, uscc in asked
    ]
    crowd = await asyncio.gather(
        *(served.ask(client, query, purpose=purpose, key=by_uscc(uscc)) for client, purpose, query, uscc in asked * 3)
    )
    assert len(crowd) > 100
    for one, other in zip(alone * 3, crowd, strict=True):
        assert without_receipt(other.content) == without_receipt(one.content)
    assert len({each.receipt for each in crowd}) == len(crowd), "each has an entry of its own"


async def test_callers_who_share_calls_see_nothing_of_each_other(served: Served, city: Departments) -> None:
    """The bureau is slow, so the calls of fifty callers of different rights wait for each other and are shared."""
    query = """query($key: SubjectKey!) { subject(key: $key) { ... on Organization {
        penalties { items { decisionNo source remark counterpartTaxNo } }
        licenses { items { decisionNo counterpartTaxNo legalRepIdType } }
        legalRepresentative { items { person { sex } } }
    } } }"""
    city.fault("environment_penalties", "slow", seconds=0.05)
    asked = [(*CALLERS[at % len(CALLERS)], NAMED[3 if at % 2 else 6].uscc) for at in range(50)]
    told = await asyncio.gather(
        *(served.ask(client, query, purpose=purpose, key=by_uscc(uscc)) for client, purpose, uscc in asked)
    )
    for (client, purpose, uscc), each in zip(asked, told, strict=True):
        subject = each.subject
        if client == "auditor":
            assert subject == {"penalties": None, "licenses": None, "legalRepresentative": None}
            continue
        department = client in {"tax_department", "court"}
        (role,) = subject["legalRepresentative"]["items"]
        assert (role["person"]["sex"] is not None) == department, (client, purpose)
        types = {item["legalRepIdType"] for item in subject["licenses"]["items"]}
        assert types - {None} == ({"身份证"} if department else set()), "not every source of licenses has it"
        sources = {item["source"] for item in subject["penalties"]["items"]}
        assert sources == ({"environment_penalties"} if uscc == NAMED[6].uscc else set(LOCAL_PUNISHERS))
    assert city.calls("environment_penalties")["calls"] < len(asked)


async def test_callers_of_different_rights_never_share_a_call(served: Served, city: Departments) -> None:
    """Two calls at once may be on their way for each group of callers with equal rights; others wait and share one."""
    city.fault("environment_penalties", "slow", seconds=0.4)
    for callers, calls in ((("bank", "bank", "bank", "bank"), 3), (("bank", "bank", "portal", "portal"), 4)):
        city.forget_calls("environment_penalties")
        asked = zip(callers, USCCS, strict=False)
        await asyncio.gather(*(served.ask(client, PENALTIES, key=by_uscc(uscc)) for client, uscc in asked))
        assert city.calls("environment_penalties")["calls"] == calls


async def test_two_hundred_different_requests_are_few_calls_to_a_source(served: Served, city: Departments) -> None:
    keys = [by_uscc(USCCS[at % len(USCCS)]) for at in range(200)]
    alone = {uscc: (await served.ask("bank", PENALTIES, key=by_uscc(uscc))).data for uscc in USCCS}
    city.forget_calls("environment_penalties")
    city.fault("environment_penalties", "slow", seconds=0.1)
    told = await asyncio.gather(*(served.ask("bank", PENALTIES, key=key) for key in keys))
    for key, each in zip(keys, told, strict=True):
        assert each.data == alone[key["value"]]
    calls = city.calls("environment_penalties")
    assert calls["calls"] <= 60, "the first two go at once, the others share"
    assert calls["keys"] <= 200


async def test_two_hundred_identical_requests_are_few_calls_for_one_key(served: Served, city: Departments) -> None:
    alone = await served.ask("bank", PENALTIES, key=uscc_key(3))
    city.forget_calls("environment_penalties")
    city.fault("environment_penalties", "slow", seconds=0.1)
    told = await asyncio.gather(*(served.ask("bank", PENALTIES, key=uscc_key(3)) for _ in range(200)))
    assert all(each.data == alone.data for each in told)
    assert city.calls("environment_penalties")["calls"] <= 60
    assert len({each.receipt for each in told}) == 200


async def test_many_subjects_cost_a_source_no_more_calls_than_batches(served: Served, city: Departments) -> None:
    keys = [by_uscc(uscc) for uscc in USCCS]
    query = "query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization { %s } } }"
    section = "items { decisionNo }"
    await served.ask("tax_department", query % f"a: penalties {{ {section} }} b: penalties(first: 1) {{ {section} }}",
                     keys=keys)  # fmt: skip
    assert city.calls("environment_penalties") == {
        "calls": -(-len(USCCS) // 20),
        "keys": len(USCCS),
        "paths": {"/openapi/v1/penalties": -(-len(USCCS) // 20)},
    }


async def test_what_a_crowd_loses_it_does_not_lose_for_the_next(served: Served, city: Departments) -> None:
    """A shared call that fails is nobody's record: each asks for itself, and the next query is answered."""
    healthy = await served.ask("bank", PENALTIES, key=uscc_key(3))
    city.fault("environment_penalties", "error", times=3)
    told = await asyncio.gather(*(served.ask("bank", PENALTIES, key=uscc_key(3)) for _ in range(40)))
    for each in told:
        penalties = each.subject["penalties"]
        whole = penalties["state"] == "COMPLETE"
        assert len(penalties["items"]) == (5 if whole else 4)
    assert sum(each.subject["penalties"]["state"] == "COMPLETE" for each in told) >= 37
    assert (await served.ask("bank", PENALTIES, key=uscc_key(3))).data == healthy.data


async def test_a_whole_query_of_everybody_at_once_is_complete(served: Served) -> None:
    told = await asyncio.gather(*(served.ask("tax_department", WHOLE, key=by_uscc(uscc)) for uscc in USCCS))
    assert [each.subject["uscc"] for each in told] == USCCS
