"""Attacks on consents: made up, borrowed, stretched, smuggled, revoked for others, or guessed.

Every attack is made on a store in SQLite and on one in PostgreSQL, with two replicas of the gateway on each.
"""

import json
import re
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from joserfc.jwk import ECKey, OctKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode
from multidict import CIMultiDict

from gateway.consents.input import canonical_subject
from gateway.consents.tables import CONSENTS, of_grantee
from gateway.demo import Departments
from gateway.issuer import KEY_FILE_ENV
from gateway.kept import CONSENTS_URL_ENV
from gateway.ledger import new_receipt
from tests.end_to_end.conftest import demo_day as demo_day
from tests.end_to_end.conftest import key_file as key_file
from tests.end_to_end.consenting import HELD, RECORD, REVOKE, consenting, fate, given, record, recorded_id, revoke
from tests.end_to_end.forgery import altered, unsigned
from tests.end_to_end.served import Served, Told
from tests.gateway.consents import ISSUER, KEY, OTHER_SUBJECT, SUBJECT, lasting, new_database, sign
from tests.gateway.tokens import MISSING
from tests.servers import Server

PERSON: Final = "230881198501010013"
"""A citizen's number with a right check character."""
OLD_PERSON: Final = "230881850101001"
INSIDE: Final = re.compile(
    rb"Traceback|\.py\b|SELECT |INSERT |asyncpg|sqlite|sqlalchemy|msgspec|strawberry|graphql\.|object at 0x|<class"
    rb"|Exception|Error:|\bNone\b|/tmp|/work"
)
"""Words that tell how the gateway is built."""
NONE: Final = "019a8b6c55d07c3f9a1be0d1c2f3a4b5"
"""The id of no consent."""


class Site(NamedTuple):
    """Two replicas of the gateway on one store of consents."""

    one: Served
    other: Served


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def site(
    request: pytest.FixtureRequest,
    demo_departments: Departments,
    key_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("consents")
    url = f"sqlite:///{folder / 'shared.sqlite'}"
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres_server")
        url = await new_database(server, "red_team_consents")
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file), CONSENTS_URL_ENV: url}
    for name in ("one", "other"):
        (folder / name).mkdir()
    async with (
        consenting(environment, folder / "one") as one,
        consenting(environment, folder / "other") as other,
    ):
        yield Site(one, other)


async def rows(site: Site) -> int:
    """Return how many consents are recorded, whoever may see them."""
    consents = site.one.gateway.desk.consents
    query = sa.select(sa.func.count()).select_from(CONSENTS)
    return int(await consents._do(consents._reader, lambda connection: connection.execute(query).scalar_one()))


def content(told: Told) -> Any:
    """Return what an answer says, without what is its own in every answer."""
    return {name: value for name, value in told.content.items() if name != "extensions"}


def inputs(told: Told) -> set[str]:
    """Return the parts of the input that were refused."""
    return {each["field"] for error in told.errors for each in error["extensions"].get("inputs", ())}


# ---- who records ---------------------------------------------------------------------------------------------------
# guard: gateway.consents.rights.recorder

INTRUDERS: dict[str, tuple[str, dict[str, Any], str]] = {
    "the public": ("portal", {}, "SCOPE_MISSING"),
    "the public as grantee": ("portal", {"grantee": "portal"}, "SCOPE_MISSING"),
    "a department": ("tax_department", {"grantee": "tax_department"}, "SCOPE_MISSING"),
    "an auditor": ("auditor", {"grantee": "auditor"}, "SCOPE_MISSING"),
    "a bidder": ("procurement", {"grantee": "procurement"}, "SCOPE_MISSING"),
    "a bank for another client": ("bank", {"grantee": "procurement"}, "GRANTEE_NOT_CALLER"),
    "a bank for a window": ("bank", {"grantee": "consent_window"}, "GRANTEE_NOT_CALLER"),
    "a bank for one that is written alike": ("bank", {"grantee": "Bank"}, "GRANTEE_NOT_CALLER"),
    "a bank for one with a blank": ("bank", {"grantee": "bank "}, "GRANTEE_NOT_CALLER"),
}


@pytest.mark.parametrize("attack", INTRUDERS)
async def test_nobody_records_who_may_not(site: Site, attack: str) -> None:
    client, changes, reason = INTRUDERS[attack]
    before = await rows(site)
    purpose = {"tax_department": "SUPERVISION", "procurement": "BIDDING"}.get(client)
    case = "TJ-2026-17" if client == "procurement" else None
    told = await site.one.ask(client, RECORD, purpose=purpose, case=case, given=given(**changes))
    assert told.data == {"recordConsent": None}
    (error,) = told.errors
    assert (error["extensions"]["code"], error["extensions"]["reason"]) == ("FIELD_FORBIDDEN", reason)
    assert await rows(site) == before


async def test_a_token_that_was_narrowed_to_reading_records_and_revokes_nothing(site: Site) -> None:
    consent_id, before = await recorded_id(site.one), await rows(site)
    issuer = site.one.gateway.issuer
    assert issuer is not None
    narrow = issuer.mint("bank", ["credit.public", "credit.consent"])
    headers = {**site.one.headers("bank"), "Authorization": f"Bearer {narrow}"}
    for query, said in ((RECORD, given()), (REVOKE, {"id": consent_id})):
        told = await site.one.post({"query": query, "variables": {"given": said}}, headers)
        assert [error["extensions"]["code"] for error in told.errors] == ["FIELD_FORBIDDEN"]
    assert (await rows(site), await fate(site.one, consent_id)) == (before, "LIVE")


# ---- what a consent may say ------------------------------------------------------------------------------------------
# guard: gateway.consents.input, .fields, .checks

WILD_FIELDS: Final = [
    "*",
    "*.*",
    "*.balance",
    "TaxArrears",
    "TaxArrears.",
    ".balance",
    "TaxArrears.**",
    "TaxArrears.*.*",
    "TaxArrears.*,TaxCreditRating.*",
    "TaxArrears.* ",
    "TaxArrears.*\n",
    "TaxArrears.%",
    "TaxArrears._",
    "taxarrears.*",
    "ＴaxArrears.*",
    "Nothing.*",
    "TaxArrears.nothing",
    "Query.*",
    "__proto__.x",
    "Crosswalk.*",
    "Crosswalk.uscc",
    "PersonVerification.*",
    "PersonRole.*",
    "PersonListEntry.*",
    "PersonQualification.*",
    "LegalRepresentative.*",
    "LegalRepresentative.person_masked_id",
    "KeyPersonnel.person_name",
    "Shareholder.organization_uscc",
]


@pytest.mark.parametrize("field", WILD_FIELDS, ids=repr)
async def test_no_field_is_smuggled_in_by_a_wildcard_or_a_strange_name(site: Site, field: str) -> None:
    before = await rows(site)
    told = await record(site.one, fields=["TaxArrears.balance", field])
    assert (inputs(told), told.data) == ({"fields"}, {"recordConsent": None})
    token = sign(lasting(jti=new_receipt(), fields=["TaxArrears.*", field]))
    assert await fate(site.one, token) == "TOKEN_INVALID"
    assert await rows(site) == before


PERSONS: Final = {
    "a citizen's number": PERSON,
    "with blanks": "230881 19850101 0013",
    "with hyphens": "230881-19850101-0013",
    "in full width": "".join(chr(ord(each) + 0xFEE0) for each in PERSON),
    "of the old form": OLD_PERSON,
    "as a tax number": PERSON + "01",
    "after a letter": "L" + PERSON,
    "with a small x": "11010519491231002x",
    "with a wrong check": "230881198501010014",
    "that has the check character of a credit code too": "230881198501010188",
    "that has it, with a blank": "2308 8119 8501 0101 88",
}


@pytest.mark.parametrize("attack", PERSONS)
async def test_no_person_is_a_subject_and_no_number_is_told_or_written(site: Site, attack: str) -> None:
    number, before = PERSONS[attack], await rows(site)
    told = await record(site.one, "consent_window", subject=number)
    assert inputs(told) == {"subject"}
    held = await site.one.ask("bank", HELD, subject=number)
    assert held.content.get("data") is None
    assert await fate(site.one, sign(lasting(jti=new_receipt(), subject=number))) == "TOKEN_INVALID"
    written = [path.read_bytes() for path in site.one.data.parent.rglob("*.sqlite*")]
    for text in (told.body, held.body, *written):
        assert number.encode() not in text
        assert canonical_subject(number).encode() not in text
    assert await rows(site) == before


@pytest.mark.parametrize("part", ["grantee", "purposes", "fields", "evidence", "clientMutationId"])
async def test_no_number_is_smuggled_in_beside_the_subject(site: Site, part: str) -> None:
    before = await rows(site)
    for number in (PERSON, f"x.{PERSON}", f"A.{PERSON}", (PERSON + "a" * 64)[:64]):
        said = [number] if part in {"purposes", "fields"} else number
        told = await record(site.one, "consent_window", **{part: said})
        assert inputs(told) == {part} or (part == "grantee" and inputs(told) >= {part})
        assert PERSON.encode() not in told.body
    assert await rows(site) == before


STRETCHED: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "201 fields": ("fields", {"fields": ["TaxArrears.*"] * 201}),
    "20,000 fields": ("fields", {"fields": ["TaxArrears.*"] * 20_000}),
    "21 purposes": ("purposes", {"purposes": ["BANK_CREDIT"] * 21}),
    "a subject of a hundred thousand characters": ("subject", {"subject": "9" * 100_000}),
    "a subject after blanks": ("subject", {"subject": " " * 100_000 + SUBJECT}),
    "a key of a hundred thousand characters": ("clientMutationId", {"clientMutationId": "k" * 100_000}),
    "evidence of a hundred thousand characters": ("evidence", {"evidence": "5e" * 50_000}),
    "a field of a hundred thousand characters": ("fields", {"fields": ["TaxArrears." + "a" * 100_000]}),
    "a day too many": ("notAfter", {"notBefore": "2026-10-01", "notAfter": "2027-10-02"}),
    "for ever": ("notAfter", {"notAfter": "9999-12-31"}),
    "since ever": ("notAfter", {"notBefore": "0001-01-01"}),
    "over yesterday": ("notAfter", {"notBefore": "2026-10-01", "notAfter": "2026-10-31"}),
    "backwards": ("notAfter", {"notBefore": "2026-12-01", "notAfter": "2026-11-30"}),
    "years ahead": ("notBefore", {"notBefore": "2036-11-01", "notAfter": "2036-11-30"}),
    "as a token": ("form", {"form": "TOKEN"}),
    "for a purpose of a department": ("purposes", {"purposes": ["BANK_CREDIT", "SUPERVISION"]}),
    "for the owner's purpose": ("purposes", {"purposes": ["OWNER"]}),
    "for the purpose of a subject": ("purposes", {"purposes": ["SELF_QUERY"]}),
    "without evidence": ("evidence", {"evidence": ""}),
}
"""Attack -> the part that is wrong, and what is sent."""


@pytest.mark.parametrize("attack", STRETCHED)
async def test_no_consent_is_stretched(site: Site, attack: str) -> None:
    wrong, changes = STRETCHED[attack]
    before = await rows(site)
    told = await record(site.one, **changes)
    assert inputs(told) == {wrong}
    assert len(told.body) < 5_000
    assert await rows(site) == before


# ---- into the database ---------------------------------------------------------------------------------------------
# guard: bound parameters everywhere (gateway.consents.tables), and forms that are checked before

SQL: Final = [
    "'; DROP TABLE consents; --",
    "' OR '1'='1",
    '" OR ""="',
    "x') ON CONFLICT DO UPDATE SET grantee='bank'; --",
    "\\'; DELETE FROM consents; #",
    "$1; SELECT pg_sleep(9)",
    ":grantee :id",
    "%s%(grantee)s{0}",
    "%' ESCAPE '",
    "bank\x00",
    "bank'||(SELECT id FROM consents LIMIT 1)||'",
]
PARTS: Final = [
    *("subject", "grantee", "purposes", "fields", "evidence", "clientMutationId", "id", "issuer", "jti", "of", "after"),
    "reference",
]


@pytest.mark.parametrize("part", PARTS)
async def test_nothing_that_is_sent_becomes_a_statement(site: Site, part: str) -> None:
    consent_id, before = await recorded_id(site.one), await rows(site)
    for payload in SQL:
        if part == "reference":
            assert await fate(site.one, payload) == "TOKEN_INVALID"
            continue
        told = await _sent(site.one, part, payload)
        assert told.content.get("errors"), payload
        assert INSIDE.search(told.body) is None, told.body
        assert b"CONSENTS_UNAVAILABLE" not in told.body, payload
        assert told.status < 500
    assert await rows(site) == before
    assert await fate(site.one, consent_id) == "LIVE"


async def _sent(served: Served, part: str, payload: str) -> Told:
    if part in {"of", "after"}:
        return await served.ask("bank", HELD, **{"subject" if part == "of" else part: payload})
    if part in {"id", "issuer", "jti"}:
        said = {"id": payload} if part == "id" else {"issuer": ISSUER, "jti": "j", part: payload}
        return await revoke(served, **said)
    return await record(served, "consent_window", **{part: [payload] if part in {"purposes", "fields"} else payload})


def _all(connection: sa.Connection, query: sa.Select[Any]) -> list[Any]:
    return list(connection.execute(query))


# ---- whose consent counts --------------------------------------------------------------------------------------------
# guard: gateway.consents.model.refusal, and the condition on the grantee in gateway.consents.tables.of_grantee


async def test_a_consent_for_another_client_is_no_consent_and_looks_like_none(site: Site) -> None:
    foreign = await recorded_id(site.one, "consent_window", grantee="bank")
    for client in ("procurement", "consent_window", "portal", "Bank", "bank ", ""):
        assert await fate(site.one, foreign, client) == "UNKNOWN" == await fate(site.one, NONE, client)
    consents = site.one.gateway.desk.consents
    for one in (foreign, NONE):
        query = of_grantee([one], "procurement")
        read = await consents._do(consents._reader, partial(_all, query=query))
        assert read == [], "of a stranger's consent nothing is even read"


async def test_a_revoked_consent_of_another_looks_like_none_too(site: Site) -> None:
    foreign = await recorded_id(site.one)
    await revoke(site.one, id=foreign)
    assert await fate(site.one, foreign, "procurement") == "UNKNOWN"


async def test_a_consent_counts_for_no_other_purpose(site: Site) -> None:
    consent_id = await recorded_id(site.one)
    for purpose in ("AGENCY", "SUPERVISION", "bank_credit", "BANK_CREDIT ", ""):
        assert await fate(site.one, consent_id, purpose=purpose) == "OTHER_PURPOSE"


async def test_a_consent_counts_on_no_day_before_or_after(site: Site) -> None:
    consents = site.one.gateway.desk.consents
    one = await recorded_id(site.one, notBefore="2026-11-02", notAfter="2026-11-03")
    found = {
        day: dict((await consents.named([one], "bank", "BANK_CREDIT", day)).refused)
        for day in ("2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04")
    }
    assert list(found.values()) == [{one: "NOT_YET_VALID"}, {}, {}, {one: "EXPIRED"}]


async def test_a_revocation_in_one_replica_counts_in_the_other_from_the_next_query_on(site: Site) -> None:
    consent_id = await recorded_id(site.one)
    token = sign(lasting(jti=new_receipt()))
    jti = json.loads(_payload(token))["jti"]
    assert [await fate(site.other, each) for each in (consent_id, token)] == ["LIVE", "LIVE"]
    await revoke(site.one, id=consent_id)
    await revoke(site.one, issuer=ISSUER, jti=jti)
    assert [await fate(site.other, each) for each in (consent_id, token)] == ["REVOKED", "REVOKED"]


async def test_what_was_revoked_is_not_recorded_again_by_its_key(site: Site) -> None:
    said = {"clientMutationId": new_receipt()}
    consent_id = await recorded_id(site.one, **said)
    await revoke(site.one, id=consent_id)
    again = (await record(site.other, **said)).data["recordConsent"]
    assert (again["id"], again["inForce"]) == (consent_id, False)
    assert await fate(site.one, consent_id) == "REVOKED"


# ---- tokens ----------------------------------------------------------------------------------------------------------
# guard: gateway.consents.tokens


def _payload(token: str) -> bytes:
    return urlsafe_b64decode(token.split(".")[1].encode())


def forgeries(access_key: ECKey, access_token: str, access_issuer: str) -> dict[str, str]:
    """Return consent tokens that are not good, each for one reason."""
    good = sign(lasting(jti="forged"))
    head, said, signature = good.split(".")
    stranger = ECKey.generate_key("P-256", {"kid": "c1"})
    public = KEY.as_dict(private=False)
    now = int(time.time())
    return {
        "unsigned": unsigned(good),
        "unsigned with the old signature": unsigned(good) + signature,
        "without a signature": f"{head}.{said}.",
        "by a stranger's key": sign(lasting(), stranger),
        "by a key that it brings along": sign(lasting(), stranger, jwk=stranger.as_dict(private=False)),
        "by a key at an address": sign(lasting(), stranger, jku="http://127.0.0.1:1/keys"),
        "by the key of access tokens": sign(lasting(), access_key),
        "by the issuer of access tokens": sign(lasting(iss=access_issuer), access_key),
        "by the public key as a secret": sign(
            lasting(), OctKey.import_key(json.dumps(public, sort_keys=True).encode()), "HS256"
        ),
        "an access token": access_token,
        "typed as an access token": sign(lasting(), typ="at+jwt"),
        "typed as any token": sign(lasting(), typ="JWT"),
        "without a type": sign(lasting(), typ=MISSING),
        "with an extension": sign(lasting(), crit=["b64"], b64=False),
        "for another subject": altered(good, subject=OTHER_SUBJECT),
        "for another grantee": altered(good, grantee="procurement"),
        "for more fields": altered(good, fields=["TaxArrears.*", "TaxCreditRating.*"]),
        "for another purpose": altered(good, purposes=["BANK_CREDIT", "AGENCY"]),
        "for longer": altered(good, exp=now + 400 * 86_400),
        "meant for another gateway": sign(lasting(aud="another")),
        "meant for nobody": sign(lasting(aud=MISSING)),
        "bound to a key": sign(lasting(cnf={"jkt": "x"})),
        "for ever": sign(lasting(exp=now + 4_000 * 86_400)),
        "without an end": sign(lasting(exp=MISSING)),
        "from the future": sign(lasting(iat=now + 3_600)),
        "with a claim twice": f"{head}.{_twice(said)}.{signature}",
        "of five parts": f"{good}.x.y",
        "of nothing": "..",
    }


def _twice(said: str) -> str:
    return urlsafe_b64encode(_payload(f".{said}.")[:-1] + b', "grantee": "bank"}').decode()


FORGERIES: Final = list(forgeries(ECKey.generate_key("P-256"), "", ""))


@pytest.mark.parametrize("attack", FORGERIES)
async def test_no_forged_token_is_a_consent(site: Site, key_file: Path, attack: str) -> None:
    access_key = ECKey.import_key(key_file.read_bytes(), {"kid": "c1"})
    desk_issuer = site.one.gateway.issuer
    assert desk_issuer is not None
    forged = forgeries(access_key, site.one.token("bank"), desk_issuer.issuer)[attack]
    assert await fate(site.one, forged) == "TOKEN_INVALID"
    assert await fate(site.one, sign(lasting(jti="forged"))) == "LIVE", "only what was forged is wrong with it"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"grantee": "procurement"}, "UNKNOWN"),
        ({"purposes": ["AGENCY"]}, "OTHER_PURPOSE"),
        ({"exp": int(time.time()) - 1}, "EXPIRED"),
        ({"nbf": int(time.time()) + 3_600, "exp": int(time.time()) + 7_200}, "NOT_YET_VALID"),
    ],
    ids=["of another grantee", "for another purpose", "over a second ago", "from the next hour on"],
)
async def test_a_good_token_counts_for_nothing_but_what_it_says(site: Site, changes: dict[str, Any], why: str) -> None:
    assert await fate(site.one, sign(lasting(jti=new_receipt(), **changes))) == why


async def test_a_consent_token_gives_no_access(site: Site) -> None:
    for token in (
        sign(lasting()),
        sign(lasting(client_id="bank", sub="bank", scope="credit.public consent.record"), typ="at+jwt"),
    ):
        headers = {**site.one.headers("bank"), "Authorization": f"Bearer {token}"}
        told = await site.one.post({"query": "{ legalBases { code } }"}, headers)
        assert told.status == 401


# ---- the way of mutations --------------------------------------------------------------------------------------------
# guard: gateway.desk (POST alone), gateway.mutate.MAXIMUM_CHANGES


async def test_no_mutation_by_get(site: Site) -> None:
    before = await rows(site)
    queries = {
        "bare": (RECORD, None),
        "beside a query": (f"query Harmless {{ legalBases {{ code }} }} {RECORD}", "Record"),
    }
    for query, name in queries.values():
        said = {"query": query, "variables": json.dumps({"given": given()})} | ({"operationName": name} if name else {})
        told = await site.one.get(f"/graphql?{urlencode(said)}", site.one.headers("bank"))
        assert (told.status, told.errors[0]["extensions"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert await rows(site) == before


@pytest.mark.parametrize("spread", [False, True], ids=["by aliases", "in fragments"])
async def test_no_more_mutations_than_are_taken_at_once(site: Site, spread: bool) -> None:
    before = await rows(site)
    fields = " ".join(f"a{at}: recordConsent(input: $given) {{ id }}" for at in range(21))
    query = f"mutation($given: RecordConsentInput!) {{ {fields} }}"
    if spread:
        query = (
            "mutation($given: RecordConsentInput!) { ...all ... { ...all } } "
            f"fragment all on Mutation {{ ... on Mutation {{ {fields} }} }}"
        )
    told = await site.one.ask("bank", query, given=given())
    assert (told.content.get("data"), told.errors[0]["extensions"]["code"]) == (None, "TOO_COSTLY")
    assert await rows(site) == before


async def test_a_mutation_asks_for_nothing_of_the_schema_or_of_subjects(site: Site) -> None:
    for selected in ("__schema { types { name } }", 'subject(key: {value: "x"}) { __typename }', "_service { sdl }"):
        told = await site.one.ask("bank", f"mutation {{ {selected} }}")
        assert told.errors[0]["extensions"]["code"] == "BAD_QUERY"
        assert INSIDE.search(told.body) is None


async def test_a_key_of_another_client_gives_nothing_of_it(site: Site) -> None:
    key = new_receipt()
    mine = await recorded_id(site.one, clientMutationId=key)
    theirs = await recorded_id(site.one, "consent_window", clientMutationId=key)
    assert mine != theirs


# ---- revoking and seeing -------------------------------------------------------------------------------------------
# guard: gateway.consents.tables.within


async def test_nobody_revokes_the_consent_of_others_or_learns_that_it_is_there(site: Site) -> None:
    foreign = await recorded_id(site.one)
    answers = [content(await revoke(site.one, "consent_window", id=each)) for each in (foreign, NONE)]
    assert answers[0] == answers[1]
    assert answers[0]["errors"][0]["extensions"] == {"code": "CONSENT_UNKNOWN"}
    for client, purpose in (("portal", None), ("tax_department", "SUPERVISION"), ("auditor", None)):
        told = await site.one.ask(client, REVOKE, purpose=purpose, given={"id": foreign})
        assert told.codes == {"revokeConsent": "FIELD_FORBIDDEN"}
    assert await fate(site.one, foreign) == "LIVE"


@pytest.mark.parametrize("form", ["upper", "%", "_", "short", "hyphens", "both", "neither", "half a token"])
async def test_what_is_no_id_revokes_nothing(site: Site, form: str) -> None:
    consent_id = await recorded_id(site.one)
    said: dict[str, Any] = {
        "upper": {"id": consent_id.upper()},
        "%": {"id": "%"},
        "_": {"id": "_" * 32},
        "short": {"id": consent_id[:31]},
        "hyphens": {"id": f"{consent_id[:8]}-{consent_id[8:]}"},
        "both": {"id": consent_id, "issuer": ISSUER, "jti": "x"},
        "neither": {},
        "half a token": {"jti": "x"},
    }[form]
    told = await revoke(site.one, **said)
    assert told.codes == {"revokeConsent": "INPUT_INVALID"}
    assert await fate(site.one, consent_id) == "LIVE"


async def test_nobody_revokes_the_token_of_others_by_its_jti(site: Site) -> None:
    jti = new_receipt()
    told = await revoke(site.one, "consent_window", issuer=ISSUER, jti=jti)
    assert told.data["revokeConsent"]["consent"] is None, "the same answer whether the token exists or not"
    assert await fate(site.one, sign(lasting(jti=jti))) == "LIVE"


async def test_nobody_lists_the_consents_of_others(site: Site) -> None:
    foreign = await recorded_id(site.one, subject=OTHER_SUBJECT)
    for variables in ({}, {"subject": OTHER_SUBJECT}, {"after": "f" * 12 + "7" + "f" * 3 + "b" + "f" * 15}):
        told = await site.one.ask("consent_window", HELD, **variables)
        assert foreign.encode() not in told.body
    for client, purpose in (("portal", None), ("tax_department", "SUPERVISION"), ("auditor", None)):
        told = await site.one.ask(client, HELD, purpose=purpose, subject=OTHER_SUBJECT)
        assert told.data == {"consents": None}
        assert told.codes == {"consents": "FIELD_FORBIDDEN"}


async def test_two_consent_headers_are_refused(site: Site) -> None:
    headers = CIMultiDict(site.one.headers("bank"))
    for reference in (NONE, new_receipt()):
        headers.add("Credit-Consent", reference)
    told = await site.one.post({"query": "{ __typename }"}, headers)
    assert (told.status, told.errors[0]["extensions"]["code"]) == (400, "BAD_REQUEST")
