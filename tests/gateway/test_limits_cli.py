"""What the command line says of limits: the trusted documents, the cost of a query, the setting for production."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from gateway.limits.notes import document_notes
from gateway.limits.spec import ClientDefaults, ClientLimits
from gateway.limits.trusted import digest
from tests.commands import Run
from tests.gateway.world import configuration

ROOT = Path(__file__).parents[2]


def changed(folder: Path, file: str, before: str, after: str) -> Path:
    """Return a copy of the configuration in which ``before`` reads ``after``."""
    config = folder / "config"
    shutil.copytree(ROOT / "config", config)
    text = (config / file).read_text(encoding="utf-8")
    assert before in text
    (config / file).write_text(text.replace(before, after, 1), encoding="utf-8")
    return config


def test_documents_lists_every_file_with_its_id(run: Run) -> None:
    told = json.loads(run("documents", "--json").stdout)
    files = {f"documents/{path.name}": path for path in (ROOT / "config" / "documents").iterdir()}
    assert {each["file"] for each in told} == files.keys()
    for each in told:
        assert each["id"] == digest(files[each["file"]].read_text(encoding="utf-8"))
    assert {each["name"]: each["clients"] for each in told}["bank_due_diligence"] == ["bank"]
    table = run("documents").stdout
    assert "(every client)" in table
    assert "portal_subject" in table


def test_check_tells_a_document_that_is_not_valid(run: Run, tmp_path: Path) -> None:
    config = changed(tmp_path, "documents/catalogue.graphql", "nameEn", "englishName")
    done = run("check", "--config", str(config))
    assert done.returncode == 1
    assert "documents/catalogue.graphql: line 6: Cannot query field 'englishName' on type" in done.stderr


def test_check_notes_in_production_who_may_send_any_document(run: Run) -> None:
    clients = dict(configuration().clients)
    free = ", ".join(name for name, client in clients.items() if client.department is None)
    (note,) = document_notes(clients, ClientDefaults(), production=True)
    assert note.startswith(f"clients of no department may send any document: {free}; ")
    clients["bank"] = replace(clients["bank"], limits=ClientLimits(documents="trusted"))
    (note,) = document_notes(clients, ClientDefaults(), production=True)
    named = note.partition(": ")[2].partition(";")[0].split(", ")
    assert ("portal" in named, "bank" in named) == (True, False)
    assert document_notes(clients, ClientDefaults(documents="trusted"), production=True) == []
    assert "may send any document" not in run("check").stdout


def test_explain_tells_what_a_query_costs_at_most(run: Run) -> None:
    query = "query Q($keys: [SubjectKey!]!) { subjects(keys: $keys) { ... on Organization { penalties { state } } } }"
    costs = []
    for count in (1, 200):
        keys = [{"scheme": "USCC", "value": "91230881TJ00000350"}] * count
        done = run("explain", query, "--client", "bank", "--variables", json.dumps({"keys": keys}), "--json")
        costs.append(json.loads(done.stdout)["cost"])
    assert costs[1] > costs[0] > 0
