"""Attacks on records that are hidden in their present state: repaired, ended, minor, shielded, revoked."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import orjson
import pytest

from gateway.plan.arguments import encode_cursor
from tests.end_to_end.notice import CODES
from tests.end_to_end.served import Served, Told
from tests.red_team.attacks import AUDITOR, BANK, BIDDER, COURT, OF, OFF_DUTY, PORTAL, Attacker, alike, content, key


class Hidden(NamedTuple):
    """A penalty of a demo subject by the serial in its number, and who may not be told of it."""

    number: int
    serial: str
    source: str
    hidden_from: tuple[Attacker, ...]


PUBLIC: Final = (PORTAL, BANK, BIDDER)
STATES: Final = {
    "repaired": Hidden(4, "33", "double_publicity", (*PUBLIC, COURT)),
    "repaired by another's word": Hidden(23, "185", "double_publicity", (*PUBLIC, COURT)),
    "revoked": Hidden(25, "201", "double_publicity", (*PUBLIC, COURT)),
    "ended": Hidden(25, "207", "double_publicity.AdministrativePenalty_2016", (*PUBLIC, OFF_DUTY)),
    "minor": Hidden(7, "59", "double_publicity", (*PUBLIC, OFF_DUTY)),
    "shielded": Hidden(27, "220", "double_publicity", PUBLIC),
}
TOLD: Final = (
    "state totalCount pageInfo { hasNextPage endCursor } coverage { source part status reason }"
    " items { recordId decisionNo state repair { repairedOn } conflicts { field values { value } }"
    " alsoReportedBy { source recordKey } provenance { recordKey digest } }"
)
BY_ENTITY: Final = (
    "query($of: [_Any!]!) { _entities(representations: $of) { ... on Organization { penalties { %s } } } }"
)
BY_KEYS: Final = "query($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization { penalties { %s } } } }"


def selecting(arguments: str, field: str = "penalties") -> Callable[[Hidden], tuple[str, dict[str, Any]]]:
    """Return a path that asks a subject for ``field`` with ``arguments``."""
    return lambda hidden: (OF % f"found: {field}{arguments} {{ {TOLD} }}", {"key": key(hidden.number)})


def _from_before(hidden: Hidden) -> tuple[str, dict[str, Any]]:
    after = encode_cursor(("9999-12-31", hidden.source, "~"))
    return OF % f'found: penalties(after: "{after}") {{ {TOLD} }}', {"key": key(hidden.number)}


def _as_entity(hidden: Hidden) -> tuple[str, dict[str, Any]]:
    kind = "IndividualBusiness" if hidden.number == 7 else "Enterprise"
    return BY_ENTITY % TOLD, {"of": [{"__typename": kind, "uscc": CODES[hidden.number]}]}


PATHS: Final[dict[str, Callable[[Hidden], tuple[str, dict[str, Any]]]]] = {
    "as it is": selecting(""),
    "with many a page": selecting("(first: 1000)"),
    "one a page": selecting("(first: 1)"),
    "from a forged cursor on": _from_before,
    "since ever": selecting('(since: "1949-10-01")'),
    "by the status of the repaired": selecting("(status: REPAIRED)"),
    "by the status of the revoked": selecting("(status: REVOKED)"),
    "by a router": _as_entity,
    "among many": lambda hidden: (BY_KEYS % TOLD, {"keys": [key(hidden.number), key(1)]}),
}


# Guard: what may not be shown in its state is no item (`Teller._is_shown`), however it is asked for.
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
@pytest.mark.parametrize("hidden", STATES.values(), ids=STATES)
async def test_a_hidden_record_is_in_no_answer(
    served: Served, hidden: Hidden, path: Callable[[Hidden], tuple[str, dict[str, Any]]]
) -> None:
    text, variables = path(hidden)
    for attacker in hidden.hidden_from:
        told = await attacker.ask(served, text, **variables)
        assert told.errors == []
        check_hidden(told, hidden)


def check_hidden(told: Told, hidden: Hidden) -> None:
    """Check that neither the number nor a key of the record is told, and that all counts count what is shown."""
    assert f"{hidden.serial}号".encode() not in told.said
    assert f'0{hidden.serial}"'.encode() not in told.said, "the key ends so at its source"
    for section in _sections(told.data):
        shown = len(section["items"])
        assert section["totalCount"] is None or shown == section["totalCount"] or section["pageInfo"]["hasNextPage"]


def _sections(shown: Any) -> list[Any]:
    if isinstance(shown, list):
        return [found for each in shown for found in _sections(each)]
    if not isinstance(shown, dict):
        return []
    return [shown] if "totalCount" in shown else [found for each in shown.values() for found in _sections(each)]


OWNER: Final = Attacker("business_environment", "OWNER")


@pytest.mark.parametrize("hidden", STATES.values(), ids=STATES)
async def test_what_is_hidden_is_there_for_its_owner(served: Served, hidden: Hidden) -> None:
    told = await OWNER.about(served, hidden.number, f"penalties {{ {TOLD} }}")
    assert f"{hidden.serial}号".encode() in told.said


# Guard: coverage, counts and pages are worked out after the hidden are gone (`make_page`): two subjects, one with a
# hidden record and one without any, are told of alike to the last byte.
CLEAN: Final = 105
TWINS: Final = {
    "repaired": 4,
    "two that ended": 101,
    "a minor one and one that ended": 131,
    "one that ended in the archive": 132,
}
LOOKS: Final = {
    "whole": "penalties { state totalCount pageInfo { hasNextPage endCursor } items { decisionNo }"
    " coverage { source part status reason asOf until matchConfidence } }",
    "by its count": "penalties { totalCount }",
    "by its first page": "penalties(first: 1) { pageInfo { hasNextPage endCursor } }",
    "by a filter": 'penalties(since: "2000-01-01") { state totalCount }',
    "by a filter that nothing fits": "penalties(status: REPAIRED) { state totalCount coverage { status reason } }",
    "by a filter on what it does not say": "penalties(domain: FIRE) { state coverage { source status reason } }",
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("number", TWINS.values(), ids=TWINS)
async def test_a_hidden_record_looks_like_none(served: Served, number: int, look: str) -> None:
    for attacker in (PORTAL, BANK):
        hidden = await attacker.about(served, number, look)
        clean = await attacker.about(served, CLEAN, look)
        assert alike(hidden, number) == alike(clean, CLEAN)


# Guard: the same behind a link: a court that may follow persons meets their companies' records under the same rules.
async def test_a_link_leads_to_no_hidden_record(served: Served) -> None:
    behind = f"roles {{ items {{ organization {{ uscc penalties {{ {TOLD} }} }} }} }}"
    told = await COURT.about(served, 3, f"legalRepresentative {{ items {{ person {{ {behind} }} }} }}")
    assert "203号".encode() in told.said, "of a linked company, and published"
    check_hidden(told, STATES["revoked"])


# Guard: lists are judged like penalties: `active` asks for a state, it opens none (`gateway.told.is_active`).
LISTS: Final = {
    "as it is": "listEntries { totalCount items { kind } }",
    "those that are past": "listEntries(active: false) { totalCount items { kind } }",
    "by its kind": "listEntries(kinds: [GOVERNMENT_PROCUREMENT]) { totalCount items { kind } }",
    "by its day": 'listEntries(since: "2021-05-17") { totalCount items { kind } }',
}


@pytest.mark.parametrize("selection", LISTS.values(), ids=LISTS)
async def test_an_entry_that_ended_is_in_no_public_list(served: Served, selection: str) -> None:
    for attacker in PUBLIC:
        told = await attacker.about(served, 3, selection)
        assert "GOVERNMENT_PROCUREMENT" not in column_of(told)
    shown = await Attacker("tax_department").about(served, 3, selection)
    assert "GOVERNMENT_PROCUREMENT" in column_of(shown), "for a department on duty it is there"


def column_of(told: Told) -> list[str]:
    return [item["kind"] for item in told.subject["listEntries"]["items"]]


# Guard: who only says that it audits, or is the subject, or the owner of something else, is shown no more than others.
CLAIMS: Final = {
    "the owner of other penalties": Attacker("ecology_environment", "OWNER"),
    "an owner of no penalties": Attacker("utilities", "OWNER"),
    "a department that asks as an owner": Attacker("court", "OWNER"),
}


@pytest.mark.parametrize("attacker", CLAIMS.values(), ids=CLAIMS)
async def test_a_purpose_alone_shows_nothing(served: Served, attacker: Attacker) -> None:
    for hidden in (STATES["repaired"], STATES["revoked"], STATES["minor"]):
        told = await attacker.about(served, hidden.number, f"penalties {{ {TOLD} }}")
        check_hidden(told, hidden)


async def test_an_auditor_is_told_of_hidden_and_shown_records_alike(served: Served) -> None:
    answers = {
        orjson.dumps(content(await AUDITOR.about(served, each, "penalties { totalCount }"))) for each in (4, 3, 105)
    }
    assert len(answers) == 1
