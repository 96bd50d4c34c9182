"""Mistakes of the head of a rule set and of its needs."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from connectors.declaration import Part, joined, unknown
from gateway.days import period_mistakes
from gateway.rules.checks.known import Known
from gateway.rules.conditions.types import Type, record_of
from gateway.rules.demands import DEMANDS
from gateway.rules.model import Case, Need
from gateway.rules.periods import period_of
from gateway.rules.places import NoPlace, argument_mistakes, field_types, place_of

Found = Iterator[tuple[str, str]]
"""Place and message of each mistake."""

_NAME: Final = re.compile(r"[a-z][A-Za-z0-9]{0,39}\Z")
CASE_KEYS: Final = frozenset(each.encode_name for each in msgspec.structs.fields(Case))
"""What a case may say beside the sections of needs: a need cannot be named so."""


def head_mistakes(sound: Part, known: Known) -> Found:
    """Yield what is wrong with the head: its purposes, what it demands, its days."""
    for key in ("purposes", "needs", "rules"):
        if key in sound and not sound[key]:
            yield key, "empty: the set could never be used" if key == "purposes" else "expected at least one"
    for purpose in sound.get("purposes", []):
        if known.purposes is not None and purpose not in known.purposes:
            yield "purposes", unknown("purpose", purpose, sorted(known.purposes))
    demands = sound.get("demands", [])
    yield from (("demands", unknown("input", each, DEMANDS)) for each in demands if each not in DEMANDS)
    yield from (("demands", f"`{each}` is repeated") for each in sorted(set(demands)) if demands.count(each) > 1)
    yield from period_mistakes(sound.get("from"), sound.get("to"), ("from", "to"))


def need_mistakes(name: str, need: Part) -> Found:
    """Yield what is wrong with the need ``name``."""
    at = joined("needs", name)
    if not _NAME.match(name) or name in CASE_KEYS:
        yield at, "not a name of a need: letters and digits, and none of " + ", ".join(sorted(CASE_KEYS))
    if (age := need.get("max_age")) is not None and period_of(age) is None:
        yield joined(at, "max_age"), "expected a period in quotes, e.g. `PT24H` or `P7D`"
    if need.get("fields") == []:
        yield joined(at, "fields"), "empty: no rule could read it"
    if "section" not in need:
        return
    try:
        place = place_of(need["section"])
    except NoPlace as error:
        yield joined(at, "section"), str(error)
        return
    arguments = argument_mistakes(place, need.get("arguments", {}))
    yield from ((joined(f"{at}.arguments", key), message) for key, message in arguments)
    fields = need.get("fields", [])
    yield from ((joined(at, "fields"), message) for message in field_types(_need(need))[1])
    yield from ((joined(at, "fields"), f"`{path}` is repeated") for path in set(fields) if fields.count(path) > 1)
    if place.judged and "state" not in fields:
        yield joined(at, "fields"), "`state` is missing: without it a repaired record could not be told from another"


def record_types(needs: Mapping[str, Part]) -> dict[str, Type]:
    """Return the types of the records of those ``needs`` whose section is known."""
    found: dict[str, Type] = {}
    for name, need in needs.items():
        try:
            found[name] = record_of(field_types(_need(need))[0])
        except (KeyError, NoPlace):
            continue
    return found


def _need(need: Part) -> Need:
    return Need(section=need["section"], fields=need.get("fields", []))
