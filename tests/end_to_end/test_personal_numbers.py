"""After a load full of personal numbers there is none anywhere (invariant 7): not in a log, the ledger, Redis, a URL of
a source, an error, a metric, a temporary file, nor in any cache that the gateway still holds.

The numbers are of two kinds, all synthetic: those of the demo's people, which follow links from source to source, and
those that callers type where none belongs.
"""

import asyncio
import logging
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_plus

import orjson
import pytest

from gateway.demo import HTTP_SOURCES, Departments, codes
from gateway.shared import REDIS_URL_ENV
from tests.end_to_end.heap import texts_held
from tests.end_to_end.queries import NAMED, uscc_key
from tests.end_to_end.sections import BY_KEY, PERSON_OF, sections_of
from tests.end_to_end.served import Served, Told, serving
from tests.end_to_end.shared import stored

PEOPLE = sorted({subject.representative.id_no for subject in NAMED.values()})
TYPED = [codes.citizen_id(number, female=number % 2 == 0) for number in range(7_001, 7_025)]
OLD = [f"{number[:6]}{number[8:17]}" for number in TYPED if number[8:10] >= "30"] or [f"{TYPED[0][:6]}650101001"]
ALL = [*PEOPLE, *TYPED, *OLD]
FAULTS = ("html", "garbled", "error", "down", "captcha_json", "empty")
PERSONS = [BY_KEY % ("Organization", PERSON_OF % selection) for selection in sections_of("NaturalPerson").values()]
BY = "query($k: SubjectKey!) { subject(key: $k) { __typename ... on SubjectProblem { message } } }"


def bodies(number: str) -> Iterator[Any]:
    """Yield requests that hold ``number`` where a caller might put it: rightly written, or in no way a request."""
    escaped = "".join(f"\\u00{ord(each):02x}" for each in number)
    apart = f"{number[:6]} {number[6:14]}-{number[14:]}"
    for scheme in ("USCC", "ORG_CODE", "REG_NO", "TAX_NO", "CUSTOMS_CODE", "SOCIAL_ORG_CERT", "NAME", "PERSON", None):
        yield {"query": BY, "variables": {"k": {"scheme": scheme, "value": number}}}
    yield {"query": BY, "variables": {"k": {"value": apart}}}
    yield {"query": BY, "variables": {"k": {"value": int(number[:17])}}}
    yield {"query": BY, "variables": {"k": {"value": f"张三{number}"}, number: number}}
    yield {"query": BY, "variables": {"k": {number: number}}}
    yield {"query": BY, "variables": {"k": number}, "operationName": number}
    for text in (
        f'{{ subject(key: {{value: "{number}"}}) {{ __typename }} }}',
        f'{{ subject(key: {{value: "{apart}"}}) {{ __typename }} }}',
        f'{{ subjects(keys: [{{value: """{number}"""}}]) {{ __typename }} }}',
        f'{{ subject(key: {{value: "{escaped}"}}) {{ __typename }} }}',
        f'query Q{number} {{ p{number}: subject(key: {{value: "{number}"}}) {{ __typename }} }}',
        f'{{ catalogue(entity: "{number}") {{ code }} departments(asOf: "{number}") {{ code }} }}',
        f'{{ _entities(representations: [{{__typename: "Enterprise", uscc: "{number}"}}]) {{ __typename }} }}',
        f'{{ _entities(representations: [{{__typename: "{number}"}}]) {{ __typename }} }}',
        f"{{ __typename }} # {number}",
        f"{{ p{number} }}",
        f"{{ {number} }}",
        f'{{ __type(name: "{number}") {{ name }} }}',
        f"fragment F{number} on Query {{ __typename }} {{ ...F{number} ...G{number} }}",
        f"query($x{number}: String) {{ __typename }}",
        f"{{ __typename @skip(if: {number[:17]}) }}",
    ):
        yield {"query": text}
    yield {"query": "{ __typename }", "operationName": f"Q{number}"}
    yield {"query": "{ __typename }", "extensions": {"explain": True, "who": number}}
    yield [{"query": number}]
    yield {number: number}
    yield f'{{"query": "{number}'.encode()
    yield f'{{"query": {number[:17]}}}'.encode()
    yield number.encode()
    yield b"\xff" + number.encode()


def headers(number: str) -> Iterator[dict[str, str]]:
    names = ("Credit-Purpose", "Credit-Case", "Credit-Consent", "Accept", "Content-Type", "X-Person", "Authorization")
    yield from ({name: number} for name in names)
    yield {"Authorization": f"Bearer {number}"}
    yield {"Accept": f"application/json;v={number}"}
    yield {"Content-Type": f"application/json; charset={number}"}
    yield {number: number}


def paths(number: str) -> Iterator[str]:
    literal = quote(f'{{ subject(key: {{value: "{number}"}}) {{ __typename }} }}')
    variables = quote(orjson.dumps({"k": {"value": number}}))
    yield from (f"/graphql?query={literal}", f"/graphql?query={quote(BY)}&variables={variables}")
    yield from (f"/graphql?query=%7B__typename%7D&who={number}", f"/graphql?{number}")
    yield from (f"/graphql/{number}", f"/{number}")
    yield from (f"/metrics?{number}", f"/health/live?{number}", f"/token?client_id={number}")


@dataclass
class Load:
    """What came of a load, and what was left after it."""

    told: list[Told] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    shared: dict[str, bytes] = field(default_factory=dict)
    targets: dict[str, list[str]] = field(default_factory=dict)
    metrics: str = ""
    held: list[str] = field(default_factory=list)


class Listener(logging.Handler):
    """Keeps every message with its traceback, and whatever hangs on the record."""

    def __init__(self, logged: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._logged = logged

    def emit(self, record: logging.LogRecord) -> None:
        self._logged.append(f"{self.format(record)} {record.args!r}")


@pytest.fixture(scope="module")
async def load(demo_departments: Departments, tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Load:
    made = Load()
    folder, temporary = tmp_path_factory.mktemp("numbers"), tmp_path_factory.mktemp("temporary")
    known = logging.root.manager.loggerDict.values()
    loggers = [logging.root, *(each for each in known if isinstance(each, logging.Logger))]
    levels = [each.level for each in loggers]
    listener = Listener(made.logged)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(temporary))
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
            if logger is logging.root or not logger.propagate:
                logger.addHandler(listener)
        try:
            await _play(made, demo_departments, folder, valkey_url)
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.removeHandler(listener)
                logger.setLevel(level)
    left = [path for place in (folder, temporary) for path in place.rglob("*") if path.is_file()]
    made.files = {str(path): path.read_bytes() for path in left}
    return made


async def _play(made: Load, city: Departments, folder: Path, redis_url: str) -> None:
    for source in HTTP_SOURCES:
        city.forget_calls(source)
    async with serving({**city.environment, REDIS_URL_ENV: redis_url}, folder) as running:
        await _ask_about_persons(made, running, range(1, 30))
        for fault in FAULTS:
            for source in HTTP_SOURCES:
                city.fault(source, fault)
            await _ask_about_persons(made, running, (3, 4))
        for source in HTTP_SOURCES:
            city.fault(source)
        await _type_numbers(made, running)
        made.metrics = (await running.get("/metrics")).body.decode()
        made.shared = await stored(redis_url)
        made.targets = {source: city.targets(source) for source in HTTP_SOURCES}
        made.held = list(texts_held(running.gateway))


async def _ask_about_persons(made: Load, served: Served, subjects: Any) -> None:
    asked = [(query, uscc_key(number)) for number in subjects if number in NAMED for query in PERSONS]
    for at in range(0, len(asked), 30):
        some = asked[at : at + 30]
        made.told += await asyncio.gather(*(served.ask("public_security", query, key=key) for query, key in some))


async def _type_numbers(made: Load, served: Served) -> None:
    for number in (*TYPED[:4], *OLD[:2], *PEOPLE[:2]):
        for body in bodies(number):
            made.told.append(await served.post(body, served.headers("court")))
        for more in headers(number):
            made.told.append(await served.post({"query": "{ __typename }"}, {**served.headers("court"), **more}))
        for path in paths(number):
            made.told.append(await served.get(path, served.headers("court")))
        made.told.append(await _token(served, number))


async def _token(served: Served, number: str) -> Told:
    form = f"grant_type=client_credentials&client_id={number}&client_secret={number}&scope={number}".encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    async with served.session.post(f"{served.origin}/token", data=BytesIO(form), headers=kind) as response:
        return Told(response.status, response.headers, await response.read())


def quoted(text: str) -> list[str]:
    """Return the numbers that ``text`` holds, percent-encoded ones among them, and birth dates with their order."""
    plain = unquote_plus(text)
    return [number for number in ALL if number in text or number in plain or number[6:] in plain]


def test_the_load_did_what_it_was_meant_to(load: Load) -> None:
    answered = [each for each in load.told if each.status == 200 and b'"roles"' in each.body]
    assert len(answered) > 20
    assert {each.status for each in load.told} >= {200, 400, 401, 404}
    assert len(load.told) > 500
    assert load.targets["court_enforcement"]
    assert load.targets["police_verification"]
    assert [name for name in load.shared if name.startswith("credit:asked:persons:public_security")]
    assert len(load.held) > 10_000
    assert any(name.endswith("ledger.sqlite") for name in load.files)


def test_no_answer_quotes_a_number(load: Load) -> None:
    for told in load.told:
        assert quoted(told.body.decode("utf-8", "replace")) == []
        assert quoted(str(dict(told.headers))) == []


def test_no_message_of_any_logger_holds_one(load: Load) -> None:
    assert load.logged
    assert [line for line in load.logged if quoted(line)] == []


def test_no_file_holds_one(load: Load) -> None:
    for name, content in load.files.items():
        assert [number for number in ALL if number.encode() in content or number[6:].encode() in content] == [], name


def test_nothing_on_the_shared_server_holds_one(load: Load) -> None:
    for name, content in load.shared.items():
        assert quoted(name) == []
        assert [number for number in ALL if number.encode() in content or number[6:].encode() in content] == [], name


def test_no_url_of_a_source_holds_one(load: Load) -> None:
    for source, targets in load.targets.items():
        assert [target for target in targets if quoted(target)] == [], source


def test_no_metric_holds_one(load: Load) -> None:
    assert "credit_gateway_requests_total" in load.metrics
    assert quoted(load.metrics) == []


def test_no_cache_that_the_gateway_holds_has_one(load: Load) -> None:
    """Documents by their texts, plans by their literals, media types by headers: wherever a number could stay."""
    held: Mapping[str, None] = dict.fromkeys(text for text in load.held if len(text) > 11)
    assert [text[:200] for text in held if quoted(text)] == []
