"""Files of catalogue items: every mistake in and between them, of all files at once."""

from pathlib import Path

import pytest

from connectors.errors import ConfigError
from gateway.catalogue import Known, load_items
from tests.gateway.items import ENTITIES, HEAD, KNOWN, SOUND, item, write


def told(folder: Path, files: dict[int, str], known: Known = KNOWN) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load_items(write(folder, {**SOUND, **files}), known)
    return [str(mistake) for mistake in raised.value.mistakes]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {4: item("C05-001", 'entities = ["Listed"]', 'only.kind = ["TAX"]')},
            ["04_file.toml: items.1.code: expected to begin with `C04-`: its category is 4"],
        ),
        (
            {4: item("C03-001", 'entities = ["Listed"]', 'only.kind = ["TAX"]')},
            [
                "04_file.toml: items.1.code: expected to begin with `C04-`: its category is 4",
                "04_file.toml: items.1.code: `C03-001` is repeated",
            ],
        ),
        (
            {1: SOUND[1].replace('"office"', '"taxes"')},
            ["01_file.toml: items.1.owner: unknown department `taxes`; known: office, taxation, state_taxation"],
        ),
        (
            {1: SOUND[1].replace('"office"', '"state_taxation"')},
            ["01_file.toml: items.1.owner: `state_taxation` has ended: its successor is `taxation`"],
        ),
        (
            {1: SOUND[1].replace('["law"]', '["laws", "law", "law"]')},
            [
                "01_file.toml: items.1.legal_bases: unknown legal basis `laws`; known: law; did you mean `law`?",
                "01_file.toml: items.1.legal_bases: `law` is repeated",
            ],
        ),
        (
            {1: SOUND[1].replace('["law"]', "[]").replace('["二(四)4"]', "[]")},
            [
                "01_file.toml: items.1.section: empty: which part of the notice asks for it?",
                "01_file.toml: items.1.legal_bases: empty: without a legal basis nothing may be shown",
            ],
        ),
        (
            {1: SOUND[1].replace("NATIONAL", "NOT_CATALOGUED")},
            ["01_file.toml: items.1.disclosure: what is not catalogued is at most GOV_CONDITIONAL or OWNER"],
        ),
        (
            {1: SOUND[1].replace('"PUBLIC"', '"CONSENT"')},
            ["01_file.toml: items.1.sharing: does not fit disclosure CONSENT: expected CONDITIONAL or NOT_SHARED"],
        ),
        (
            {1: SOUND[1] + 'reason = "因为"\n'},
            ["01_file.toml: items.1.reason: only for an item with `served = false`"],
        ),
        (
            {2: SOUND[2].replace('reason = "已停止。"\n', "").replace('"OWNER"', '"GOV_CONDITIONAL"')},
            [
                "02_file.toml: items.1.sharing: does not fit disclosure GOV_CONDITIONAL: expected CONDITIONAL",
                "02_file.toml: items.1.reason: missing: why it is not served",
                "02_file.toml: items.1.disclosure: expected OWNER: what is not served is open to nobody",
            ],
        ),
        (
            {2: SOUND[2] + 'fields.Bribery = ["found"]\n'},
            ["02_file.toml: items.1.entities: an item that is not served names whole entities, or none"],
        ),
        (
            {4: item("C04-001", 'entities = ["Penalties"]')},
            [
                "04_file.toml: items.1.entities: unknown entity `Penalties`; known: Bribery, Listed, Penalty, Rated; "
                "did you mean `Penalty`?"
            ],
        ),
        (
            {4: item("C04-001")},
            ["04_file.toml: items.1.entities: empty: no record could show it"],
        ),
        (
            {4: item("C04-001", 'entities = ["Penalty"]', 'fields.Penalty = ["numbr"]', 'fields.Listed = ["name"]')},
            [
                "04_file.toml: items.1.fields.Penalty: unknown field `numbr`; known: number, person; "
                "did you mean `number`?",
                "04_file.toml: items.1.fields.Listed: is not among the item's `entities`",
            ],
        ),
        (
            {4: item("C04-001", 'entities = ["Penalty"]', "fields.Penalty = []")},
            ["04_file.toml: items.1.fields.Penalty: empty: name its fields, or leave it out for the whole entity"],
        ),
        (
            {4: item("C04-001", 'entities = ["Listed"]', 'only.kind = ["WAGE"]')},
            [
                "04_file.toml: items.1.only.kind: unknown kind of Listed `WAGE`; known: TAX, WAGES, OTHER; "
                "did you mean `WAGES`?"
            ],
        ),
        (
            {4: item("C04-001", 'entities = ["Listed"]', 'only.name = ["x"]')},
            ["04_file.toml: items.1.only.name: unknown enum field of Listed `name`; known: kind"],
        ),
        (
            {4: item("C04-001", 'entities = ["Listed"]', "only.kind = []")},
            ["04_file.toml: items.1.only.kind: empty: no record could be of it"],
        ),
        (
            {4: item("C04-001", 'entities = ["Listed"]', 'only.kind = ["TAX"]', 'fields.Listed = ["name"]')},
            ["04_file.toml: items.1.only: an item is for some fields, or for records of a sort, not for both"],
        ),
        (
            {1: SOUND[1] + item("C01-002", 'entities = ["Penalty"]')},
            ["01_file.toml: items.2.entities: `Penalty` as a whole belongs to `C01-001` already"],
        ),
        (
            {
                4: item("C04-001", 'entities = ["Penalty"]', 'fields.Penalty = ["number"]'),
                5: item("C05-001", 'entities = ["Penalty"]', 'fields.Penalty = ["number"]'),
            },
            ["05_file.toml: items.1.fields.Penalty: `Penalty.number` belongs to `C04-001` already"],
        ),
        (
            {
                4: item("C04-001", 'entities = ["Listed"]', 'only.kind = ["TAX", "WAGES"]'),
                5: item("C05-001", 'entities = ["Listed"]', 'only.kind = ["WAGES"]'),
            },
            ["05_file.toml: items.1.only.kind: Listed of kind WAGES belongs to `C04-001` already"],
        ),
        (
            {
                4: item("C04-001", 'entities = ["Rated"]', 'only.kind = ["TAX"]'),
                5: item("C05-001", 'entities = ["Rated"]', 'only.domain = ["FIRE"]'),
            },
            ["05_file.toml: items.1.only.domain: other items tell records of Rated apart by `kind`"],
        ),
        (
            {1: "items = []"},
            ["items: no item covers `Penalty`", "items: no item covers `Rated`"],
        ),
        (
            {1: item("C01-001", 'entities = ["Penalty", "Rated"]', 'fields.Penalty = ["number"]')},
            ["items: no item covers `Penalty.person`"],
        ),
    ],
)
def test_mistakes_in_and_between_items(tmp_path: Path, files: dict[int, str], expected: list[str]) -> None:
    folder = tmp_path / "items"
    folder.mkdir()
    assert told(folder, files) == expected


def test_every_mistake_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "14_file.toml").write_text("nonsense", encoding="utf-8")
    found = told(
        tmp_path,
        {
            1: SOUND[1].replace("update_cycle", "cycle"),
            3: SOUND[3].replace('"law"', '"laws"').replace("C03-001", "C3-1"),
            5: SOUND[3].replace("C03-001", "C05-001").replace('"office"', '"nobody"'),
        },
    )
    assert found == [
        "01_file.toml: items.1.cycle: unknown key `cycle`; known: code, name, name_en, status, owner, section, "
        "sharing, disclosure, update_cycle, edition, legal_bases, masking, entities, fields, only, subject_kinds, "
        "served, unserved_status, reason, reason_en",
        "01_file.toml: items.1.update_cycle: missing",
        "03_file.toml: items.1.code: expected a code such as `C03-001`",
        "14_file.toml: line 1: is not TOML: expected '=' after a key in a key/value pair",
        "05_file.toml: items.1.owner: unknown department `nobody`; known: office, taxation, state_taxation",
    ], "and not what only follows: entities that the mistaken items would have covered"


def test_each_category_has_one_file(tmp_path: Path) -> None:
    folder = tmp_path / "items"
    folder.mkdir()
    write(folder, SOUND, (*range(1, 9), *range(10, 13)))
    (folder / "08_other.toml").write_text(HEAD.format(8) + "items = []", encoding="utf-8")
    (folder / "12_file.toml").write_text(HEAD.format(13) + "items = []", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_items(folder, KNOWN)
    assert [str(mistake) for mistake in raised.value.mistakes] == [
        "12_file.toml: category: expected the number with which the file's name begins"
    ]
    (folder / "12_file.toml").unlink()
    with pytest.raises(ConfigError) as raised:
        load_items(folder, KNOWN)
    assert [str(mistake) for mistake in raised.value.mistakes] == [
        "items: holds no file of category 9",
        "items: holds no file of category 12",
        "items: holds no file of category 13",
        "items: holds several files of category 8",
    ]


def test_what_depends_on_a_file_that_could_not_be_read_is_left_unchecked(tmp_path: Path) -> None:
    unknown = SOUND[1].replace('"office"', '"nobody"').replace('"law"', '"laws"')
    write(tmp_path, {**SOUND, 1: unknown})
    assert set(load_items(tmp_path, Known(None, None, ENTITIES)).by_code) == {
        "C01-001",
        "C02-001",
        "C03-001",
    }
