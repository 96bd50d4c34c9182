"""Measures through the graph: which apply to a subject, the register, and the report that one was taken.

A report is kept in the ledger alone, as a change of its entry: what was done, by whom, for which subject (a pseudonym).

FIELD_FORBIDDEN   the caller implements no such measure; `needs` names the departments that do
INPUT_INVALID     `inputs` names every part that is wrong
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from connectors.clock import now_text
from connectors.declaration import unknown
from gateway.caller import Caller
from gateway.carried import Carried, refusal, require_valid
from gateway.catalogue.shown import ShownBasis, ShownCatalogue
from gateway.checks.document import document_of
from gateway.checks.evidence import Problem, read_evidence
from gateway.checks.model import ShownMissing, ShownRuleBasis
from gateway.checks.rights import RUN
from gateway.consents.checks import subject_mistake
from gateway.consents.input import InputMistake, canonical_subject
from gateway.departments import Department
from gateway.errors import ReceiptUnknown
from gateway.inner import Inner
from gateway.ledger.entry import Change, is_receipt
from gateway.measures.applicable import Applicable, ApplicableMeasure, Missing, applicable
from gateway.measures.entries import Entry, Listed, court_entry, list_entry
from gateway.measures.register import Measure, Register
from gateway.own import Own, Told
from gateway.plan.asks import Rights
from gateway.policy import Policy, decide_scope
from gateway.rules.model import Basis, Need
from schema.measure import MeasureReport, ReportMeasureInput

REPORT: Final = "Mutation.reportMeasureApplied"
NEEDS: Final = {
    "lists": Need(section="listEntries", fields=["kind", "state", "includedOn", "removedOn", "validUntil"]),
    "debtor": Need(section="courtEnforcement.dishonestEntries", fields=["publishedOn"]),
}
_DOCUMENT: Final = document_of(NEEDS)


@dataclass(frozen=True, slots=True)
class ShownMeasure:
    """A row of the register on a day."""

    code: str
    name: str
    name_en: str
    direction: str
    targets: list[str]
    implementers: list[Department]
    bodies: str | None
    bodies_en: str | None
    autonomous: bool
    bases: list[ShownRuleBasis]
    catalogue_item: str | None
    in_force_from: str | None
    in_force_to: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ShownApplicable:
    """A measure that may be taken, and why."""

    measure: ShownMeasure
    because: list[Entry]
    objected: bool


@dataclass(frozen=True, slots=True)
class ShownMeasures:
    """What may be taken for or against one subject."""

    uscc: str | None
    name: str | None
    problem: str | None
    complete: bool
    measures: list[ShownApplicable]
    missing: list[ShownMissing]
    receipt: str


@dataclass(frozen=True, slots=True)
class Measures:
    """The roots of measures; register and departments are those of the configuration of the moment."""

    inner: Inner
    register: Callable[[], Register]
    departments: Callable[[], Mapping[str, Department]]

    @property
    def roots(self) -> Mapping[str, Own]:
        """Each root by its kind."""
        return {"applicable_measures": self.applicable, "measures": self.measures}

    async def applicable(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told:
        """Return what may be taken for or against the subject of a key; raises `RequestError`."""
        key = {name: getattr(each, "name", each) for name, each in arguments["key"].items()}
        answered = await self.inner.ask(_DOCUMENT, {"keys": [key]}, rights.caller)
        (found,) = read_evidence(answered.content, NEEDS)
        if isinstance(found, Problem):
            return Told([ShownMeasures(None, None, found.message, False, [], [], answered.receipt)])
        told = applicable(self.register(), list(_listed(found["sections"])), rights.caller.purpose, today)
        return Told([self._show(found["subject"], told, answered.receipt, _bases(rights, today))], _about(found))

    async def measures(self, rights: Rights, arguments: Mapping[str, Any], today: str) -> Told:
        """Return the register: what is in force today."""
        register, bases = self.register(), _bases(rights, today)
        wanted = getattr(arguments.get("direction"), "name", arguments.get("direction"))
        rows = [each for each in register.measures.values() if wanted in {None, each.direction}]
        in_force = [(each, register.bases_of(each, today)) for each in rows]
        return Told([self._measure(each, of, bases) for each, of in in_force if of])

    def _show(
        self, subject: Mapping[str, Any], told: Applicable, receipt: str, bases: Callable[[str], ShownBasis]
    ) -> ShownMeasures:
        return ShownMeasures(
            subject["uscc"],
            subject["name"],
            None,
            told.complete,
            [self._one(each, bases) for each in told.measures],
            [_missing(each) for each in told.missing],
            receipt,
        )

    def _one(self, each: ApplicableMeasure, bases: Callable[[str], ShownBasis]) -> ShownApplicable:
        return ShownApplicable(self._measure(each.measure, each.bases, bases), each.because, each.objected)

    def _measure(self, each: Measure, of: list[Basis], bases: Callable[[str], ShownBasis]) -> ShownMeasure:
        departments = self.departments()
        return ShownMeasure(
            each.code,
            each.name.zh,
            each.name.en,
            each.direction,
            list(each.targets),
            [departments[code] for code in each.implementers],
            each.bodies.zh if each.bodies is not None else None,
            each.bodies.en if each.bodies is not None else None,
            each.autonomous,
            [ShownRuleBasis(bases(one.base), one.article) for one in of],
            each.catalogue_item,
            each.from_,
            each.to,
            each.note,
        )


def _bases(rights: Rights, today: str) -> Callable[[str], ShownBasis]:
    return ShownCatalogue(rights.catalogue.items, today).basis


def _about(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [("USCC", found["subject"]["uscc"])]


def _listed(sections: Mapping[str, Any]) -> Iterator[Listed]:
    for name, read in (("lists", list_entry), ("debtor", court_entry)):
        section = sections[name]
        yield Listed(
            state=section["state"],
            entries=[read(item) for item in section["items"]],
            coverage=section["coverage"],
        )


def _missing(missing: Missing) -> ShownMissing:
    return ShownMissing(missing.source, missing.part, None, missing.status, None, missing.until, None, ["listEntries"])


@dataclass(slots=True)
class MeasureChanges(Carried):
    """What `schema.mutation` asks of measures, for ``caller`` on the day ``today``."""

    register: Register
    policy: Policy
    caller: Caller
    today: str

    async def report_measure_applied(self, given: ReportMeasureInput) -> MeasureReport:
        """Return the report, which becomes a change of this operation's entry; raises GraphQLError."""
        require_valid("reportMeasureApplied", [InputMistake(*each) for each in self._mistakes(given)])
        measure = self.register.measures[given.measure]
        self._permit(measure)
        subject = canonical_subject(given.subject)
        self.subjects.append(subject)
        self.changes.append(Change(what="measure", name=measure.code, after=f"{given.act.name} {given.on}"))
        if given.receipt is not None:
            self.changes.append(Change(what="measure ground", name=measure.code, after=given.receipt))
        self.done += 1
        return MeasureReport(
            measure=measure.code,
            subject=subject,
            act=given.act,
            on=given.on,
            reported_at=now_text(),  # type: ignore[arg-type]
        )

    def _mistakes(self, given: ReportMeasureInput) -> Iterator[tuple[str, str]]:
        if given.measure not in self.register.measures:
            yield "measure", unknown("measure", given.measure[:20], list(self.register.measures))
        if (wrong := subject_mistake(canonical_subject(given.subject))) is not None:
            yield "subject", wrong
        if given.on > self.today:
            yield "on", "is in the future"
        if given.receipt is not None and not is_receipt(given.receipt):
            yield "receipt", f"is not the id of a receipt ({ReceiptUnknown.code})"

    def _permit(self, measure: Measure) -> None:
        """Raise unless the caller's department takes ``measure``, or it is autonomous and the caller runs checks."""
        if self.caller.department in measure.implementers:
            return
        if measure.autonomous and decide_scope(self.policy, self.caller, RUN).allowed:
            return
        self.denied.append((REPORT, "NOT_IMPLEMENTER"))
        needs = {"department": list(measure.implementers)}
        raise refusal(
            f"`{REPORT}` is not open to this caller: it implements no `{measure.code}`",
            "FIELD_FORBIDDEN",
            {"field": REPORT, "reason": "NOT_IMPLEMENTER", "needs": needs},
        )
