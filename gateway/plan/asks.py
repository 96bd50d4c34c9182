"""What each owner of a need is asked for: columns by selection and by permission, the key it is asked by.

# INVARIANT: a field whose decision is not `allowed` never enters `Ask.fields`, hence no statement, URL or envelope.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.spec import AnyEntity, SourceSpec
from gateway.caller import Caller
from gateway.catalogue import Catalogue
from gateway.plan.model import Ask, Need, Use
from gateway.policy import Decision, Policy, decide

KNOWN_SCHEMES = frozenset({"USCC", "ORG_CODE", "TAX_NO"})
"""What every resolved organization is known by without asking: the USCC and what derives from it."""
CROSSWALK = "Crosswalk"
CROSSWALK_FIELDS = {"USCC": "uscc", "REG_NO": "reg_no", "ORG_CODE": "org_code", "PRIPID": "pripid"}


@dataclass(frozen=True, slots=True)
class Rights:
    """One caller's rights over one catalogue: the argument of every decision of a plan."""

    policy: Policy
    caller: Caller
    catalogue: Catalogue

    def asks(self, need: Need) -> tuple[Ask, ...]:
        """Return the asks of ``need``, one per part of an owner, in the order of the owners' names."""
        owners = self.catalogue.owners(need.entity)
        return tuple(self._ask(index, need, *owner) for index, owner in enumerate(owners))

    def crosswalk(self, schemes: Iterable[str]) -> tuple[Ask, ...]:
        """Return the asks that translate between ``schemes``; the scheme they are asked by is chosen per batch."""
        need = Need(CROSSWALK, person_key=False, fields={CROSSWALK_FIELDS[scheme] for scheme in schemes})
        return self.asks(need)

    def _ask(self, index: int, need: Need, source: SourceSpec, part: str, entity: AnyEntity) -> Ask:
        scheme = _scheme(entity, need.person_key)
        also_by = tuple(other for other in entity.also_by if other != scheme)
        crosswalk = tuple(other for other in (scheme, *also_by) if other not in KNOWN_SCHEMES and other != "PERSON")
        ask = Ask(index, source, entity, need.entity, part, scheme, also_by, crosswalk)
        decisions = {name: decide(self.policy, self.caller, source, entity.fields[name]) for name in entity.fields}
        if not any(decision.allowed for decision in decisions.values()):
            ask.refused = next(iter(decisions.values()))
            return ask
        wanted = sorted(name for name in need.fields if name in decisions)
        ask.fields = tuple(name for name in wanted if decisions[name].allowed)
        ask.places = {name: at for at, name in enumerate(ask.fields)}
        ask.denied = {name: decisions[name] for name in wanted if not decisions[name].allowed}
        return ask

    def refuse_filters(self, use: Use, arguments: Iterable[str]) -> None:
        """Note in ``use`` the asks whose rows the given filter ``arguments`` cannot test."""
        fields = [filter_.field for filter_ in use.filters if filter_.argument in set(arguments)]
        for ask in use.need.asks:
            for name in fields:
                if name in ask.denied:
                    use.refusals[ask.index] = ask.denied[name]
                elif name not in ask.entity.fields:
                    use.refusals.setdefault(ask.index, None)


def _scheme(entity: AnyEntity, person_key: bool) -> str:
    """Return the scheme to ask by: the person's key, else the first one known without asking, else the first."""
    if person_key:
        return "PERSON"
    schemes = [scheme for scheme in entity.keys if scheme != "PERSON"]
    return next((scheme for scheme in schemes if scheme in KNOWN_SCHEMES), schemes[0])


def denial(decision: Decision, field: str, source: str | None) -> dict[str, object]:
    """Return the error extensions of a denied ``field``: the code, the reason, and what would open it."""
    extensions: dict[str, object] = {"code": "FIELD_FORBIDDEN", "field": field}
    if source is not None:
        extensions["source"] = source
    extensions["reason"] = decision.reason
    extensions["needs"] = decision.needs
    return extensions
