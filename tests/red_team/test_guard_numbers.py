"""Personal numbers where servers keep logs, or where callers are told what they said: URLs, headers, errors."""

import logging
from urllib.parse import quote, urlencode

import orjson
import pytest

from gateway.demo import codes
from schema import identifiers
from tests.end_to_end.queries import NAMED
from tests.end_to_end.served import Served
from tests.red_team import guarded
from tests.red_team.guarded import (
    ONE,
    literal,
    wide,
)

served = guarded.served
new_day = guarded.new_day

# Guards of this file: `_check_personal` for URLs, `gateway.auth.identify` for headers, `redact` for messages.

PERSON = NAMED[3].representative.id_no
OLD = PERSON[:6] + "650101" + PERSON[14:17]
WIDE_DIGITS = wide(PERSON)
SMALL_X = codes.citizen_id(7, female=False).lower()
ESCAPED = "".join(f"\\u00{ord(each):02x}" for each in PERSON)
GETS = {
    "literal": {"query": f'{{ subject(key: {{value: "{PERSON}"}}) {{ __typename }} }}'},
    "old_form": {"query": f'{{ subject(key: {{value: "{OLD}"}}) {{ __typename }} }}'},
    "lower_case": {"query": f'{{ subject(key: {{value: "{SMALL_X}"}}) {{ __typename }} }}'},
    "full_width": {"query": f'{{ subject(key: {{value: "{WIDE_DIGITS}"}}) {{ __typename }} }}'},
    "escaped": {"query": f'{{ subject(key: {{value: "{ESCAPED}"}}) {{ __typename }} }}'},
    "blanks": {"query": f'{{ subject(key: {{value: "{" ".join(PERSON)}"}}) {{ __typename }} }}'},
    "block_string": {"query": f'{{ subject(key: {{value: """{PERSON[:6]}\n{PERSON[6:]}"""}}) {{ __typename }} }}'},
    "comment": {"query": f"{{ __typename }} # {PERSON}"},
    "alias": {"query": f"{{ p{PERSON}: __typename }}"},
    "operation": {"query": f"query Q{PERSON} {{ __typename }}"},
    "operation_name": {"query": "{ __typename }", "operationName": f"Q{PERSON}"},
    "variables": {"query": ONE, "variables": orjson.dumps({"key": {"value": PERSON}}).decode()},
    "variables_number": {"query": "{ __typename }", "variables": f'{{"n": {PERSON}}}'},
    "variables_escaped": {"query": ONE, "variables": f'{{"key": {{"value": "{ESCAPED}"}}}}'},
    "variable_name": {"query": "{ __typename }", "variables": f'{{"{PERSON}": 1}}'},
    "extensions": {"query": "{ __typename }", "extensions": f'{{"by": "{PERSON}"}}'},
    "unknown_parameter": {"query": "{ __typename }", "who": PERSON},
    "parameter_name": {"query": "{ __typename }", PERSON: "1"},
}


@pytest.mark.parametrize("way", GETS)
async def test_a_url_with_a_personal_number_is_refused_without_quoting_it(
    served: Served, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        told = await served.get(f"/graphql?{urlencode(GETS[way], quote_via=quote)}", served.headers("court"))
    (error,) = told.errors
    assert (told.status, error["extensions"]["code"]) == (400, "BAD_REQUEST")
    assert "by POST" in error["message"]
    for number in (PERSON, OLD, WIDE_DIGITS, PERSON[6:14]):
        assert number not in told.body.decode()
        assert number not in caplog.text


@pytest.mark.parametrize(
    "name", ["Credit-Purpose", "Credit-Case", "Credit-Consent", "Accept", "Content-Type", "X-Person", "Authorization"]
)
@pytest.mark.parametrize("number", [PERSON, OLD, PERSON[:6] + " " + PERSON[6:]], ids=["whole", "old", "blank"])
async def test_a_personal_number_in_a_header_comes_back_nowhere(
    served: Served, caplog: pytest.LogCaptureFixture, name: str, number: str
) -> None:
    before = {**served.headers("court"), name: number}
    with caplog.at_level(logging.DEBUG):
        told = await served.post({"query": "{ __typename }"}, before)
    assert told.status == (200 if name == "X-Person" else told.status)
    assert (told.status == 200) == (name == "X-Person")
    for each in (number, number[-12:-4]):
        assert each not in told.body.decode()
        assert each not in caplog.text
        assert each not in str(told.headers)


ARGUMENTS = {
    "subject": 'subject(key: {scheme: %s, value: "%s"}) { __typename }',
    "catalogue": 'catalogue(entity: "%s") { code }',
    "fields": 'catalogueFields(source: "%s") { field }',
    "departments": 'departments(asOf: "%s") { code }',
    "after": literal(NAMED[3].uscc, 'penalties(after: "%s") { state }'),
    "since": literal(NAMED[3].uscc, 'penalties(since: "%s") { state }'),
    "entity": '_entities(representations: [{__typename: "Enterprise", uscc: "%s"}]) { __typename }',
    "type": '_entities(representations: [{__typename: "%s"}]) { __typename }',
    "argument_name": "subject(p%s: 1) { __typename }",
    "field_name": "p%s",
    "directive": '__typename @skip(if: "%s")',
}
SCHEMES = (*identifiers.SCHEMES, "PERSON", "CITIZEN_ID")


@pytest.mark.parametrize("way", [*ARGUMENTS, *(f"scheme_{scheme}" for scheme in SCHEMES)])
async def test_a_personal_number_in_an_argument_finds_nobody_and_comes_back_nowhere(
    served: Served, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    field = ARGUMENTS["subject"] % (way[7:], PERSON) if way.startswith("scheme_") else ""
    if not field:
        field = ARGUMENTS[way] % (("USCC", PERSON) if way == "subject" else PERSON)
    with caplog.at_level(logging.DEBUG):
        told = await served.ask("public_security", f"{{ {field} }}")
    for each in (PERSON, PERSON[6:14], NAMED[3].representative.name, NAMED[3].name):
        assert each not in told.body.decode()
        assert each not in caplog.text
