"""What each owner of a need is asked for: columns by selection and by permission, the key it is asked by.

# INVARIANT: a field whose decision is not `allowed` never enters `Ask.fields`, hence no statement, URL or envelope.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from connectors.constants import constant_of
from connectors.spec import AnyEntity, RestEntity, SourceSpec
from gateway.caller import ANYBODY, Caller, Standing
from gateway.catalogue import Catalogue
from gateway.disclosure import Rules, facts_reader
from gateway.merge import DECISIONS, SEVERAL
from gateway.plan.model import Ask, Need, Use
from gateway.policy import Decision, Policy, audience_of, decide, place_of, reads_own_records
from gateway.returns.publicity import evidence
from schema.entities import CROSSWALK

KNOWN_SCHEMES: Final = frozenset({"USCC", "ORG_CODE", "TAX_NO"})
"""What every resolved organization is known by without asking: the USCC and what derives from it."""
CROSSWALK_FIELDS: Final = {
    "USCC": "uscc",
    "ORG_CODE": "org_code",
    "REG_NO": "reg_no",
    "TAX_NO": "tax_no",
    "CUSTOMS_CODE": "customs_code",
    "INSTITUTION_CERT": "institution_cert",
    "SOCIAL_ORG_CERT": "social_org_cert",
    "NAME": "name",
    "PRIPID": "pripid",
    "UNIT_NO": "unit_no",
}
"""Scheme -> the field of a crosswalk that holds it; of the schemes that are not here no register tells anything."""


AUTHORITY_FIELDS: Final = ("authority", "registration_authority", "court")
"""Where a record tells who decided, in the source's words, and by which code."""
AUTHORITY_CODE: Final = "authority_uscc"


@dataclass(frozen=True, slots=True)
class Rights:
    """One caller's rights over one catalogue: the argument of every decision of a plan."""

    policy: Policy
    caller: Caller
    catalogue: Catalogue
    rules: Rules

    def asks(self, need: Need) -> tuple[Ask, ...]:
        """Return the asks of ``need``, one per part of an owner, in the order of the owners' names."""
        need.sort = self.catalogue.items.sort_of(need.entity)
        need.judged = bool(self.rules.inputs(need.entity))
        owners = list(self.catalogue.owners(need.entity))
        need.merged = need.entity in DECISIONS and (len(owners) > 1 or need.entity not in SEVERAL)
        need.inputs.update((*self.rules.inputs(need.entity), *(DECISIONS[need.entity] if need.merged else ())))
        need.inputs.update(evidence(need.entity))
        asks = [ask for owner in owners for ask in self._variants(need, *owner)]
        for index, ask in enumerate(asks):
            ask.index = index
        return tuple(asks)

    def told_beside(self, entity: str) -> frozenset[str]:
        """Return the schemes that some owner of ``entity`` wants to be told beside the key."""
        return frozenset(scheme for _, _, spec in self.catalogue.owners(entity) for scheme in _beside(spec))

    def crosswalk(self, schemes: Iterable[str]) -> tuple[Ask, ...]:
        """Return the asks that translate between ``schemes``; the scheme they are asked by is chosen per batch."""
        fields = {CROSSWALK_FIELDS[scheme] for scheme in schemes if scheme in CROSSWALK_FIELDS}
        owners = enumerate(self.catalogue.owners(CROSSWALK))
        return tuple(self._ask(_crosswalk_need(fields, owner[-1]), *owner, index=index) for index, owner in owners)

    def _variants(self, need: Need, source: SourceSpec, part: str, entity: AnyEntity) -> list[Ask]:
        """Return the asks of one owner: one for all subjects, or one for each way to stand to them that matters here.

        A department that decided some of the records itself asks for those once more, and whole.
        # INVARIANT: what is open by a subject's consent, or to itself, is asked about that subject alone.
        """
        standings = self.caller.standings[:1] if need.person_key else self.caller.standings
        asks = self._by_standing([self._ask(need, source, part, entity, each) for each in standings])
        if self._decided_some(source, entity):
            mine = self._ask(need, source, part, entity, mine=True)
            asks += [] if all(_same_rights(mine, ask) for ask in asks) else [mine]
        return asks

    def _by_standing(self, asks: list[Ask]) -> list[Ask]:
        """Return ``asks``, one for each standing, as few as do: those that differ in nothing are one."""
        if len(asks) == 1:
            return asks
        apart: list[tuple[Ask, set[int]]] = []
        for at, ask in enumerate(asks):
            alike = next((of for other, of in apart if _same_rights(other, ask)), None)
            if alike is None:
                apart.append((ask, {at}))
            else:
                alike.add(at)
        if len(apart) > 1:
            for ask, of in apart:
                ask.standings = frozenset(of)
        return [ask for ask, _ in apart]

    def _ask(
        self,
        need: Need,
        source: SourceSpec,
        part: str,
        entity: AnyEntity,
        standing: Standing = ANYBODY,
        *,
        index: int = 0,
        mine: bool = False,
    ) -> Ask:
        scheme = _scheme(entity, need.person_key)
        also_by = tuple(other for other in entity.also_by if other != scheme)
        beside = _beside(entity)
        wanted_of = (scheme, *also_by, *(() if need.person_key else beside))
        crosswalk = tuple(other for other in wanted_of if other not in KNOWN_SCHEMES and other != "PERSON")
        place = source.name if part == need.entity else f"{source.name}.{part}"
        ask = Ask(index, source, entity, need.entity, part, scheme, also_by, beside, crosswalk, place=place)
        ask.constants = {name: constant_of(spec) for name, spec in entity.fields.items() if spec.value is not None}
        ask.decided_by = self.caller.department if mine else None
        decisions = {
            name: decide(
                self.policy,
                self.caller,
                source,
                spec,
                place_of(need.entity, name, mine=mine),
                standing,
            )
            for name, spec in entity.fields.items()
        }
        if not any(decision.allowed for decision in decisions.values()):
            ask.refused = _whole(next(iter(decisions.values())), need.entity)
            return ask
        # What a filter makes of a constant tells the constant: one that is closed rules nothing out.
        ask.constants = {name: value for name, value in ask.constants.items() if decisions[name].allowed}
        wanted = sorted(name for name in need.fields | need.inputs if name in decisions)
        ask.fields = tuple(name for name in wanted if decisions[name].allowed)
        ask.places = {name: at for at, name in enumerate(ask.fields)}
        ask.denied = {name: decisions[name] for name in wanted if not decisions[name].allowed and name in need.fields}
        if need.judged:
            self._judge(ask, decisions, standing)
        return ask

    def _decided_some(self, source: SourceSpec, entity: AnyEntity) -> bool:
        """Return whether the caller may see whole what its own department decided, and the table tells what that is."""
        departments = entity.records_of.departments if entity.records_of is not None else ()
        return self.caller.department in departments and reads_own_records(self.policy, self.caller, source)

    def _judge(self, ask: Ask, decisions: Mapping[str, Decision], standing: Standing) -> None:
        """Note in ``ask`` how its records are judged, and what of that this caller may not see."""
        ask.audience, ask.duty = audience_of(
            self.policy, self.caller, ask.source, ask.entity_name, standing, mine=ask.decided_by is not None
        )
        ask.facts = facts_reader(ask.entity_name, ask.places, ask.source.department)
        inputs = self.rules.inputs(ask.entity_name)
        ask.unseen = tuple(name for name in inputs if name in decisions and not decisions[name].allowed)

    def refuse(self, use: Use, written: Collection[str], stated: Collection[str]) -> None:
        """Note in ``use`` the asks whose rows its ``written`` arguments, or what it is fixed to, cannot test.

        ``stated`` are the arguments that have a value whatever the variables are: what they deny is denied whole.
        """
        tests = [(each.argument, each.field) for each in use.filters if each.argument in written]
        tests = [("", fixed.field) for fixed in use.fixed] + [each for each in tests if each[1]]
        asked = [ask for ask in use.need.asks if not use.excludes(ask, {})]
        for ask in asked:
            for argument, name in tests:
                if name in ask.denied or name not in ask.entity.fields:
                    use.refusals.setdefault(ask.index, {})[argument] = ask.denied.get(name)
        refused = use.refused(stated)
        for standing in range(len(self.caller.standings)):
            decisions = [ask.refused or refused.get(ask.index) for ask in asked if ask.is_for(standing)]
            if decisions and decisions[0] is not None and all(decisions):
                use.denials[standing] = decisions[0]


def _whole(refused: Decision, entity: str) -> Decision:
    """Return a refusal of every field of ``entity``: a consent that lifts it names them all."""
    if "consent" not in refused.needs:
        return refused
    return replace(refused, needs={**refused.needs, "consent": f"{entity}.*"})


def _same_rights(one: Ask, other: Ask) -> bool:
    """Return whether two asks of one owner differ in nothing that the caller may see."""
    return (one.fields, one.denied, one.refused, one.audience, one.duty, one.unseen) == (
        other.fields,
        other.denied,
        other.refused,
        other.audience,
        other.duty,
        other.unseen,
    )


def _crosswalk_need(fields: Collection[str], entity: AnyEntity) -> Need:
    """Return the need of ``fields``, and of what tells whose the codes are where the register has no unified code."""
    holder = () if "uscc" in entity.fields else ("org_code",)
    return Need(CROSSWALK, person_key=False, fields={*fields, *holder})


def _beside(entity: AnyEntity) -> tuple[str, ...]:
    return tuple(entity.also_parameters) if isinstance(entity, RestEntity) else ()


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
