"""What may stand in a policy file, `config/policies/<department>.toml`."""

import msgspec

from connectors.spec import Text
from gateway.days import FIRST_DAY, LAST_DAY
from gateway.departmental.model import PolicyFile
from gateway.policy.departmental import Approval, Closure, Departmental, Duty


class DutySpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statutory task and the kinds of record that it needs; ``basis`` is a code of legal_bases.toml, or a text."""

    purpose: str
    entities: list[str]
    basis: Text
    since: str | None = None
    until: str | None = None


class ApprovalSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom the owner of ``source`` lets see ``fields`` (`Entity.field`, `Entity.*`), for which duties."""

    source: str
    fields: list[str]
    departments: list[str]
    purposes: list[str]
    document: Text
    since: str | None = None
    until: str | None = None


class ClosureSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the owner of ``source`` shows to nobody but itself."""

    source: str
    fields: list[str]
    document: Text
    since: str | None = None
    until: str | None = None


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file; ``author`` is the name of a post, never of a person."""

    author: Text
    duties: list[DutySpec] = []
    approvals: list[ApprovalSpec] = []
    closures: list[ClosureSpec] = []

    def policy_file(self, department: str) -> PolicyFile:
        """Return what the file of ``department`` says as values, in the order of the file."""
        decided = Departmental(
            duties=tuple(_duty(department, each) for each in self.duties),
            approvals=tuple(_approval(each) for each in self.approvals),
            closures=tuple(_closure(each) for each in self.closures),
        )
        return PolicyFile(department, self.author, decided)


def _duty(department: str, spec: DutySpec) -> Duty:
    return Duty(
        department=department,
        purpose=spec.purpose,
        entities=frozenset(spec.entities),
        basis=spec.basis,
        since=spec.since or FIRST_DAY,
        until=spec.until or LAST_DAY,
    )


def _approval(spec: ApprovalSpec) -> Approval:
    return Approval(
        source=spec.source,
        fields=frozenset(spec.fields),
        departments=frozenset(spec.departments),
        purposes=frozenset(spec.purposes),
        document=spec.document,
        since=spec.since or FIRST_DAY,
        until=spec.until or LAST_DAY,
    )


def _closure(spec: ClosureSpec) -> Closure:
    return Closure(
        source=spec.source,
        fields=frozenset(spec.fields),
        document=spec.document,
        since=spec.since or FIRST_DAY,
        until=spec.until or LAST_DAY,
    )
