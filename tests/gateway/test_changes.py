"""What another configuration would change: laws over many configurations, and the command on folders and ledgers."""

import asyncio
import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.clock import utc_text
from gateway.auth import Client
from gateway.changes import Cell, Changes, Side, diff_policies, touched_queries
from gateway.ledger import Denial, Entry, Ledger, Pseudonym, SourceUse, new_receipt
from gateway.policy.departmental import Approval, Closure, Departmental, Duty
from tests.commands import Run
from tests.drawn import examples
from tests.gateway.signing import CITY, City, city

quick = settings(max_examples=examples(12), deadline=None)
DAY = "2026-06-01"
SOURCES = {name: CITY.catalogue.sources[name] for name in ("social_insurance", "utility_arrears", "tax_credit")}
CLIENTS = {name: CITY.clients[name] for name in ("bank", "portal", "finance", "medical_insurance")}
POLICY = CITY.policy.with_departmental(Departmental())

duties = st.builds(
    Duty,
    st.sampled_from(["finance", "medical_insurance"]),
    st.sampled_from(["FISCAL_FUNDS", "SUPERVISION"]),
    st.sampled_from([frozenset({"*"}), frozenset({"SocialInsurance"}), frozenset({"UtilityArrears", "HousingFund"})]),
    st.just("basis"),
)
closures = st.builds(
    Closure,
    st.just("social_insurance"),
    st.sampled_from([frozenset({"SocialInsurance.*"}), frozenset({"HousingFund.status"})]),
    st.just("document"),
)
registered: st.SearchStrategy[dict[str, Client]] = st.lists(st.sampled_from(sorted(CLIENTS)), unique=True).flatmap(
    lambda names: st.fixed_dictionaries(
        {
            name: st.builds(
                lambda purposes, base=CLIENTS[name]: replace(base, purposes=tuple(purposes)),
                st.lists(st.sampled_from(CLIENTS[name].purposes), unique=True, min_size=1),
            )
            for name in names
        }
    )
)
sides = st.builds(
    lambda duties, closures, clients, sources: Side(
        POLICY.with_departmental(Departmental(duties=tuple(duties), closures=tuple(closures))),
        clients,
        {name: SOURCES[name] for name in sources},
    ),
    st.lists(duties, max_size=2),
    st.lists(closures, max_size=1),
    registered,
    st.lists(st.sampled_from(sorted(SOURCES)), unique=True),
)


def cells(changes: Changes) -> tuple[set[Cell], set[Cell]]:
    return {each.cell for each in changes.opens}, {each.cell for each in changes.closes}


@quick
@given(sides)
def test_a_configuration_does_not_differ_from_itself(side: Side) -> None:
    assert not diff_policies(side, side)


@quick
@given(sides, sides)
def test_the_other_way_round_what_opened_closes(old: Side, new: Side) -> None:
    there, back = diff_policies(old, new), diff_policies(new, old)
    assert cells(there) == cells(back)[::-1]
    assert (there.appear, there.vanish) == (back.vanish, back.appear)
    for one, other in zip(there.opens, back.closes, strict=True):
        assert (one.before, one.after) == (other.after, other.before)


@quick
@given(sides, sides)
def test_what_opens_was_closed_and_is_open(old: Side, new: Side) -> None:
    changes = diff_policies(old, new)
    for change in (*changes.opens, *changes.closes):
        was, will = ((each is not None and each.allowed) for each in (change.before, change.after))
        assert (was, will) == (not change.opens, change.opens)


@quick
@given(sides, duties)
def test_a_duty_more_opens_and_closes_nothing(side: Side, duty: Duty) -> None:
    decided = side.policy.departmental
    more = side.policy.with_departmental(replace(decided, duties=(*decided.duties, duty)))
    assert diff_policies(side, replace(side, policy=more)).closes == ()


@quick
@given(sides, closures)
def test_a_closure_more_closes_and_opens_nothing(side: Side, closure: Closure) -> None:
    decided = side.policy.departmental
    more = side.policy.with_departmental(replace(decided, closures=(*decided.closures, closure)))
    assert diff_policies(side, replace(side, policy=more)).opens == ()


def side(*decided: Duty | Approval | Closure, client: str = "finance") -> Side:
    found = Departmental(
        duties=tuple(each for each in decided if isinstance(each, Duty)),
        approvals=tuple(each for each in decided if isinstance(each, Approval)),
        closures=tuple(each for each in decided if isinstance(each, Closure)),
    )
    return Side(POLICY.with_departmental(found).on(DAY), {client: CITY.clients[client]}, SOURCES)


ALL = Duty("finance", "SUPERVISION", frozenset({"*"}), "basis")


def test_who_decided_what_opens() -> None:
    by_duty = diff_policies(side(), side(ALL))
    assert {each.department for each in by_duty.opens} == {"finance"}
    assert {each.cell.source for each in by_duty.opens} == set(SOURCES)
    closed = Closure("social_insurance", frozenset({"SocialInsurance.*"}), "document")
    by_owner = diff_policies(side(ALL, closed), side(ALL))
    assert {each.department for each in by_owner.opens} == {"human_resources"}
    elsewhere = diff_policies(replace(side(ALL), clients={}), side(ALL))
    assert {each.department for each in elsewhere.opens} == {None}
    assert elsewhere.appear == ("finance",)


def test_days_count() -> None:
    until = Duty("finance", "SUPERVISION", frozenset({"*"}), "basis", until="2026-05-31")
    assert not diff_policies(side(), side(until))
    assert diff_policies(side(), side(replace(until, until=DAY)))


def test_what_opens_with_consent_alone_is_told_apart() -> None:
    closed = Closure("utility_arrears", frozenset({"UtilityArrears.bill_no"}), "document")
    (change,) = [
        each
        for each in diff_policies(side(client="bank"), side(closed, client="bank")).closes
        if each.cell.field == "bill_no"
    ]
    assert change.cell.towards == "CONSENTING"
    assert (str(change.before.reason), str(change.after.reason) if change.after else None) == (  # type: ignore[union-attr]
        "CONSENT_GRANTED",
        None,
    )


def test_clients_are_counted_as_they_are_done() -> None:
    seen: list[str] = []
    diff_policies(side(client="bank"), side(), seen.append)
    assert seen == ["bank", "finance"]


# ---- the ledger ---------------------------------------------------------------------------------------------------


def entry(days_ago: float = 0, **changes: Any) -> Entry:
    """Return the entry of a query by the department of finance for social insurance."""
    use = SourceUse(entity="SocialInsurance", fields=("name", "status"), calls=1, statuses={"ANSWERED": 1})
    said: dict[str, Any] = {
        "receipt": new_receipt(),
        "at": utc_text(datetime.now(UTC) - timedelta(days=days_ago)),
        "client": "finance",
        "department": "finance",
        "purpose": "SUPERVISION",
        "case": None,
        "consent": None,
        "operation_hash": "ab" * 32,
        "operation_name": "Insured",
        "subjects": (Pseudonym("00"),),
        "sources": {"social_insurance": (use,)},
        "denied": (),
        "outcome": "ANSWERED",
        "policy_version": "1",
        "catalogue_version": "1",
        "response_digest": "00",
        "elapsed_ms": 1,
    }
    return Entry(**said | changes)


def test_queries_that_lose_and_gain() -> None:
    changes = diff_policies(side(ALL), side(Duty("finance", "SUPERVISION", frozenset({"UtilityArrears"}), "basis")))
    denied: dict[str, Any] = {"sources": {}, "denied": (Denial(field="UtilityArrears.*", reason="DUTY_NOT_LISTED"),)}
    lost = touched_queries(
        changes,
        [entry(), entry(), entry(purpose="OWNER"), entry(client="bank"), entry(**denied), entry(outcome="EXPLAINED")],
    )
    assert (lost.read, lost.changed) == (5, 2)
    assert {(query.name, effect, what): count for (query, effect, what), count in lost.queries.items()} == {
        ("Insured", "LOSES", "social_insurance: SocialInsurance.name"): 2,
        ("Insured", "LOSES", "social_insurance: SocialInsurance.status"): 2,
    }
    back = diff_policies(side(), side(ALL))
    gained = touched_queries(back, [entry(), entry(**denied)])
    assert (gained.read, gained.changed) == (2, 1)
    assert {effect for _, effect, _ in gained.queries} == {"GAINS"}
    field = entry(sources={}, denied=(Denial(field="SocialInsurance.status", reason="DUTY_NOT_LISTED"),))
    assert [what for _, _, what in touched_queries(back, [field]).queries] == [
        "social_insurance: SocialInsurance.status"
    ]


def test_queries_that_rested_on_a_consent() -> None:
    closed = Closure("utility_arrears", frozenset({"UtilityArrears.bill_no"}), "document")
    changes = diff_policies(side(client="bank"), side(closed, client="bank"))
    use = SourceUse(entity="UtilityArrears", fields=("bill_no",), calls=1, statuses={})
    bank: dict[str, Any] = {"client": "bank", "purpose": "BANK_CREDIT", "sources": {"utility_arrears": (use,)}}
    assert touched_queries(changes, [entry(**bank)]).changed == 0
    assert touched_queries(changes, [entry(**bank, consent=Pseudonym("00"))]).changed == 1


KEPT = {"bank", "court", "customs", "finance", "medical_insurance", "tax_department"}
"""The clients of the configurations that the command compares."""

# ---- the command --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city's configuration with few of its clients: every client takes its time to compare."""
    folder = city(tmp_path_factory.mktemp("old")).folder
    path = folder / "clients.toml"
    head, *clients = re.split(r"(?m)^(?=\[clients\.)", path.read_text(encoding="utf-8"))
    kept = [each for each in clients if re.match(r"\[clients\.(\w+)\]", each)[1] in KEPT]  # type: ignore[index]
    assert len(kept) == len(KEPT)
    path.write_text(head + "".join(kept), encoding="utf-8")
    return folder


@pytest.fixture
def made(old: Path, tmp_path: Path) -> City:
    shutil.copytree(old, tmp_path / "config")
    (tmp_path / "old").symlink_to(old)
    return City(tmp_path / "config")


def before(made: City) -> Path:
    """Return the folder of the configuration as it was."""
    return made.folder.with_name("old")


def diff(run: Run, made: City, *options: str) -> Any:
    done = run("policy", "diff", str(before(made)), str(made.folder), "--json", *options)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def test_nothing_changes(run: Run, made: City) -> None:
    assert diff(run, made) == (
        0,
        {"opens": [], "closes": [], "clients": {"appear": [], "vanish": []}, "unsigned": sorted(CITY.covered)},
    )
    done = run("policy", "diff", str(before(made)), str(made.folder))
    assert (done.returncode, done.stdout) == (0, "nothing changes for anybody\n")


def test_what_opens_is_told_with_reason_and_signature(run: Run, made: City) -> None:
    made.sign(made.new_signer("customs", "分管副关长"))
    made.change('"CreditRating", "HousingFund", ', '"CreditRating", ', "taxation")
    made.change('entities = ["CreditRating", ', 'entities = ["CreditRating", "HousingFund", ', "customs")
    code, told = diff(run, made)
    assert code == 1
    (opens,) = told["opens"]
    assert (opens["client"], opens["purpose"], opens["entity"]) == ("customs", "ADMIN_APPROVAL", "HousingFund")
    assert (opens["before"], opens["after"]) == ("DUTY_NOT_LISTED", "GRANTED")
    assert (opens["department"], opens["signed"]) == ("customs", False)
    assert {(each["client"], each["entity"], each["after"]) for each in told["closes"]} == {
        ("tax_department", "HousingFund", "DUTY_NOT_LISTED")
    }
    made.sign(made.signers["customs-0"])
    _, told = diff(run, made)
    assert [each["signed"] for each in told["opens"]] == [True]
    table = run("policy", "diff", str(before(made)), str(made.folder)).stdout
    assert "NOT SIGNED" not in table
    assert "HousingFund" in table


def test_the_ledger_tells_whom_it_touches(run: Run, made: City, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    asyncio.run(_fill(url, [entry(40), entry(20), entry(), entry(client="bank")]))
    made.change(
        'purpose = "SUPERVISION"\nentities = ["*"]', 'purpose = "SUPERVISION"\nentities = ["HousingFund"]', "finance"
    )
    code, told = diff(run, made, "--ledger", url, "--days", "30")
    assert code == 1
    assert (told["ledger"]["read"], told["ledger"]["changed"]) == (3, 2)
    assert {(each["client"], each["name"], each["effect"], each["entries"]) for each in told["ledger"]["queries"]} == {
        ("finance", "Insured", "LOSES", 2)
    }
    shown = run("policy", "diff", str(before(made)), str(made.folder), "--ledger", url)
    assert "ledger: 2 of 3 entries would change" in shown.stdout


async def _fill(url: str, entries: list[Entry]) -> None:
    ledger = await Ledger.open(url)
    for each in entries:
        await ledger.append(each)
    await ledger.close()


def test_what_cannot_be_compared_ends_with_2(run: Run, made: City, tmp_path: Path) -> None:
    missing = tmp_path / "nothing.sqlite"
    assert diff(run, made, "--ledger", f"sqlite:///{missing}") == (2, "the ledger has no such file\n")
    assert not missing.exists()
    code, told = diff(run, made, "--ledger", "mysql://host/secret")
    assert (code, "secret" in told) == (2, False)
    assert diff(run, made, "--day", "2026-02-30")[0] == 2
    made.change("author", '"\\u001b[2J" = 1\nauthor')
    code, told = diff(run, made)
    assert code == 2
    assert told.startswith("NEW: policies/taxation.toml")
    assert "\x1b" not in told
