"""Mistakes of the cases of a rule: days, inputs, sections. What they come to is told by `gateway.rules.table`."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import partial
from typing import Any, Final

import msgspec

from connectors.declaration import Part, joined, sound_part, unknown
from gateway.days import EXPECTED, is_day
from gateway.rules.checks.sets import Found
from gateway.rules.evidence import GATEWAY_FIELDS
from gateway.rules.inputs import input_mistakes
from schema.enums import SectionState, SubjectKind

STATES: Final = (*SectionState.__members__, "UNAVAILABLE", "DENIED")


class CaseSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A section as a case writes it: what is left out is COMPLETE and empty."""

    state: str = "COMPLETE"
    items: list[dict[str, Any]] = []
    coverage: list[dict[str, Any]] = []
    denied: dict[str, Any] | None = None


class CaseSubject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of whom a case is: by default one of the first kind that the rule is about."""

    uscc: str | None = None
    kind: str | None = None
    name: str | None = None


def case_mistakes(case: Part, needs: Mapping[str, Part]) -> Found:
    """Yield what is wrong with a case of a rule whose set has ``needs``."""
    if "as_of" in case and not is_day(case["as_of"]):
        yield "as_of", EXPECTED
    yield from input_mistakes(case.get("input", {}))
    yield from _subject_mistakes(case.get("subject", {}), "subject")
    yield from _evidence_mistakes(case.get("evidence", {}), needs, "")
    for at, other in enumerate(case.get("others", []), 1):
        about = {key: other[key] for key in ("uscc", "kind", "name") if key in other}
        yield from _subject_mistakes(about, f"others.{at}")
        sections = {key: value for key, value in other.items() if key not in about}
        yield from _evidence_mistakes(sections, needs, f"others.{at}")


def _subject_mistakes(subject: dict[str, Any], place: str) -> Found:
    found: list[tuple[str, str]] = []
    sound = sound_part(subject, CaseSubject, place, partial(_keep, found))
    kind = sound.get("kind")
    if kind is not None and kind not in SubjectKind.__members__:
        found.append((joined(place, "kind"), unknown("kind", kind, list(SubjectKind.__members__))))
    yield from found


def _evidence_mistakes(sections: dict[str, Any], needs: Mapping[str, Part], place: str) -> Found:
    for name, section in sections.items():
        at = joined(place, name)
        if name not in needs:
            yield at, unknown("need", name, list(needs))
            continue
        found: list[tuple[str, str]] = []
        sound = sound_part(section, CaseSection, at, partial(_keep, found))
        yield from found
        if not isinstance(sound, dict):
            continue
        if sound.get("state", "COMPLETE") not in STATES:
            yield joined(at, "state"), unknown("state", sound["state"], STATES)
        for number, item in enumerate(sound.get("items", []), 1):
            yield from _item_mistakes(item, needs[name].get("fields", []), f"{at}.items.{number}")


def _keep(found: list[tuple[str, str]], place: str, message: str) -> None:
    found.append((place, message))


def _item_mistakes(item: dict[str, Any], fields: list[str], place: str) -> Found:
    known = [*dict.fromkeys(path.partition(".")[0] for path in fields), *GATEWAY_FIELDS]
    for key, value in item.items():
        if key not in known:
            yield joined(place, key), unknown("field", key, known)
        if isinstance(value, date | datetime | time):
            yield joined(place, key), "expected a text: write dates and times in quotes"
