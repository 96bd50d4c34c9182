"""Whether the registers agree on who a subject is: its names and codes side by side, every source that differs named.

A conflict is shown, never settled here: which register is right is for the departments to say. What is compared is what
the registers' own records say of the one subject that was asked about (`domain.md` §2.7).

Terms
    claim   one register's word for one scheme: the value as written, and the canonical form in which it is compared
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from gateway.departments import Department
from gateway.page import state_of
from gateway.reach import AskResult, Reached
from gateway.subject import Subject
from schema.identifiers import Identifier, canonical_name, classify, derive

COMPARED: Final[Mapping[str, Mapping[str, str]]] = {
    "Registration": {"name": "NAME", "uscc": "USCC", "org_code": "ORG_CODE", "reg_no": "REG_NO"},
    "TaxRegistration": {"name": "NAME", "taxpayer_no": "TAX_NO"},
}
"""Entity -> field -> scheme of what is compared."""
FORMER_NAMES: Final = "former_names"
"""The field of a registration that lists names of the past: a register that still has one of them agrees."""
READ: Final[Mapping[str, tuple[str, ...]]] = {
    "Registration": (*COMPARED["Registration"], FORMER_NAMES),
    "TaxRegistration": tuple(COMPARED["TaxRegistration"]),
}
"""Entity -> fields that the comparison needs."""
_SEPARATORS: Final = str.maketrans(dict.fromkeys(";；,，、|", "\n"))


class ConflictingValue(Struct, frozen=True):
    """What one source says where another says something else."""

    value: str
    source: str
    department: Department


class IdentityConflict(Struct, frozen=True):
    """The values that registers hold under one scheme for one subject, at least two of them different."""

    scheme: str
    values: tuple[ConflictingValue, ...]


class IdentityReport(Struct, frozen=True):
    """The outcome of the comparison; without conflicts it is an agreement only when ``state`` is COMPLETE."""

    state: str
    conflicts: tuple[IdentityConflict, ...]
    coverage: tuple[Reached, ...]


class _Claim(Struct, frozen=True):
    scheme: str
    canonical: str
    value: str
    reached: Reached


def compare(subject: Subject, results: Sequence[tuple[str, AskResult]]) -> IdentityReport:
    """Return where the registers contradict each other about ``subject``; ``results`` are (entity, outcome) pairs."""
    coverage: list[Reached] = []
    claims: list[_Claim] = []
    former: set[str] = set()
    for entity, result in results:
        coverage.append(_outcome(entity, result, subject))
        for reached, rows in result.rows(subject):
            for row in rows:
                said = {name: row.values[at] for name, at in result.ask.places.items()}
                claims.extend(_claims(entity, said, reached))
                former.update(_former(said.get(FORMER_NAMES)))
    return IdentityReport(state_of(coverage), tuple(_conflicts(claims, former)), tuple(coverage))


def _outcome(entity: str, result: AskResult, subject: Subject) -> Reached:
    """Return what coverage says of one register: whole only if all that is compared could be seen, and be read."""
    reached = result.outcome(subject)
    if not reached.answered:
        return reached
    closed = [name for name in READ[entity] if name in result.ask.denied]
    if closed:
        return reached.but("DENIED", f"not compared, for it is not open to this caller: {', '.join(closed)}")
    left_out = result.unreadable(subject)
    issues = (issue for _, rows in result.rows(subject) for row in rows for issue in row.issues)
    unread = sorted({issue.field for issue in issues if issue.misread and issue.field in READ[entity]})
    if left_out is None and unread:
        left_out = f"not compared, for it could not be read: {', '.join(unread)}"
    return reached if left_out is None else reached.but("MISREAD", left_out)


def _claims(entity: str, said: Mapping[str, Any], reached: Reached) -> Iterator[_Claim]:
    """Yield what one record claims, codes that follow from others included."""
    for field, scheme in COMPARED[entity].items():
        value = said.get(field)
        if value is None:
            continue
        if scheme == "NAME":
            yield _Claim(scheme, canonical_name(value), value, reached)
            continue
        known = [each for each in classify(value) if each.scheme == scheme]
        held = known[0] if known else Identifier(scheme, value, "NONE")
        if scheme != "TAX_NO":
            yield _Claim(scheme, held.value, value, reached)
        for each in derive(held):
            if each.scheme in {"USCC", "ORG_CODE"}:
                yield _Claim(each.scheme, each.value, each.value, reached)


def _former(text: str | None) -> set[str]:
    names = text.translate(_SEPARATORS).splitlines() if text else []
    return {name for each in names if (name := canonical_name(each))}


def _conflicts(claims: Iterable[_Claim], former: set[str]) -> Iterator[IdentityConflict]:
    schemes: dict[str, dict[tuple[str, str], _Claim]] = {}
    for claim in claims:
        schemes.setdefault(claim.scheme, {}).setdefault((claim.canonical, claim.reached.source), claim)
    for scheme, said in schemes.items():
        different = {claim.canonical for claim in said.values()} - (former if scheme == "NAME" else set())
        if len(different) > 1:
            values = [
                ConflictingValue(each.value, each.reached.source, each.reached.department) for each in said.values()
            ]
            yield IdentityConflict(scheme, tuple(values))
