"""What cannot be meant in a disclosure file whose tables are well-formed: places and messages, all of them at once.

Rules of this file: each check looks at the sound part of one table, so that a mistake elsewhere hides none here.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, get_args

from connectors.declaration import Part, unknown
from gateway.disclosure.declared import Row
from gateway.disclosure.facts import FIELDS
from gateway.disclosure.model import UNJUDGED, Severity
from gateway.policy import Audience
from schema.entities import ENTITY_FIELDS

Found = Iterator[tuple[str, str]]
"""Places and messages."""

_PENALTY: Final = ENTITY_FIELDS["AdministrativePenalty"]
_LISTS: Final = ENTITY_FIELDS["ListEntry"]["kind"].enum
_STANDING: Final = tuple(name for name, facts in FIELDS.items() if "kind" not in facts and "started_on" in facts)
_CLOSED: Final = {
    "NOT_PUBLISHABLE": ("PUBLIC",),
    "PUBLICITY_ENDED": ("PUBLIC",),
    "SHIELDED": ("PUBLIC",),
    "REPAIRED": ("PUBLIC", "DEPARTMENT", "BUSINESS"),
    "REVOKED": ("PUBLIC", "DEPARTMENT", "BUSINESS"),
}
"""State -> who must not be shown it, whatever the city wants: order 36 art. 3, publicity, sharing and use stop."""
_MORE: Final = {"HIDDEN": 0, "WITHHELD": 0, "DUTY": 1, "META": 1, "MARKED": 2, "SHOWN": 2}


@dataclass(frozen=True, slots=True)
class Known:
    """Names that other files declare; None for those that are not to be checked."""

    departments: Collection[str] | None = None
    legal_bases: Collection[str] | None = None


def mistakes(sound: Part, known: Known) -> Found:
    """Yield place and message of everything in ``sound`` that cannot be meant."""
    rule_sets: Mapping[str, Part] = sound.get("rule_sets", {})
    if "rule_sets" in sound:
        yield from _beginnings(rule_sets)
    for name, rule_set in rule_sets.items():
        place = f"rule_sets.{name}"
        yield from _windows(f"{place}.windows", rule_set)
        yield from _rules(f"{place}.rules", rule_set.get("rules", []), known)
        if rule_set.get("basis") == []:
            yield f"{place}.basis", "empty: a rule set rests on law"
        yield from _bases(f"{place}.basis", rule_set.get("basis", []), known)
    yield from _domains(sound.get("domains", {}), known)
    yield from _overrides(sound, known)
    yield from _periods("lists", sound, known, _LISTS)
    yield from _periods("records", sound, known, _STANDING)
    if "showing" in sound:
        yield from _showing(sound["showing"])


def _beginnings(rule_sets: Mapping[str, Part]) -> Found:
    oldest = [name for name, rule_set in rule_sets.items() if rule_set.lacks("since")]
    if len(oldest) != 1:
        yield "rule_sets", f"expected one rule set without `since`, for the oldest decisions; found {len(oldest)}"
    seen: set[str] = set()
    for name, rule_set in rule_sets.items():
        since = rule_set.get("since")
        if since is None:
            continue
        if not _is_date(since):
            yield f"rule_sets.{name}.since", "expected a date in quotes, e.g. `2026-04-01`"
        elif since in seen:
            yield f"rule_sets.{name}.since", f"`{since}` is repeated"
        seen.add(since)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _windows(place: str, rule_set: Part) -> Found:
    if "windows" not in rule_set:
        return
    windows: Part = rule_set["windows"]
    yield from _missing(place, windows, get_args(Severity))
    for severity, window in windows.items():
        at = f"{place}.{severity}"
        if not window.get("published", True):
            if "min_months" in window:
                yield f"{at}.min_months", "not published as a rule: it has no shortest term"
        elif window.lacks("max_months"):
            yield f"{at}.max_months", "missing"
        yield from _order(at, window)


def _missing(place: str, table: Part, names: Collection[str]) -> Found:
    for name in names:
        if table.lacks(name):
            yield f"{place}.{name}", "missing"


def _order(place: str, term: Part) -> Found:
    if term.get("min_months", 0) > term.get("max_months", float("inf")):
        yield f"{place}.min_months", "longer than `max_months`"


def _rules(place: str, rules: list[Part], known: Known) -> Found:
    yield from _repeated(place, rules)
    for at, rule in enumerate(rules, 1):
        severities = rule.get("severities")
        if severities is not None and (not severities or len(set(severities)) < len(severities)):
            yield f"{place}.{at}.severities", "expected one severity, or several different ones"
        if "when" in rule:
            yield from _condition(f"{place}.{at}.when", rule["when"])
            if not rule["when"] and not rule["when"].unfit:
                yield f"{place}.{at}.when", "empty: it would hold for every decision; say `otherwise` instead"
        yield from _bases(f"{place}.{at}.basis", [rule["basis"]] if "basis" in rule else [], known)


def _repeated(place: str, tables: list[Part]) -> Found:
    seen: set[str] = set()
    for at, table in enumerate(tables, 1):
        name = table.get("name")
        if name in seen:
            yield f"{place}.{at}.name", f"`{name}` is repeated"
        if name is not None:
            seen.add(name)


def _condition(place: str, condition: Part) -> Found:
    for key in ("any_of", "all_of", "only"):
        if condition.get(key) == []:
            yield f"{place}.{key}", "empty: it would never hold"
        for name in condition.get(key, []):
            if name not in _PENALTY["categories"].enum:
                yield f"{place}.{key}", unknown("category", name, _PENALTY["categories"].enum)
    procedure = condition.get("procedure")
    if procedure is not None and procedure not in _PENALTY["procedure"].enum:
        yield f"{place}.procedure", unknown("procedure", procedure, _PENALTY["procedure"].enum)
    if "fine_from" in condition and not _is_amount(condition["fine_from"]):
        yield f"{place}.fine_from", "expected an amount in yuan, in quotes, e.g. `5000000`"


def _is_amount(text: str) -> bool:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return False
    return amount.is_finite() and amount > 0


def _bases(place: str, codes: Collection[str], known: Known) -> Found:
    for code in codes:
        if known.legal_bases is not None and code not in known.legal_bases:
            yield place, unknown("legal basis", code, sorted(known.legal_bases))


def _domains(domains: Mapping[str, Part], known: Known) -> Found:
    for name, domain in domains.items():
        if name not in _PENALTY["domain"].enum:
            yield f"domains.{name}", unknown("domain", name, _PENALTY["domain"].enum)
        if not domain.get("departments") and not domain.get("citations") and not domain.unfit:
            yield f"domains.{name}", "empty: no decision would belong to it"
        for code in domain.get("departments", []):
            if known.departments is not None and code not in known.departments:
                yield f"domains.{name}.departments", unknown("department", code, sorted(known.departments))


def _overrides(sound: Part, known: Known) -> Found:
    overrides = sound.get("severity_overrides", [])
    yield from _repeated("severity_overrides", overrides)
    for at, override in enumerate(overrides, 1):
        place = f"severity_overrides.{at}"
        for key in ("rule_sets", "over"):
            if override.get(key) == []:
                yield f"{place}.{key}", "empty: it would never apply"
        for name in override.get("rule_sets", []):
            if "rule_sets" in sound and sound["rule_sets"].lacks(name):
                yield f"{place}.rule_sets", unknown("rule set", name, list(sound["rule_sets"]))
        domain = override.get("domain")
        if domain is not None and "domains" in sound and sound["domains"].lacks(domain):
            yield f"{place}.domain", unknown("domain", domain, list(sound["domains"]))
        yield from _condition(f"{place}.when", override.get("when", Part()))
        yield from _bases(f"{place}.basis", [override["basis"]] if "basis" in override else [], known)


def _periods(table: str, sound: Part, known: Known, names: Collection[str]) -> Found:
    if table not in sound:
        return
    periods: Part = sound[table]
    yield from _missing(table, periods, names)
    for name, period in periods.items():
        place = f"{table}.{name}"
        if name not in names:
            yield place, unknown("kind", name, names)
        yield from _period(place, period)
        yield from _bases(f"{place}.basis", period.get("basis", []), known)


def _period(place: str, period: Part) -> Found:
    ends = period.get("until_removed", False)
    if "until_removed" not in period.unfit and ends != period.lacks("max_months"):
        yield place, "expected either `max_months` or `until_removed = true`"
    if period.get("tone") == "RED" and not (period.lacks("max_months") and period.lacks("min_months")):
        yield place, "RED tells for the subject: it has no term"
    yield from _order(place, period)


def _showing(rows: Part) -> Found:
    yield from _missing("showing", rows, get_args(Row))
    for state, cells in rows.items():
        place = f"showing.{state}"
        yield from _missing(place, cells, get_args(Audience))
        for audience, cell in cells.items():
            if message := _cell(state, audience, cell, cells):
                yield f"{place}.{audience}", message


def _cell(state: str, audience: str, cell: str, cells: Mapping[str, Any]) -> str | None:
    """Return what is wrong with one cell, None if nothing."""
    if audience in _CLOSED.get(state, ()) and cell != "HIDDEN":
        return "expected HIDDEN: what is repaired, revoked or no longer public is not shown"
    if state == UNJUDGED and cell in {"HIDDEN", "DUTY"}:
        return "expected WITHHELD: what cannot be judged must not read as none"
    if state != UNJUDGED and cell == "WITHHELD":
        return "WITHHELD is for UNJUDGED records alone"
    if _MORE[cell] < _MORE[cells.get("PUBLIC", "HIDDEN")]:
        return "shows less than to PUBLIC"
    if audience == "OWNER" and cell != "SHOWN":
        return "expected SHOWN: owners see their own records whole"
    return None
