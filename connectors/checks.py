"""What must hold between the parts of a source file, beyond their types: every mistake as a place and a message.

Rules of this file: tables in, mistakes out; the only I/O is to look whether a WSDL is there. The tables are `Part`s:
they hold what is sound, because a file with one mistake is still checked for all others. What is absent here was
missing or mistaken, is noted as such already, and what depends on it is not checked.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors import selection
from connectors.declaration import Part, unknown
from schema.entities import ENTITY_FIELDS, EntityField

Found = Iterator[tuple[str, str]]
"""Place and message of each mistake."""

PERSON_ROLE: Final = "PersonRole"
"""The entity by which a person's roles are found, and the only one asked by PERSON."""
PERSON_KEY: Final = "person_key"
"""The internal field that leads on to a person, and the value type that is for this field alone."""
STATUSES: Final = ("status_ok", "status_none", "status_closed", "status_rejected")

TYPES_OF_FORM: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("text", "uscc", "org_code", "identifier", "masked_id"),
    "enum": ("code",),
    "enum_list": ("code_list",),
    "date": ("date",),
    "datetime": ("datetime",),
    "integer": ("integer", "year"),
    "decimal": ("decimal",),
    "money": ("yuan", "wan_yuan"),
    "boolean": ("boolean",),
    "key": ("uscc", "org_code", "identifier", "text"),
}
MASKED: Final = frozenset({"legal_rep_id_no", "person_id_no", "masked_id_no", "person_masked_id"})
"""Fields that hold the number of a person's document: masked by the connector, whatever the source does."""
TRUTHS: Final = ("true", "false")


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of the configuration declares: department codes, and why a source's field may not carry a scope.

    None stands for a file that could not be read itself: what depends on it is then left unchecked.
    """

    departments: Collection[str] | None
    field_mistake: Callable[[str, str], str | None] | None
    """(source, scope) -> what is wrong with it, None when nothing is."""


def source_mistakes(kind: str | None, source: Part, file: Path, known: Known) -> Found:
    """Yield the mistakes of the ``source`` in ``file``; ``kind`` is None when it is not known."""
    if source.get("name", file.stem) != file.stem:
        yield "name", f"expected `{file.stem}`: the name of the source is the name of its file"
    departments = known.departments
    if departments is not None and "department" in source and source["department"] not in departments:
        yield "department", unknown("department", source["department"], departments)
    if (hours := source.get("quiet_hours")) is not None and hours[:5] == hours[6:]:
        yield "quiet_hours", "begins and ends at the same time: closed never, or always?"
    yield from _encoding(source)
    yield from _statuses(source)
    if kind == "soap":
        yield from _wsdl(source, file.parent)
    yield from _empty(source, "entities", "the source holds nothing")
    for name, entity in source.get("entities", {}).items():
        for place, message in _entity(kind, name, entity, file.stem, known):
            yield f"entities.{name}.{place}".rstrip("."), message
    if kind == "graphql":
        yield from selection.mistakes(source)
    if kind == "file":
        yield from _files(source)


def _empty(table: Part, key: str, consequence: str) -> Found:
    if key in table and not table[key]:
        yield key, f"empty: {consequence}"


def _encoding(source: Part) -> Found:
    try:
        "a".encode(source.get("encoding", "utf-8"))
    except (LookupError, ValueError):
        yield "encoding", f"unknown encoding `{source['encoding']}`; known: utf-8, gb18030 (for GBK too) and others"


def _wsdl(source: Part, folder: Path) -> Found:
    wsdl = source.get("wsdl")
    if wsdl is None:
        return
    if Path(wsdl).name != wsdl:
        yield "wsdl", "expected the name of a file beside the source file, without folders"
    elif not _is_file(folder / wsdl):
        yield "wsdl", f"there is no file `{wsdl}` beside the source file"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # such as a name that is too long
        return False


def _files(source: Part) -> Found:
    form = source.get("format", "csv")
    if form == "xlsx" and "encoding" in source:
        yield "encoding", "not for format xlsx: a workbook says its own"
    for name, entity in source.get("entities", {}).items():
        if not {"", ".", ".."}.isdisjoint(entity.get("pattern", "*").split("/")):
            yield f"entities.{name}.pattern", "expected names joined by `/`, below the folder of the source"
        for key in ("sheet", "header_lines"):
            if form == "csv" and key in entity:
                yield f"entities.{name}.{key}", "only for format xlsx"


def _statuses(source: Part) -> Found:
    given = [name for name in STATUSES if source.get(name)]
    if given and source.lacks("status"):
        yield "status", f"missing: where the code stands in the answer; needed by {', '.join(given)}"
    if "status" in source and "status_ok" not in given and "status_ok" not in source.unfit:
        yield "status_ok", "missing: no answer could ever be taken as one"
    meanings: dict[str, str] = {}
    for name in given:
        for code in source[name]:
            if meanings.setdefault(code, name) != name:
                yield name, f"code `{code}` stands in {meanings[code]} too"


def _entity(kind: str | None, name: str, entity: Part, source: str, known: Known) -> Found:
    fields = ENTITY_FIELDS.get(name)
    if fields is None:
        yield "", unknown("entity", name, sorted(ENTITY_FIELDS))
    yield from _empty(entity, "keys", "the source could not be asked")
    yield from _empty(entity, "record_key", "the department could not find a record again")
    yield from _empty(entity, "fields", "there is nothing to ask for")
    for key, message in _empty(entity.get("tombstone", Part()), "values", "no row would be a tombstone"):
        yield f"tombstone.{key}", message
    yield from _keys(name, entity)
    yield from _also_by(kind, entity)
    if kind == "rest":
        yield from _pages(entity, "page_parameter")
        yield from _address(entity)
    if kind == "graphql":
        yield from _pages(entity, "page_argument")
    for field, spec in entity.get("fields", {}).items():
        found = [*_scope(spec, source, known), *(_field(name, field, spec, fields) if fields is not None else ())]
        yield from ((f"fields.{field}.{place}".rstrip("."), message) for place, message in found)


def _keys(name: str, entity: Part) -> Found:
    for scheme, key in entity.get("keys", {}).items():
        if name == PERSON_ROLE and scheme != "PERSON":
            yield f"keys.{scheme}", f"{PERSON_ROLE} is asked by PERSON only"
        elif scheme == "PERSON" and name != PERSON_ROLE:
            yield f"keys.{scheme}", f"only {PERSON_ROLE} is asked by PERSON"
        if key.get("form") == "hyphenated" and scheme != "ORG_CODE":
            yield f"keys.{scheme}.form", "only an ORG_CODE is written with a hyphen"


def _also_by(kind: str | None, entity: Part) -> Found:
    also_by = entity.get("also_by", ())
    if also_by and kind not in {"sql", None}:
        yield "also_by", "only a source of kind sql can be asked by several codes at once"
    for at, scheme in enumerate(also_by, 1):
        if "keys" in entity and scheme not in entity["keys"]:
            yield "also_by", unknown("key", scheme, entity["keys"])
        elif scheme in also_by[: at - 1]:
            yield "also_by", f"`{scheme}` is repeated"


def _pages(entity: Part, page: str) -> Found:
    for name, other in ((page, "page_size"), ("page_size", page)):
        if name in entity and entity.lacks(other):
            yield other, f"missing: `{name}` needs it"


def _address(entity: Part) -> Found:
    if "PERSON" in entity.get("keys", {}) and entity.get("method", "GET") == "GET":
        yield "method", "a personal number is never sent in an address: expected `POST`"


def _scope(spec: Part, source: str, known: Known) -> Found:
    check = known.field_mistake
    if check is not None and "scope" in spec and (mistake := check(source, spec["scope"])) is not None:
        yield "scope", mistake


def _field(entity: str, name: str, spec: Part, fields: Mapping[str, EntityField]) -> Found:
    field = fields.get(name)
    if field is None:
        yield "", unknown(f"field of {entity}", name, sorted(fields))
        return
    if "type" in spec:
        fitting = _fitting(field)
        if spec["type"] not in fitting:
            yield "type", f"`{spec['type']}` does not fit {name} ({field.form}); fitting: {', '.join(fitting)}"
        else:
            yield from _codes_or_none(field, spec)
            yield from _currency(spec)
    meanings = TRUTHS if field.form == "boolean" else field.enum
    for code, value in spec.get("codes", {}).items():
        for each in value.split(";") if spec.get("type") == "code_list" else (value,):
            if meanings and each not in meanings:
                yield f"codes.{code}", unknown("value", each, meanings)


def _fitting(field: EntityField) -> tuple[str, ...]:
    if field.name in MASKED:
        return ("masked_id",)
    if field.form == "key" and field.name == PERSON_KEY:
        return (PERSON_KEY,)
    return TYPES_OF_FORM[field.form]


def _codes_or_none(field: EntityField, spec: Part) -> Found:
    if spec["type"] in {"code", "code_list"}:
        if spec.lacks("codes") or not spec.get("codes", True):
            yield "codes", f"missing: what each code of the source means; known: {', '.join(field.enum)}"
    elif "codes" in spec and spec["type"] != "boolean":
        yield "codes", f"not for type {spec['type']}: only for code, code_list and boolean"


def _currency(spec: Part) -> Found:
    if "currency" in spec and spec["type"] not in {"yuan", "wan_yuan"}:
        yield "currency", f"not for type {spec['type']}: only for yuan and wan_yuan"
    for key, message in _empty(spec.get("currency", Part()), "codes", "no amount could be read"):
        yield f"currency.{key}", message
