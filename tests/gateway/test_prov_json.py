"""PROV-JSON of an answer: what the public package `prov` reads, and writes again as it was."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prov.model import ProvDocument

from gateway.errors import BadParameters
from gateway.proof.bundle import FORMAT as BUNDLE
from gateway.provenance.prov_json import prov_json
from gateway.provenance.shape import named_shape
from schema.schema import SCHEMA
from tests.commands import Run
from tests.drawn import examples
from tests.gateway.queries import operations
from tests.gateway.test_projector import CALLERS, KEYS
from tests.gateway.test_provenance_map import PLACES, key, map_of
from tests.gateway.world import World

RECEIPT = "0190a1b2c3d47e5f8a9b0c1d2e3f4a5b"


async def answer(client: str = "court") -> dict[str, Any]:
    world = World()
    asked = await world.ask(PLACES, {"key": key(5), "no": False}, world.caller(client), provenance=True)
    extensions = {"receipt": {"id": RECEIPT}, "provenance": map_of(asked)}
    return {"data": json.loads(json.dumps(asked.data, default=vars)), "extensions": extensions}


def read_again(document: dict[str, Any]) -> ProvDocument:
    """Return ``document`` as the package reads it; it writes the same again."""
    read: ProvDocument = ProvDocument.deserialize(content=json.dumps(document), format="json")
    written = read.serialize(format="json")
    assert written is not None
    assert json.loads(written) == document
    return read


async def test_the_public_package_reads_it_and_writes_it_again() -> None:
    read = read_again(prov_json(await answer()))
    kinds = {type(each).__name__ for each in read.get_records()}
    assert kinds >= {
        "ProvEntity", "ProvActivity", "ProvAgent", "ProvDerivation", "ProvGeneration", "ProvAttribution", "ProvUsage",
        "ProvAssociation", "ProvCommunication", "ProvMembership",
    }  # fmt: skip
    assert read == ProvDocument.deserialize(content=read.serialize(format="xml"), format="xml")


@settings(
    max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(drawn=operations(SCHEMA, KEYS), caller=st.sampled_from(CALLERS))
async def test_so_of_any_answer(drawn: tuple[str, dict[str, Any]], caller: tuple[str, str | None]) -> None:
    world = World()
    asked = await world.ask(*drawn, world.caller(*caller), provenance=True)
    told = map_of(asked)
    document = prov_json({"data": {}, "extensions": {"receipt": {"id": RECEIPT}, "provenance": told}})
    read_again(document)
    shown = [name for name in document["entity"] if name.startswith("record:")]
    assert shown == [f"record:{path}" for path in told["records"]]


async def test_each_record_is_derived_from_what_a_department_holds() -> None:
    told = await answer()
    provenance, document = told["extensions"]["provenance"], prov_json(told)
    derived = {each["prov:generatedEntity"]: each for each in document["wasDerivedFrom"].values()}
    owners = {each["prov:entity"]: each["prov:agent"] for each in document["wasAttributedTo"].values()}
    used = {(each["prov:activity"], each["prov:entity"]) for each in document["used"].values()}
    members = {each["prov:entity"] for each in document["hadMember"].values()}
    for path, (number, record_key, *_, digest) in provenance["records"].items():
        held = derived[f"record:{path}"]["prov:usedEntity"]
        origin = provenance["origins"][number]
        assert document["entity"][held]["credit:recordKey"] == record_key
        assert document["entity"][held]["credit:sha256"] == digest
        assert document["entity"][held]["credit:source"] == origin["source"]
        assert owners[held] == f"department:{origin['department']['code']}"
        fetch = derived[f"record:{path}"]["prov:activity"]
        assert (fetch, f"mapping:{origin['source']}") in used
        assert document["activity"][fetch]["credit:source"] == origin["source"]
        assert document["entity"][f"mapping:{origin['source']}"]["credit:version"] == origin["mappingVersion"]
        for name, field in provenance["fields"][origin["fields"]].items():
            entity = document["entity"][f"field:{number}.{name}"]
            assert entity["credit:masked"] is field["masked"]
            assert {f"field:{number}.{name}", f"record:{path}"} <= members
    assert f"receipt:{RECEIPT}" in document["entity"]
    assert "value:subject.called" in derived


async def test_a_bundle_tells_who_asked() -> None:
    told = await answer()
    assert not any(name.startswith("client:") for name in prov_json(told)["agent"])
    entry = {"client": "bank", "purpose": "BANK_CREDIT", "at": "2026-11-26T08:00:00.123Z"}
    bundle = {"format": BUNDLE, "answer": json.dumps(told), "receipt": {"entry": json.dumps(entry)}}
    document = prov_json(bundle)
    assert document["agent"]["client:bank"]["credit:purpose"] == "BANK_CREDIT"
    assert document["activity"][f"answering:{RECEIPT}"] == {"prov:endTime": "2026-11-26T08:00:00.123000+00:00"}
    (acted,) = document["actedOnBehalfOf"].values()
    assert (acted["prov:delegate"], acted["prov:responsible"]) == ("gateway:self", "client:bank")
    read_again(document)


async def test_a_bundle_with_its_shape_tells_of_every_value() -> None:
    world = World()
    variables = {"key": key(5), "no": False}
    asked = await world.ask(PLACES, variables, world.caller("court"), provenance=True)
    told = {"data": asked.data, "extensions": {"receipt": {"id": RECEIPT}, "provenance": map_of(asked)}}
    receipt = {"entry": json.dumps({"client": "court", "purpose": "LAW_ENFORCEMENT", "at": "2026-11-26T08:00:00Z"})}
    shape = named_shape(asked.run.plan).text
    bundle = {"format": BUNDLE, "answer": json.dumps(told, default=vars), "receipt": {**receipt, "shape": shape}}
    document = prov_json(bundle)
    read_again(document)
    value = document["entity"]["value:subject.mine.again.0.fineAmount"]
    assert value["credit:field"] == "AdministrativePenalty.fineAmount"
    assert document["entity"][value["credit:readAs"]["$"]]["credit:field"] == "fineAmount"
    derived = {each["prov:generatedEntity"]: each["prov:usedEntity"] for each in document["wasDerivedFrom"].values()}
    assert derived["value:subject.mine.again.0.fineAmount"] == derived["record:subject.mine.again.0"]
    assert "value:subject.mine.rows.0.decisionNo" in derived
    assert "value:subject.mine.rows.0.decisionNo" not in prov_json(told)["entity"]


async def test_it_holds_no_content_of_a_field_and_no_code_of_a_subject() -> None:
    told = await answer()
    text = json.dumps(prov_json(told), ensure_ascii=False)
    assert key(5)["value"] not in text
    penalties = told["data"]["subject"]["mine"]
    amounts = [each["fineAmount"]["amount"] for each in penalties["again"] if each["fineAmount"]]
    numbers = [each["decisionNo"] for each in penalties["rows"] if each["decisionNo"]]
    assert numbers
    assert not [each for each in (*numbers, *amounts) if f'"{each}"' in text]


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"data": None},
        {"extensions": None},
        {"extensions": {"provenance": True}},
        {"extensions": {"provenance": {"origins": [{}], "records": {}}}},
        {"extensions": {"provenance": {"origins": [], "records": {"a": [0, "k", None, None, None]}}}},
        {"extensions": {"provenance": {"origins": [], "records": {"a": "no list"}}}},
        {"extensions": {"provenance": {"origins": 5, "records": {}}}},
        {"format": BUNDLE},
        {"format": BUNDLE, "answer": "no JSON", "receipt": {"entry": "{}"}},
        {"format": BUNDLE, "answer": "[]", "receipt": {"entry": "{}"}},
        {"format": BUNDLE, "answer": "{}", "receipt": {"entry": "{}"}},
        {"format": BUNDLE, "answer": "{}", "receipt": {"entry": "{}", "shape": "{}"}},
        {"format": BUNDLE, "answer": "{}", "receipt": "no object"},
    ],
    ids=range(14),
)
def test_what_holds_no_map_is_refused(kept: dict[str, Any]) -> None:
    with pytest.raises(BadParameters):
        prov_json(kept)


async def test_the_command_writes_it(run: Run, tmp_path: Path) -> None:
    told = await answer()
    file, out = tmp_path / "answer.json", tmp_path / "prov.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    assert run("prov", str(file), "-o", str(out)).stdout == ""
    assert json.loads(out.read_text(encoding="utf-8")) == prov_json(told)
    assert json.loads(run("prov", str(file)).stdout) == prov_json(told)


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", "[" * 100_000, "{}"], ids=["empty", "text", "list", "deep", "bare"]
)
def test_the_command_says_what_is_wrong(run: Run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "answer.json"
    file.write_text(text, encoding="utf-8")
    done = run("prov", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
