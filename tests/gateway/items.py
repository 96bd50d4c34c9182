"""What tests of catalogue items share: a small schema, departments, a law, and files of items to write."""

from pathlib import Path

from gateway.catalogue import Items, Known, LegalBases, LegalBasis, load_items
from gateway.departments import Department, Departments
from schema.entities import CROSSWALK, EntityField

ENTITIES = {
    "Penalty": {"number": EntityField("number", "text"), "person": EntityField("person", "text")},
    "Listed": {"kind": EntityField("kind", "enum", ("TAX", "WAGES", "OTHER")), "name": EntityField("name", "text")},
    "Bribery": {"found": EntityField("found", "boolean")},
    "Rated": {"kind": EntityField("kind", "enum", ("TAX",)), "domain": EntityField("domain", "enum", ("FIRE",))},
    CROSSWALK: {"uscc": EntityField("uscc", "key")},
}
DEPARTMENTS = Departments(
    {
        "office": Department(code="office", name="营商局"),
        "taxation": Department(code="taxation", name="税务局"),
        "state_taxation": Department(code="state_taxation", name="国税局", successor="taxation", valid_to="2018-07-01"),
    }
)
LAW = LegalBasis(code="law", title="法", issuer="人大", level="LAW", verified=True)
KNOWN = Known(DEPARTMENTS, LegalBases({"law": LAW}), ENTITIES)

HEAD = 'category = {0}\nname = "类别"\nname_en = "category"\nedition = "2024"\n'
ITEM = """
[[items]]
code = "{code}"
name = "信息项"
name_en = "an item"
status = "NATIONAL"
owner = "office"
section = ["二(四)4"]
sharing = "UNCONDITIONAL"
disclosure = "PUBLIC"
update_cycle = "每日"
legal_bases = ["law"]
{more}
"""
UNSERVED = """
[[items]]
code = "{code}"
name = "档案"
name_en = "files"
status = "NOT_CATALOGUED"
owner = "office"
section = ["二(八)2"]
sharing = "NOT_SHARED"
disclosure = "OWNER"
update_cycle = "不采集"
served = false
unserved_status = "DISCONTINUED"
reason = "已停止。"
reason_en = "It ended."
{more}
"""
SOUND = {
    1: ITEM.format(code="C01-001", more='entities = ["Penalty", "Rated"]'),
    2: UNSERVED.format(code="C02-001", more='entities = ["Bribery"]\nsubject_kinds = ["NATURAL_PERSON"]'),
    3: ITEM.format(code="C03-001", more='entities = ["Listed"]'),
}
ALL = tuple(range(1, 14))


def item(code: str, *more: str, **changed: str) -> str:
    """Return an item with further lines, and keys whose text is another."""
    lines = ITEM.format(code=code, more="\n".join(more)).splitlines()
    return "\n".join(
        f"{key} = {changed[key]}" if (key := line.partition(" =")[0]) in changed else line for line in lines
    )


def write(folder: Path, files: dict[int, str], categories: tuple[int, ...] = ALL) -> Path:
    """Write a file for each of ``categories``: its head, then its items of ``files``, if there are any."""
    for number in categories:
        text = HEAD.format(number) + files.get(number, "items = []")
        (folder / f"{number:02d}_file.toml").write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, files: dict[int, str]) -> Items:
    return load_items(write(folder, {**SOUND, **files}), KNOWN)
