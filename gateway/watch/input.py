"""What a caller wants watched, checked before anybody is asked: every mistake is named at once. Pure.

No message quotes a key: it may be a personal number.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from connectors.declaration import unknown
from gateway.consents.input import InputMistake
from gateway.plan.document import redact
from gateway.resolve import Unresolved, read_key
from gateway.watch.declared import WatchRules
from gateway.watch.sections import Watched, known_sections
from schema.entities import ENTITY_FIELDS

LONGEST_EVERY_SECONDS: Final = 31 * 86_400


def wish_mistakes(
    keys: Sequence[Mapping[str, Any]], sections: Sequence[str], every: int | None, rules: WatchRules
) -> list[InputMistake]:
    """Return what is wrong with what is wanted."""
    return [*_keys(keys, rules), *_sections(sections, rules), *_every(every)]


def closed_sections(sections: Sequence[Watched], is_open: Callable[[str, str], bool]) -> list[str]:
    """Return the paths of those ``sections`` of which no field is open to the watcher."""
    return [
        each.path for each in sections if not any(is_open(each.entity, name) for name in ENTITY_FIELDS[each.entity])
    ]


def plain_key(key: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `SubjectKey` as a variable holds it."""
    scheme = getattr(key.get("scheme"), "name", key.get("scheme"))
    return {"value": key["value"], **({"scheme": scheme} if isinstance(scheme, str) else {})}


def _keys(keys: Sequence[Mapping[str, Any]], rules: WatchRules) -> list[InputMistake]:
    if not 1 <= len(keys) <= rules.max_subjects:
        return [InputMistake("keys", f"must be 1 to {rules.max_subjects}, got {len(keys)}")]
    read = ((at, read_key(key)) for at, key in enumerate(keys, 1))
    return [
        InputMistake("keys", f"item {at} leads to no subject: {each.message}")
        for at, each in read
        if isinstance(each, Unresolved)
    ]


def _sections(sections: Sequence[str], rules: WatchRules) -> list[InputMistake]:
    if not 1 <= len(sections) <= rules.max_sections:
        return [InputMistake("sections", f"must be 1 to {rules.max_sections}, got {len(sections)}")]
    if len(set(sections)) != len(sections):
        return [InputMistake("sections", "names one section twice")]
    known = known_sections()
    return [
        InputMistake("sections", redact(unknown("section", each[:100], sorted(known))))
        for each in sections
        if each not in known
    ]


def _every(every: int | None) -> list[InputMistake]:
    if every is not None and not 1 <= every <= LONGEST_EVERY_SECONDS:
        return [InputMistake("everySeconds", f"must be 1 to {LONGEST_EVERY_SECONDS}")]
    return []
