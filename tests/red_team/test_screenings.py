"""Attacks on screenings: others' jobs read, persons' numbers slipped in, files turned onto others, rows forged."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from gateway.demo import Departments
from gateway.issuer import KEY_FILE_ENV
from gateway.ledger import new_receipt
from gateway.proof.merkle import ProofError
from gateway.proof.note import NoteError, SigningKey, sign_note
from gateway.screening.keys import read_key
from gateway.screening.manifest import open_manifest, row_leaf, row_salt, row_text
from gateway.screening.model import Fault, Row
from gateway.screening.portfolio import Wish, open_portfolio, private_file
from gateway.screening.proof import verify_file, verify_row
from gateway.screening.results import RESULTS, cells
from gateway.screening.screening import Screened
from schema.identifiers import Identifier
from tests.end_to_end.conftest import demo_day as demo_day
from tests.end_to_end.conftest import key_file as key_file
from tests.end_to_end.served import Served, serving
from tests.gateway.portfolios import KEY, QUESTION, Counting, opened, outcome_of, read, rows, uscc, write

PERSON: Final = "230881198501010022"
DISGUISED: Final = {
    "plain": PERSON,
    "full-width": PERSON.translate({48 + n: 0xFF10 + n for n in range(10)}),
    "blanks": " ".join(PERSON),
    "hyphens": f"{PERSON[:6]}-{PERSON[6:14]}-{PERSON[14:]}",
    "zero-width": "\u200b".join(PERSON),
    "within-a-name": f"张三({PERSON})",
    "tax-number-of-a-person": f"L{PERSON}",
    "with-two-more-digits": f"{PERSON}01",
    "old-form": "230881850101001",
    "arabic-digits": PERSON.translate({48 + n: 0x0660 + n for n in range(10)}),
}
LOOK: Final = "query($id: String!) { screening(id: $id, first: 10) { state rows { row verdict fault cells } } }"
START: Final = "mutation($given: StartScreeningInput!) { startScreening(input: $given) { id } }"


@pytest.fixture(scope="module")
async def site(
    demo_departments: Departments, key_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Served, Path]]:
    environment = {**demo_departments.environment, KEY_FILE_ENV: str(key_file)}
    folder = tmp_path_factory.mktemp("screenings")
    async with serving(environment, folder) as running:
        yield running, folder


@pytest.mark.parametrize("text", DISGUISED.values(), ids=DISGUISED.keys())
@pytest.mark.parametrize("scheme", [None, "USCC", "TAX_NO", "NAME", "ORG_CODE"], ids=str)
def test_a_persons_number_is_no_key_in_any_disguise(text: str, scheme: str | None) -> None:
    assert read_key(text, scheme) is Fault.PERSONAL_NUMBER


async def test_persons_numbers_that_are_sent_are_nowhere(site: tuple[Served, Path]) -> None:
    served, folder = site
    keys = [{"value": text} for text in DISGUISED.values()]
    told = await served.ask("bank", START, given={"ruleSet": "BK", "keys": keys, "clientMutationId": "disguised"})
    job = told.data["startScreening"]["id"]
    while (answer := await served.ask("bank", LOOK, id=job)).data["screening"]["state"] == "RUNNING":
        pass
    assert {row["fault"] for row in answer.data["screening"]["rows"]} == {"PERSONAL_NUMBER"}
    assert PERSON.encode() not in answer.body + told.body
    kept = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    assert PERSON.encode() not in kept


@pytest.mark.parametrize(
    ("client", "options", "code"),
    [
        ("procurement", {"purpose": "GOVERNMENT_PROCUREMENT", "case": "P-2026-1"}, "SCREENING_UNKNOWN"),
        ("portal", {}, "FIELD_FORBIDDEN"),
        ("auditor", {}, "FIELD_FORBIDDEN"),
    ],
    ids=["another-client", "no-right", "auditor"],
)
async def test_nobody_reads_anothers_screening(
    site: tuple[Served, Path], client: str, options: dict[str, Any], code: str
) -> None:
    served, _ = site
    given = {"ruleSet": "BK", "keys": [{"value": uscc(1)}], "clientMutationId": f"for-{client}"}
    job = (await served.ask("bank", START, given=given)).data["startScreening"]["id"]
    others = await served.ask(client, LOOK, id=job, **options)
    assert (others.data, others.codes) == ({"screening": None}, {"screening": code})
    if code == "SCREENING_UNKNOWN":
        none = await served.ask(client, LOOK, id=new_receipt(), **options)
        assert (none.data, none.errors) == (others.data, others.errors)


@pytest.mark.parametrize(
    "job",
    ["' OR '1'='1", "%", "", "x" * 5000, "\u0000", "../../etc/passwd"],
    ids=["or", "like", "empty", "long", "nul", "path"],
)
async def test_ids_that_are_none_find_nothing(site: tuple[Served, Path], job: str) -> None:
    told = await site[0].ask("bank", LOOK, id=job)
    assert told.status in {200, 400}
    assert told.content.get("data") in (None, {"screening": None})
    assert b"sqlite" not in told.body.lower()


async def screened(folder: Path, count: int = 20) -> tuple[Screened, Path]:
    portfolio = open_portfolio(write(folder / "in.csv", rows(count)), Wish(slice_rows=10))
    async with opened(folder) as screening:
        job = await screening.begin(portfolio, QUESTION)
        return await screening.finish(
            job, portfolio, Counting(), folder / "out.csv", lambda _: None, wait=False
        ), folder / "out.csv"


async def test_nobody_else_reads_what_is_written_and_no_link_is_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="ascii")
    (tmp_path / ".out.csv.part").symlink_to(victim)
    _, out = await screened(tmp_path)
    assert victim.read_text(encoding="ascii") == "mine"
    assert (out.stat().st_mode & 0o777, out.is_symlink()) == (0o600, False)
    assert (tmp_path / "screenings.sqlite").stat().st_mode & 0o777 == 0o600
    assert private_file(tmp_path / "new").stat().st_mode & 0o777 == 0o600


async def test_no_cell_of_ours_is_a_formula(tmp_path: Path) -> None:
    _, out = await screened(tmp_path, 200)
    added = [cell for row in read(out, "csv") for cell in row[3:]]
    assert len(added) == 200 * len(RESULTS)
    assert [cell for cell in added if not re.fullmatch(r"[\w .:-]*", cell) or cell[:1] in set("=+-@\t\r")] == []


async def test_a_cell_that_is_a_formula_stays_a_text(tmp_path: Path) -> None:
    content = [(uscc(1), '=HYPERLINK("http://evil.example")', "+1"), (uscc(2), "@SUM(A1)", "-2")]
    portfolio = open_portfolio(write(tmp_path / "in.ndjson", content), Wish())
    as_book = write(tmp_path / "plain.csv", content)
    assert portfolio.rows == open_portfolio(as_book, Wish()).rows
    async with opened(tmp_path) as screening:
        job = await screening.begin(portfolio, QUESTION)
        await screening.finish(job, portfolio, Counting(), tmp_path / "out.ndjson", lambda _: None, wait=False)
    assert [row[1] for row in read(tmp_path / "out.ndjson", "ndjson")] == [each[1] for each in content]


async def test_a_forged_manifest_proves_nothing(tmp_path: Path) -> None:
    done, out = await screened(tmp_path)
    keys, signed = [KEY.verifier], done.manifest
    text = signed.note.partition("\n\n")[0] + "\n"
    other = SigningKey("credit.city.example/other", bytes(32))
    namesake = SigningKey(KEY.name, bytes(32))
    checkpoint = sign_note(f"{KEY.name}\n20\n{'A' * 43}=\n", KEY)
    for note in (
        sign_note(text, other),
        sign_note(text, namesake),
        signed.note.replace('"PASS":', '"PASS":1'),
        signed.note.replace("as-of 2026", "as-of 2025"),
        sign_note(text.replace("rules ", "rules  "), other),
        checkpoint,
        "",
    ):
        with pytest.raises(NoteError):
            open_manifest(note, keys)
    with pytest.raises(ProofError):
        verify_file(msgspec.structs.replace(signed, salt="00" * 16), out, keys, None)


async def test_bytes_cannot_be_moved_between_the_salt_and_the_row(tmp_path: Path) -> None:
    done, out = await screened(tmp_path)
    proof = verify_file(done.manifest, out, [KEY.verifier], 5).proof
    assert proof is not None
    verify_row(proof, [KEY.verifier])
    for salt in (proof.salt[:-2], proof.salt + "00", ""):
        with pytest.raises(ProofError):
            verify_row(msgspec.structs.replace(proof, salt=salt), [KEY.verifier])


async def test_a_neighbor_is_not_found_by_trying(tmp_path: Path) -> None:
    """Whoever holds the proof of one row tries every subject as its neighbor: without its salt nothing fits."""
    done, out = await screened(tmp_path, 2)
    proof = verify_file(done.manifest, out, [KEY.verifier], 1).proof
    assert proof is not None
    outcome = outcome_of(Row(2, Identifier("USCC", uscc(1), "OK")))
    text = row_text(2, uscc(1), *cells(2, outcome, list(RESULTS)))
    tried = {row_leaf(salt, text).hex() for salt in (b"", bytes(16), bytes.fromhex(proof.salt))}
    assert tried.isdisjoint(proof.path)
    salt = bytes.fromhex(done.manifest.salt)
    assert row_leaf(row_salt(salt, 2), text).hex() in proof.path
