"""What must hold between the parts of a source file, beyond their types: every mistake as a place and a message.

Rules of this file: tables in, mistakes out; the only I/O is to look whether a WSDL is there. The tables are `Part`s:
they hold what is sound, because a file with one mistake is still checked for all others. What is absent here was
missing or mistaken, is noted as such already, and what depends on it is not checked.
"""

import re
from pathlib import Path
from typing import Final

from connectors import selection
from connectors.declaration import Part, unknown
from connectors.fields import Found, Known, empty, field_mistakes
from connectors.hours import parse_quiet_days
from connectors.personal import OF_PERSONS, shown_whole
from schema.entities import ENTITY_FIELDS, entity_of

STATUSES: Final = ("status_ok", "status_none", "status_closed", "status_rejected")

_PART: Final = re.compile(r"[A-Za-z0-9]+(?:_[a-z0-9][a-z0-9_]*)?")
"""The name of a part: an entity's, then perhaps what sets its table apart from another one."""


def source_mistakes(kind: str | None, source: Part, file: Path, known: Known) -> Found:
    """Yield the mistakes of the ``source`` in ``file``; ``kind`` is None when it is not known."""
    if source.get("name", file.stem) != file.stem:
        yield "name", f"expected `{file.stem}`: the name of the source is the name of its file"
    departments = known.departments
    if departments is not None and "department" in source and source["department"] not in departments:
        yield "department", unknown("department", source["department"], departments)
    if (hours := source.get("quiet_hours")) is not None and hours[:5] == hours[6:]:
        yield "quiet_hours", "begins and ends at the same time: closed never, or always?"
    if (days := source.get("quiet_days")) is not None and parse_quiet_days(days).always:
        yield "quiet_days", "no day is left on which the source could be asked"
    yield from _encoding(source)
    yield from _statuses(source)
    if kind == "soap":
        yield from _wsdl(source, file.parent)
    yield from empty(source, "entities", "the source holds nothing")
    for part, entity in source.get("entities", {}).items():
        for place, message in _entity(kind, part, entity, file.stem, source.get("batch_size", 1), known):
            yield f"entities.{part}.{place}".rstrip("."), message
    yield from shown_whole(source.get("entities", {}))
    if kind == "graphql":
        yield from selection.mistakes(source)
    if kind == "file":
        yield from _files(source)


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


def _entity(kind: str | None, part: str, entity: Part, source: str, batch_size: int, known: Known) -> Found:
    name = entity_of(part)
    fields = ENTITY_FIELDS.get(name)
    if fields is None:
        yield "", unknown("entity", name, sorted(ENTITY_FIELDS))
    elif _PART.fullmatch(part) is None:
        yield "", f"expected `{name}`, or `{name}_` and lower-case letters, digits and `_` that tell which table it is"
    yield from empty(entity, "keys", "the source could not be asked")
    yield from empty(entity, "record_key", "the department could not find a record again")
    yield from empty(entity, "fields", "there is nothing to ask for")
    for key, message in empty(entity.get("tombstone", Part()), "values", "no row would be a tombstone"):
        yield f"tombstone.{key}", message
    for department in entity.get("records_of", Part()).get("departments", {}):
        if known.departments is not None and department not in known.departments:
            yield f"records_of.departments.{department}", unknown("department", department, known.departments)
    yield from _keys(name, entity)
    yield from _also_by(kind, entity)
    if kind == "rest":
        yield from _pages(entity, "page_parameter")
        yield from _parameters(entity, batch_size)
        yield from _address(entity)
    if kind == "graphql":
        yield from _pages(entity, "page_argument")
    for field, spec in entity.get("fields", {}).items():
        for place, message in field_mistakes(name, field, spec, source, known):
            yield f"fields.{field}.{place}".rstrip("."), message


def _keys(name: str, entity: Part) -> Found:
    for scheme, key in entity.get("keys", {}).items():
        if name in OF_PERSONS and scheme != "PERSON":
            yield f"keys.{scheme}", f"{name} is asked by PERSON only"
        elif scheme == "PERSON" and name not in OF_PERSONS:
            yield f"keys.{scheme}", f"only records of persons are asked by PERSON: {', '.join(OF_PERSONS)}"
        if key.get("form") == "hyphenated" and scheme != "ORG_CODE":
            yield f"keys.{scheme}.form", "only an ORG_CODE is written with a hyphen"
        elif "form" in key and scheme == "NAME":
            yield f"keys.{scheme}.form", "a name is asked for in every spelling: it has no form"


def _also_by(kind: str | None, entity: Part) -> Found:
    also_by = entity.get("also_by", ())
    if also_by and kind in {"soap", "graphql"}:
        yield "also_by", f"a source of kind {kind} cannot be asked by several codes at once"
    for at, scheme in enumerate(also_by, 1):
        if "keys" in entity and scheme not in entity["keys"]:
            yield "also_by", unknown("key", scheme, entity["keys"])
        elif scheme in also_by[: at - 1]:
            yield "also_by", f"`{scheme}` is repeated"


def _pages(entity: Part, page: str) -> Found:
    for name, other in ((page, "page_size"), ("page_size", page)):
        if name in entity and entity.lacks(other):
            yield other, f"missing: `{name}` needs it"


def _parameters(entity: Part, batch_size: int) -> Found:
    further = entity.get("also_parameters", {})
    if further and batch_size > 1:
        yield "also_parameters", "only where one key is a call: expected a `batch_size` of 1"
    if further and entity.get("also_by"):
        yield "also_parameters", "not beside `also_by`: a further code is either one to be asked by or one to be told"
    taken = {entity[key] for key in ("key_parameter", "page_parameter") if key in entity}
    for scheme, parameter in further.items():
        if parameter in taken:
            yield f"also_parameters.{scheme}", f"parameter `{parameter}` is taken"
        taken.add(parameter)


def _address(entity: Part) -> Found:
    told = {*entity.get("keys", {}), *entity.get("also_parameters", {})}
    if "PERSON" in told and entity.get("method", "GET") == "GET":
        yield "method", "a personal number is never sent in an address: expected `POST`"
