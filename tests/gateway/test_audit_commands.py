"""`audit trail` and `audit stats`: read from the ledger itself, for people and for machines."""

import asyncio
import json
from pathlib import Path

import pytest
from graphql import parse, validate

from gateway.cli.audit import _STATS_QUERY, _TRAIL_QUERY
from gateway.cli.audit_told import STATS, TRAIL, written
from gateway.ledger import load_secret, pseudonym
from schema.schema import SCHEMA
from tests.commands import Run
from tests.gateway.audited import SUBJECT, asked, kept, refused


def told_by(run: Run, *said: str) -> tuple[int, str, str]:
    """Return how a command ended, what it printed and what it complained of."""
    done = run(*said)
    return done.returncode, done.stdout, done.stderr


PERIOD = ["--from", "2026-11-01T00:00:00+08:00", "--to", "2026-12-01T00:00:00+08:00"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of a gateway's own data, whose ledger has three entries."""
    name = pseudonym(load_secret(tmp_path, {}), "USCC", SUBJECT)
    entries = [
        asked(at="2026-11-20T02:00:00.000Z", subjects=(name,), case="loan 7"),
        refused(at="2026-11-20T03:00:00.000Z"),
        asked(at="2026-11-20T04:00:00.000Z", client="court", purpose="LAW_ENFORCEMENT"),
    ]

    async def fill() -> None:
        async with kept(f"sqlite:///{tmp_path / 'ledger.sqlite'}", entries):
            pass

    asyncio.run(fill())
    return tmp_path


def test_a_person_sees_a_table(run: Run, data: Path) -> None:
    code, told, _ = told_by(run, "audit", "trail", "--data", str(data), "--client", "court")
    assert code == 0
    assert "LAW_ENFORCEMENT" in told
    assert "BANK_CREDIT" not in told
    nothing = told_by(run, "audit", "trail", "--data", str(data), "--client", "nobody")
    assert "no entry fits" in nothing[1]


def test_a_machine_gets_what_the_graph_would_tell(run: Run, data: Path) -> None:
    code, told, _ = told_by(run, "audit", "trail", "--data", str(data), "--subject", f"USCC={SUBJECT}", "--json")
    assert code == 0
    (entry,) = json.loads(told)["entries"]
    assert (entry["case"], entry["client"], entry["index"]) == ("loan 7", "bank", 0)
    assert entry["uses"][0]["statuses"] == [{"status": "ANSWERED", "count": 1}]
    assert SUBJECT not in told
    first = json.loads(told_by(run, "audit", "trail", "--data", str(data), "--first", "2", "--json")[1])
    cursor = first["pageInfo"]["endCursor"]
    rest = json.loads(told_by(run, "audit", "trail", "--data", str(data), "--after", cursor, "--json")[1])
    assert [len(each["entries"]) for each in (first, rest)] == [2, 1]


def test_figures_of_a_period(run: Run, data: Path) -> None:
    code, told, _ = told_by(run, "audit", "stats", "--data", str(data), *PERIOD, "--by", "CLIENT", "--json")
    assert code == 0
    groups = {each["key"]: (each["answers"], each["refusals"]) for each in json.loads(told)["groups"]}
    assert groups == {"bank": (1, 1), "court": (1, 0)}
    assert "computed from ENTRIES" in told_by(run, "audit", "stats", "--data", str(data), *PERIOD)[1]


@pytest.mark.parametrize(
    ("said", "code", "message"),
    [
        (["audit", "trail", "--kind", "QUESTION"], 2, "MUTATION"),
        (["audit", "stats", *PERIOD, "--by", "WEEK"], 2, "OWNER"),
        (["audit", "trail", "--from", "yesterday"], 1, "2026-03-18T09:30:00+08:00"),
        (["audit", "trail", "--url", "mysql://there/ledger"], 2, "postgresql"),
        (["audit", "trail", "--gateway", "http://127.0.0.1:1/graphql"], 2, "@FILE"),
    ],
    ids=["kind", "by", "time", "url", "token"],
)
def test_what_is_wrong_is_said(run: Run, data: Path, said: list[str], code: int, message: str) -> None:
    ended, _, told = told_by(run, *said, "--data", str(data))
    assert ended == code
    assert message in told


def test_nothing_is_made_where_there_is_no_ledger(run: Run, tmp_path: Path) -> None:
    ended, _, told = told_by(run, "audit", "trail", "--data", str(tmp_path))
    assert ended == 1
    assert "no ledger" in told
    assert list(tmp_path.iterdir()) == []


def test_a_gateway_that_does_not_answer_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret-token", encoding="utf-8")
    address = ["--gateway", "http://127.0.0.1:1/graphql", "--token", f"@{tmp_path / 'token'}"]
    ended, _, told = told_by(run, "audit", "trail", *address)
    assert ended == 1
    assert "no gateway answers" in told
    assert "secret-token" not in told


@pytest.mark.parametrize("query", [f"{_TRAIL_QUERY}{written(TRAIL)} }}", f"{_STATS_QUERY}{written(STATS)} }}"])
def test_what_is_asked_of_a_gateway_fits_the_schema(query: str) -> None:
    assert validate(SCHEMA, parse(query)) == []
