"""At which level a field of a new source is open where nobody has told: the strictest that scope and item allow."""

from collections.abc import Collection, Mapping
from typing import Any, Final, get_args

from connectors.spec import Disclosure
from gateway.catalogue import Items
from gateway.policy import Policy
from gateway.policy.model import OWNER_PREFIX
from schema.entities import INTERNAL_FIELDS, entity_of

LEVELS: Final = get_args(Disclosure)
"""The widest first."""


def usual_level(policy: Policy, scope: str) -> str:
    """Return the level that goes with a scope; of those that would do, the strictest."""
    if scope.startswith(OWNER_PREFIX):
        return "OWNER"
    if scope in {ways.consent.scopes[0] for ways in policy.fields.values() if ways.consent is not None}:
        return "CONSENT"
    return "GOV_CONDITIONAL" if scope in policy.government else "PUBLIC"


def narrow_levels(
    source: str, entities: Mapping[str, Mapping[str, Any]], told: Collection[tuple[str, str]], items: Items
) -> None:
    """Narrow the level of each field to what the catalogue allows, but for those that are ``told``: part and field.

    A table that holds records of several sorts gets what the items of all of them allow.
    """
    for part, entity in entities.items():
        fields: Mapping[str, dict[str, Any]] = entity.get("fields", {})
        sorts = _sorts(fields.get(items.sort_of(entity_of(part)) or "", {}))
        for name, spec in fields.items():
            if (part, name) in told or name in INTERNAL_FIELDS.get(entity_of(part), ()):
                continue
            known = (items.item_of(entity_of(part), name, sort) for sort in sorts)
            allowed = max((LEVELS.index(item.disclosure) for item in known if item is not None), default=0)
            if allowed > LEVELS.index(spec.get("disclosure", LEVELS[0])):
                spec["disclosure"] = LEVELS[allowed]
                if LEVELS[allowed] == "OWNER":
                    spec["scope"] = OWNER_PREFIX + source


def _sorts(spec: Mapping[str, Any]) -> list[str | None]:
    """Return the sorts of records that a field tells apart; None for all, where it is not there."""
    return [spec["value"]] if "value" in spec else [*spec.get("codes", {}).values()] or [None]
