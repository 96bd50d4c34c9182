"""What is lawfully withheld from a subject, for how long, and the note about it that only auditors can read."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, structs

from connectors.errors import ConfigError
from gateway.audit.hiding import FIELD, Hiding, Notes, Rule, Withheld, is_note
from gateway.audit.load import Declared, HiddenSpec, Known, load_hiding
from gateway.ledger import Denial
from tests.end_to_end.served import CONFIG
from tests.gateway.audited import SECRET, asked

README = (CONFIG / "README.md").read_text(encoding="utf-8")
TABLES: dict[str, type[Struct]] = {"The audit file": Declared, "A rule of withholding": HiddenSpec}
LAW = Rule("law_enforcement", frozenset({"LAW_ENFORCEMENT"}), frozenset(), 180, "personal_information_law")
COURT = Rule("court", frozenset(), frozenset({"court"}), 2, "civil_procedure")
HIDING = Hiding((LAW, COURT))
NOTES = Notes({SECRET.key_id: SECRET.key})
KNOWN = Known({"LAW_ENFORCEMENT", "AUDIT"}, {"court", "bank"}, {"personal_information_law"})
SOUND = """
[hidden.law_enforcement]
zh = "执法"
en = "law enforcement"
basis = "personal_information_law"
days = 180
purposes = ["LAW_ENFORCEMENT"]
"""


def load(folder: Path, text: str, known: Known = KNOWN) -> Hiding:
    path = folder / "audit.toml"
    path.write_text(text, encoding="utf-8")
    return load_hiding(path, known)


@pytest.mark.parametrize(
    ("changes", "today", "rule"),
    [
        ({"purpose": "LAW_ENFORCEMENT"}, "2026-11-20", "law_enforcement"),
        ({"purpose": "LAW_ENFORCEMENT"}, "2026-11-01", "law_enforcement"),
        ({"purpose": "LAW_ENFORCEMENT"}, "2027-05-18", "law_enforcement"),
        ({"purpose": "LAW_ENFORCEMENT"}, "2027-05-19", None),
        ({"purpose": "law_enforcement"}, "2026-11-20", None),
        ({"client": "court"}, "2026-11-21", "court"),
        ({"client": "court"}, "2026-11-22", None),
        ({"client": "court", "at": "2026-11-20T16:00:00.000Z"}, "2026-11-22", "court"),
        ({}, "2026-11-20", None),
        ({"purpose": "AUDIT"}, "2026-11-20", None),
    ],
)
def test_inquiries_are_withheld_for_their_days(changes: dict[str, Any], today: str, rule: str | None) -> None:
    entry = asked(**{"at": "2026-11-20T02:00:00.000Z", **changes})
    found = HIDING.hidden_by(entry, today)
    assert (found.name if found else None) == rule


def test_a_note_tells_auditors_what_was_withheld() -> None:
    field, reason = NOTES.seal(HIDING, {"law_enforcement": 3})
    note = Denial(field=field, reason=reason)
    assert is_note(note)
    assert NOTES.read([note], HIDING) == [Withheld("law_enforcement", "personal_information_law", 3)]
    assert NOTES.read([note], Hiding()) == [Withheld("law_enforcement", None, 3)]


@given(st.dictionaries(st.sampled_from(["law_enforcement", "court"]), st.integers(0, 2**32 - 1)))
def test_a_note_looks_the_same_whatever_it_says(counts: dict[str, int]) -> None:
    """Its length must not tell, and no two are alike: not even two that say nothing."""
    nothing = NOTES.seal(HIDING, {})[1]
    said = NOTES.seal(HIDING, counts)[1]
    assert len(said) == len(nothing)
    assert said != NOTES.seal(HIDING, counts)[1]
    read = {each.rule: each.count for each in NOTES.read([Denial(field=FIELD, reason=said)], HIDING)}
    assert read == {name: count for name, count in counts.items() if count}


def test_a_note_without_rules_tells_nothing() -> None:
    note = Denial(field=FIELD, reason=NOTES.seal(Hiding(), {})[1])
    assert NOTES.read([note], Hiding()) == []


@pytest.mark.parametrize(
    "reason",
    ["HIDDEN_BY_LAW", "HIDDEN_BY_LAW x", "HIDDEN_BY_LAW {key}.AAAA", "HIDDEN_BY_LAW {key}.", "HIDDEN_BY_LAW {key}.é"],
)
def test_a_note_that_was_altered_tells_nothing(reason: str) -> None:
    made = Denial(field=FIELD, reason=reason.replace("{key}", SECRET.key_id))
    assert NOTES.read([made], HIDING) == []


def test_another_key_reads_no_note() -> None:
    note = Denial(field=FIELD, reason=NOTES.seal(HIDING, {"court": 1})[1])
    assert Notes({SECRET.key_id: b"0" * 32}).read([note], HIDING) == []
    assert Notes({"ffffffff": SECRET.key}).read([note], HIDING) == []


def test_a_denial_is_no_note() -> None:
    assert not is_note(Denial(field=FIELD, reason="SCOPE_MISSING"))
    assert not is_note(Denial(field="Enterprise.name", reason="HIDDEN_BY_LAW x"))


def test_the_file_of_the_project_is_read() -> None:
    bases = {"personal_information_law"}
    loaded = load_hiding(CONFIG / "audit.toml", Known({"LAW_ENFORCEMENT"}, {"court"}, bases))
    assert loaded.rules == (LAW,)


def test_an_empty_file_withholds_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, "") == Hiding()


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ('["LAW_ENFORCEMENT"]', '["LAW_ENFORCMENT"]', "hidden.law_enforcement.purposes.1", "LAW_ENFORCEMENT"),
        ('purposes = ["LAW_ENFORCEMENT"]', "", "hidden.law_enforcement", "hides nothing"),
        ('purposes = ["LAW_ENFORCEMENT"]', 'clients = ["cuort"]', "hidden.law_enforcement.clients.1", "court"),
        ('"personal_information_law"', '"no_such_law"', "hidden.law_enforcement.basis", "personal_information_law"),
        ("days = 180", "days = 0", "hidden.law_enforcement.days", "1"),
        ("days = 180", "days = 36600", "hidden.law_enforcement.days", "3660"),
        ("days = 180", "", "hidden.law_enforcement.days", "missing"),
        ("en = ", "english = ", "hidden.law_enforcement.english", "unknown"),
        ("[hidden.law_enforcement]", "[hidden.Law]", "hidden.Law", "lower-case"),
    ],
)
def test_every_mistake_is_told_with_its_place(tmp_path: Path, old: str, new: str, place: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, SOUND.replace(old, new))
    told = {each.place: each.message for each in refused.value.mistakes}
    assert message in told[place], told


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_is_explained_and_no_other(heading: str) -> None:
    ((text,),) = [re.findall(rf"^### .* · {re.escape(heading)}$(.*?)(?=^##|\Z)", README, re.MULTILINE | re.DOTALL)]
    rows = re.findall(r"^\| `(\w+)` \| (✔?) ?\|", text, re.MULTILINE)
    explained = {name: required == "✔" for name, required in rows}
    assert explained == {field.encode_name: field.required for field in structs.fields(TABLES[heading])}
