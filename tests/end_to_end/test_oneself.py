"""A subject that asks about itself: its token says who it is; its own records are whole, those of others are not."""

import pytest

from tests.end_to_end.queries import uscc_key
from tests.end_to_end.served import Served, Told

ASK = """query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization {
  taxRatings { items { level score } } socialInsurance { state }
} } }"""
OWN, OTHER = uscc_key(1), uscc_key(3)


async def ask(served: Served, *keys: dict[str, str]) -> Told:
    return await served.ask("enterprise", ASK, keys=list(keys))


async def test_its_own_records_are_whole_and_those_of_others_are_not(served: Served) -> None:
    own, other = (await ask(served, OWN, OTHER)).data["subjects"]
    assert own["taxRatings"]["items"]
    assert all(item["score"] for item in own["taxRatings"]["items"])
    assert own["socialInsurance"]["state"] == "COMPLETE"
    assert (other["taxRatings"], other["socialInsurance"]) == (None, None)


@pytest.mark.parametrize("key", [OWN, {"scheme": "ORG_CODE", "value": OWN["value"][8:17]}, {"value": OWN["value"]}])
async def test_however_it_names_itself_it_is_the_same_subject(served: Served, key: dict[str, str]) -> None:
    (own,) = (await ask(served, key)).data["subjects"]
    assert own["taxRatings"]["items"]
