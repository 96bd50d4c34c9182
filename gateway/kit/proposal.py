"""Which field of an entity a department's column fills, by its name alone: what is not exactly so called is not mapped.

A column is called as a field when its name, or what the database notes of it, is the field's Chinese name in the schema
(`gateway.kit.words`), with or without what is explained in brackets, or the field's column in the standard of double
publicity, as it stands (`CF_WSH`). Width, case and blanks do not count; nothing else is overlooked.

Terms
    level   how well a name fits: 0 the whole Chinese name, 1 a part of it, 2 the column of the standard
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, get_args
from unicodedata import normalize

from connectors.fields import PERSON_KEY, TYPES_OF_FORM
from connectors.personal import NUMBERS, OF_PERSONS
from connectors.spec import Scheme
from gateway.kit.header import Column
from gateway.kit.words import Words, field_words, names_of, scheme_words
from schema.entities import ENTITY_FIELDS, entity_of

_UNIT: Final = re.compile(r"\((万?元)\)$")
_STANDARD_HEADS: Final = ("", "XK_", "CF_")
"""What the standard of double publicity puts before a column that licenses and penalties share."""
_INTERNAL_SCHEMES: Final = frozenset({"PRIPID", "PERSON"})
_TYPE_OF_ENDING: Final = (
    ("uscc", "uscc"),
    ("org_code", "org_code"),
    ("reg_no", "identifier"),
    ("tax_no", "identifier"),
    ("taxpayer_no", "identifier"),
)


@dataclass(slots=True)
class Proposal:
    """What a table's columns seem to be: fields and keys -> column, and the columns that are called like no field."""

    fields: dict[str, Column] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)


def propose(part: str, columns: Iterable[Column]) -> Proposal:
    """Return which fields of ``part``, and which keys, the ``columns`` fill."""
    called = _names_of_fields(part)
    schemes = _names_of_schemes(part)
    proposal = Proposal()
    for column in columns:
        names = [folded for text in (column.comment, column.name) if (folded := _folded(text))]
        scheme = next((schemes[name] for name in names if name in schemes), None)
        if scheme is not None:
            proposal.keys.setdefault(scheme, column.name)
        fields = [each for each in _best(names, called) if each not in proposal.fields]
        proposal.fields.update(dict.fromkeys(fields, column))
        if not fields and scheme is None:
            proposal.unmapped.append(column.name)
    order = list(ENTITY_FIELDS.get(entity_of(part), ()))
    proposal.fields = dict(sorted(proposal.fields.items(), key=lambda each: order.index(each[0])))
    return proposal


def usual_type(part: str, name: str, column: Column | None = None) -> str | None:
    """Return the type that a field usually has, None for a field that the entity lacks.

    Amounts are in yuan unless the ``column`` says that they are in ten thousand, or is one of a standard that does.
    """
    known = ENTITY_FIELDS.get(entity_of(part), {}).get(name)
    if known is None:
        return None
    if name in NUMBERS:
        return "masked_id"
    if name == PERSON_KEY:
        return "person_key"
    if known.form == "money":
        return "wan_yuan" if column is not None and _counts_in_wan(part, name, column) else "yuan"
    if known.form == "integer":
        return "year" if name.endswith("year") else "integer"
    fitting = TYPES_OF_FORM[known.form]
    named = (type_ for ending, type_ in _TYPE_OF_ENDING if name.endswith(ending))
    return next((type_ for type_ in named if type_ in fitting), "text" if "text" in fitting else fitting[0])


def _counts_in_wan(part: str, name: str, column: Column) -> bool:
    standard = field_words(part)[name].standard
    return "万元" in f"{column.name} {column.comment}" or (standard is not None and _folded(column.name) == standard)


def _best(names: Iterable[str], called: Mapping[str, Mapping[int, list[str]]]) -> list[str]:
    """Return the fields that the first fitting of ``names`` means; none when a part of it would fit several."""
    for name in names:
        levels = called.get(name, {})
        for level in sorted(levels):
            fields = levels[level]
            return fields if level == 2 or len(fields) == 1 else []
    return []


def _names_of_fields(part: str) -> dict[str, dict[int, list[str]]]:
    """Return name -> level -> the fields that are so called."""
    called: dict[str, dict[int, list[str]]] = {}
    for name, words in field_words(part).items():
        told: dict[str, int] = {}
        for text, level in _names(words):
            told.setdefault(_folded(text), level)
        for text, level in told.items():
            called.setdefault(text, {}).setdefault(level, []).append(name)
    return called


def _names(words: Words) -> Iterator[tuple[str, int]]:
    for at, text in enumerate(names_of(words.zh)):
        yield text, min(at, 1)
    if words.standard is not None:
        heads = _STANDARD_HEADS if not words.standard.startswith(_STANDARD_HEADS[1:]) else ("",)
        yield from ((head + words.standard, 2) for head in heads)


def _names_of_schemes(part: str) -> dict[str, str]:
    """Return name -> the public scheme that is so called."""
    if entity_of(part) in OF_PERSONS:
        return {}
    public = [scheme for scheme in get_args(Scheme) if scheme not in _INTERNAL_SCHEMES]
    return {_folded(name): scheme for scheme in reversed(public) for name in names_of(scheme_words(scheme).zh)}


def _folded(text: str) -> str:
    """Return a name without what does not count: width, case, blanks, the unit of an amount."""
    return _UNIT.sub("", "".join(normalize("NFKC", text).upper().split()))
