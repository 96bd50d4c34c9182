"""Attacks on the budget of subjects: a client that would know more of them in a day than it may."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

import pytest

from connectors.hours import CHINA_TIME
from gateway.demo import HTTP_SOURCES, Departments
from tests.end_to_end.queries import NAMED
from tests.end_to_end.served import Served, Told
from tests.red_team import guarded
from tests.red_team.guarded import (
    ENTITIES,
    MANY,
    MOST,
    NOBODY,
    ONE,
    SEVEN,
    code_of,
    guard_of,
    key,
    literal,
    set_clock,
    wide,
)

served = guarded.served
new_day = guarded.new_day

Attack = Callable[[Served], Awaitable[list[Told]]]


def named(told: Told) -> set[str]:
    """Return the codes of organizations in an answer."""
    return {code for code in (*SEVEN, *NOBODY) if code.encode() in told.body}


# Guard of this file: `Inquiry.admit`, called by the desk before anything is fetched.


async def one_by_one(served: Served) -> list[Told]:
    return [await served.ask("bank", ONE, key=key(code)) for code in SEVEN]


async def at_once(served: Served) -> list[Told]:
    return list(await asyncio.gather(*(served.ask("bank", ONE, key=key(code)) for code in SEVEN)))


async def in_a_list(served: Served) -> list[Told]:
    return [await served.ask("bank", MANY, keys=[key(code) for code in SEVEN])]


async def in_aliases(served: Served) -> list[Told]:
    fields = " ".join(literal(code, "uscc", f"a{at}:") for at, code in enumerate(SEVEN))
    return [await served.ask("bank", f"{{ {fields} }}")]


async def in_representations(served: Served) -> list[Told]:
    of = [{"__typename": "Enterprise", "uscc": code} for code in SEVEN[:6]]
    return [await served.ask("bank", ENTITIES, of=of)]


async def in_lists_and_representations(served: Served) -> list[Told]:
    query = (
        "query($keys: [SubjectKey!]!, $of: [_Any!]!) { subjects(keys: $keys) { ... on Organization { uscc } } "
        "_entities(representations: $of) { ... on Organization { uscc } } }"
    )
    of = [{"__typename": "Enterprise", "uscc": code} for code in SEVEN[3:6]]
    return [await served.ask("bank", query, keys=[key(code) for code in SEVEN[:3]], of=of)]


async def in_fragments_that_are_switched_on(served: Served) -> list[Told]:
    parts = " ".join(f"... @include(if: $on) {{ {literal(code, 'uscc', f'a{at}:')} }}" for at, code in enumerate(SEVEN))
    query = f"query($on: Boolean!) {{ __typename {parts} }}"
    return [await served.ask("bank", query, on=False), await served.ask("bank", query, on=True)]


async def in_operations_of_one_document(served: Served) -> list[Told]:
    text = " ".join(f"query Q{at} {{ {literal(code, 'uscc')} }}" for at, code in enumerate(SEVEN))
    headers = served.headers("bank")
    return [await served.post({"query": text, "operationName": f"Q{at}"}, headers) for at in range(7)]


async def by_several_tokens(served: Served) -> list[Told]:
    issuer = served.gateway.issuer
    assert issuer is not None
    tokens = [issuer.mint("bank", lifetime_seconds=60 + at) for at in range(7)]
    assert len(set(tokens)) == 7
    headers = [{**served.headers("bank"), "Authorization": f"Bearer {token}"} for token in tokens]
    bodies = [{"query": ONE, "variables": {"key": key(code)}} for code in SEVEN]
    return [await served.post(body, each) for body, each in zip(bodies, headers, strict=True)]


async def by_tokens_of_other_scopes_and_consents(served: Served) -> list[Told]:
    told = []
    for at, code in enumerate(SEVEN):
        more = {"Credit-Consent": f"019a8b6c55d07c3f9a1be0d1c2f3a4b{at}", "Credit-Case": f"case {at}"}
        told.append(
            await served.post({"query": ONE, "variables": {"key": key(code)}}, {**served.headers("bank"), **more})
        )
    return told


async def by_names(served: Served) -> list[Told]:
    return [await served.ask("bank", ONE, key=key(NAMED[at].name, "NAME")) for at in range(1, 8)]


async def by_organization_codes(served: Served) -> list[Told]:
    return [await served.ask("bank", ONE, key=key(code[8:17], "ORG_CODE")) for code in SEVEN]


async def by_registration_numbers(served: Served) -> list[Told]:
    return [await served.ask("bank", ONE, key=key(NAMED[at].registration_number, "REG_NO")) for at in range(1, 8)]


async def by_keys_of_no_stated_scheme(served: Served) -> list[Told]:
    return [await served.ask("bank", ONE, key=key(code, None)) for code in SEVEN]


async def by_codes_that_nobody_bears(served: Served) -> list[Told]:
    return [await served.ask("bank", ONE, key=key(code)) for code in NOBODY]


async def by_codes_that_registers_do_not_know(served: Served) -> list[Told]:
    return [await served.ask("bank", ONE, key=key(code[8:17], "ORG_CODE")) for code in NOBODY]


async def by_names_that_nobody_bears(served: Served) -> list[Told]:
    return [await served.ask("bank", ONE, key=key(f"同江无此{at}公司", "NAME")) for at in "一二三四五六七"]


async def by_wrong_check_digits(served: Served) -> list[Told]:
    wrong = [code[:-1] + ("A" if code[-1] != "A" else "B") for code in SEVEN]
    return [await served.ask("bank", ONE, key=key(code)) for code in wrong]


async def through_url_queries(served: Served) -> list[Told]:
    told = []
    for code in SEVEN:
        query = urlencode({"query": f"{{ {literal(code, 'uscc')} }}"})
        told.append(await served.get(f"/graphql?{query}", served.headers("bank")))
    return told


async def with_explain(served: Served) -> list[Told]:
    bodies = [{"query": ONE, "variables": {"key": key(code)}, "extensions": {"explain": True}} for code in SEVEN]
    return [await served.post(body, served.headers("bank")) for body in bodies]


async def with_the_clock_of_tomorrow_in_headers(served: Served) -> list[Told]:
    more = {"Date": "Fri, 27 Nov 2099 00:00:00 GMT", "X-Forwarded-For": "10.0.0.1", "Credit-Client": "court"}
    body = [{"query": ONE, "variables": {"key": key(code)}} for code in SEVEN]
    return [await served.post(each, {**served.headers("bank"), **more}) for each in body]


async def after_answers_that_failed(served: Served) -> list[Told]:
    """Ask for so deep a document that it is refused, for what is wrong, and for what is right in between."""
    told = []
    for code in SEVEN:
        await served.ask("bank", "{ nothing }")
        await served.ask("bank", ONE, key={"scheme": "NOTHING", "value": code})
        told.append(await served.ask("bank", ONE, key=key(code)))
    return told


@pytest.mark.parametrize(
    "attack",
    [
        one_by_one,
        at_once,
        in_a_list,
        in_aliases,
        in_representations,
        in_lists_and_representations,
        in_fragments_that_are_switched_on,
        in_operations_of_one_document,
        by_several_tokens,
        by_tokens_of_other_scopes_and_consents,
        by_names,
        by_organization_codes,
        by_registration_numbers,
        by_keys_of_no_stated_scheme,
        by_codes_that_nobody_bears,
        by_codes_that_registers_do_not_know,
        by_names_that_nobody_bears,
        by_wrong_check_digits,
        through_url_queries,
        with_explain,
        with_the_clock_of_tomorrow_in_headers,
        after_answers_that_failed,
    ],
    ids=lambda attack: attack.__name__,
)
async def test_nobody_asks_about_more_subjects_than_a_day_allows(served: Served, attack: Attack) -> None:
    told = await attack(served)
    refused = [each for each in told if code_of(each) == "SUBJECT_BUDGET_EXCEEDED"]
    assert refused
    assert len(told) - len(refused) <= MOST
    assert len({code for each in told for code in named(each)}) <= MOST
    for each in refused:
        (error,) = each.errors
        assert (each.status, named(each)) == (429, set())
        assert error["extensions"]["budget"] == MOST >= error["extensions"]["used"]
        assert error["extensions"]["purpose"] == "BANK_CREDIT"
        assert 1 <= int(each.headers["Retry-After"]) <= 86_400


SPELLINGS = [
    SEVEN[0].lower(),
    f" {SEVEN[0]} ",
    "-".join(SEVEN[0]),
    wide(SEVEN[0]),
    f"\u200b{SEVEN[0]}\ufeff",
    f"{SEVEN[0][:9]} {SEVEN[0][9:]}",
]


async def test_the_spellings_of_one_code_are_one_subject_and_a_second_time_is_free(served: Served) -> None:
    for _ in range(2):
        for code in SPELLINGS:
            assert (await served.ask("bank", ONE, key=key(code))).status == 200
    assert [len(each) for day in guard_of(served).counts._days.values() for each in day.values()] == [1]
    for code in (*SEVEN[1:MOST], SEVEN[0][8:17]):
        assert (await served.ask("bank", ONE, key=key(code, None))).status == 200


@pytest.mark.parametrize(
    "asked",
    [
        key(SEVEN[6]),
        key(NOBODY[0]),
        key(NAMED[6].name, "NAME"),
        key("同江无此公司", "NAME"),
        key(NOBODY[0][8:17], "ORG_CODE"),
    ],
    ids=["there", "nobody", "name", "no_name", "no_code"],
)
async def test_a_refusal_tells_nothing_of_the_key_and_asks_nobody_for_records(
    served: Served, demo_departments: Departments, asked: dict[str, str]
) -> None:
    for code in SEVEN[:MOST]:
        await served.ask("bank", ONE, key=key(code))
    for source in HTTP_SOURCES:
        demo_departments.forget_calls(source)
    told = await served.ask("bank", ONE, key=asked)
    message = (
        "client `bank` may ask about 5 distinct subjects a day for `BANK_CREDIT`, and has about 5: whom it has asked "
        "about today it may ask about again, others from midnight on (Asia/Shanghai)"
    )
    said = {"budget": 5, "used": 5, "purpose": "BANK_CREDIT", "counted": "subjects"}
    assert told.errors == [{"message": message, "extensions": {"code": "SUBJECT_BUDGET_EXCEEDED", **said}}]
    assert set(told.content["extensions"]) == {"receipt"}
    assert sum(demo_departments.calls(source)["calls"] for source in HTTP_SOURCES) == 0


async def test_the_budget_comes_back_at_midnight_in_china_and_not_before(served: Served) -> None:
    noon = datetime(2026, 11, 26, 12, tzinfo=CHINA_TIME)
    set_clock(served, lambda: noon)
    await one_by_one(served)
    for hours, seconds in ((0, 43_200), (4, 28_800), (8, 14_400), (11.9999, 1)):  # it is midnight elsewhere
        later = noon + timedelta(hours=hours)
        set_clock(served, partial(lambda at: at, later))
        told = await served.ask("bank", ONE, key=key(SEVEN[6]))
        assert (told.status, told.headers["Retry-After"]) == (429, str(seconds))
    set_clock(served, lambda: noon + timedelta(hours=12))
    assert (await served.ask("bank", ONE, key=key(SEVEN[6]))).status == 200


async def test_a_client_of_another_purpose_or_name_is_not_charged(served: Served) -> None:
    await one_by_one(served)
    assert (await served.ask("portal", ONE, key=key(SEVEN[6]))).status == 200
