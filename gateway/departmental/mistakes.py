"""What is wrong with a policy file beyond its types: names that do not exist, what is not the department's to decide.

Rules of this file: pure; what is not ``known`` (its own file could not be read) stays unchecked.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from connectors.declaration import Part, unknown
from connectors.spec import SourceSpec
from gateway.catalogue import LegalBases
from gateway.days import period_mistakes
from gateway.departments import Department, Departments
from gateway.policy import Policy
from gateway.policy.departmental import EVERYTHING
from schema.entities import ENTITY_FIELDS, entity_of

Found = Iterator[tuple[str, str]]
"""Place and message of each mistake."""
_CODE: Final = re.compile(r"[a-z][a-z0-9_]*")
"""A basis of this form is a code of legal_bases.toml; any other is a text."""
_EMPTY: Final = "empty: it could never mean anything"


@dataclass(frozen=True, slots=True)
class Known:
    """What policy files may name; None where it could not be read."""

    departments: Departments | None
    policy: Policy | None
    sources: Mapping[str, SourceSpec] | None
    legal_bases: LegalBases | None


def owner_mistakes(code: str, known: Known) -> Found:
    """Yield why there may be no policy file named ``code``: it is no body, or one that has ended."""
    if known.departments is None:
        return
    if code not in known.departments:
        yield "", unknown("department", code, list(known.departments))
    elif (ended := _ended(code, known.departments)) is not None:
        yield "", ended


def file_mistakes(code: str, sound: Part, known: Known) -> Found:
    """Yield place and message of each mistake in the ``sound`` part of the file of department ``code``."""
    author = sound.get("author")
    if author is not None and (not author.isprintable() or author.strip() != author):
        yield "author", "expected the name of a post, printable and without blanks around it"
    for at, duty in enumerate(sound.get("duties", []), 1):
        yield from _at(f"duties.{at}", _duty(code, duty, known))
    for at, approval in enumerate(sound.get("approvals", []), 1):
        yield from _at(f"approvals.{at}", [*_owned(code, approval, known), *_approval(approval, known)])
    for at, closure in enumerate(sound.get("closures", []), 1):
        yield from _at(f"closures.{at}", [*_owned(code, closure, known), *_common(closure)])


def _at(place: str, found: Iterable[tuple[str, str]]) -> Found:
    return ((f"{place}.{key}", message) for key, message in found)


def _duty(code: str, duty: Part, known: Known) -> Found:
    department = _department(code, known)
    if department is not None and not department.government:
        yield "purpose", f"`{code}` is no government body: it has no statutory duties"
    yield from _purposes("purpose", [duty["purpose"]] if "purpose" in duty else [], known)
    entities = duty.get("entities", [])
    for name in entities:
        if name not in ENTITY_FIELDS and name != EVERYTHING:
            yield "entities", unknown("entity", name, [*sorted(ENTITY_FIELDS), EVERYTHING])
    if EVERYTHING in entities and len(entities) > 1:
        yield "entities", f"`{EVERYTHING}` is every entity: it stands alone"
    basis = duty.get("basis", "")
    if known.legal_bases is not None and _CODE.fullmatch(basis) and basis not in known.legal_bases:
        yield "basis", unknown("legal basis", basis, list(known.legal_bases))
    yield from _common(duty)


def _approval(approval: Part, known: Known) -> Found:
    for code in approval.get("departments", []):
        if known.departments is None:
            break
        if code not in known.departments:
            yield "departments", unknown("department", code, list(known.departments))
        elif (ended := _ended(code, known.departments)) is not None:
            yield "departments", ended
        elif not known.departments[code].government:
            yield "departments", f"`{code}` is no government body: what departments share is not for it"
    yield from _purposes("purposes", approval.get("purposes", []), known)
    yield from _common(approval)


def _owned(code: str, decided: Part, known: Known) -> Found:
    """Yield what is wrong with the source and the fields that an approval or a closure is about."""
    name = decided.get("source")
    if known.sources is None or name is None:
        return
    own = [each.name for each in known.sources.values() if each.department == code]
    if name not in known.sources:
        yield "source", unknown("source", name, own)
    elif name not in own:
        owner = known.sources[name].department
        yield "source", f"source `{name}` belongs to `{owner}`, which alone decides about it; own: {_listed(own)}"
    else:
        yield from _fields(known.sources[name], decided.get("fields", []))


def _fields(source: SourceSpec, named: Collection[str]) -> Found:
    held: dict[str, set[str]] = {}
    for part, entity in source.entities.items():
        held.setdefault(entity_of(part), set()).update(entity.fields)
    for text in named:
        entity_name, dot, field = text.partition(".")
        if not dot or not field:
            yield "fields", f"expected `Entity.field` or `Entity.{EVERYTHING}`, found `{text}`"
        elif entity_name not in held:
            yield "fields", unknown("entity", entity_name, sorted(held))
        elif field != EVERYTHING and field not in held[entity_name]:
            yield "fields", unknown(f"field of {entity_name}", field, sorted(held[entity_name]))


def _purposes(key: str, named: Collection[str], known: Known) -> Found:
    if known.policy is None:
        return
    duties = sorted(purpose for purpose, duty in known.policy.purposes.items() if duty)
    for purpose in named:
        if purpose not in known.policy.purposes:
            yield key, unknown("purpose", purpose, duties)
        elif purpose not in duties:
            yield key, f"`{purpose}` is no duty of a department; duties: {_listed(duties)}"


def _common(decided: Mapping[str, Any]) -> Found:
    """Yield empty lists, repeated names, and days that are none or stand in the wrong order."""
    for key, value in decided.items():
        if value == []:
            yield key, _EMPTY
        elif isinstance(value, list):
            yield from ((key, f"`{each}` is repeated") for each in dict.fromkeys(value) if value.count(each) > 1)
    yield from period_mistakes(decided.get("since"), decided.get("until"), ("since", "until"))


def _department(code: str, known: Known) -> Department | None:
    return known.departments.get(code) if known.departments is not None else None


def _ended(code: str, departments: Departments) -> str | None:
    current = departments.current(code).code
    return None if current == code else f"`{code}` has ended: its successor is `{current}`"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
