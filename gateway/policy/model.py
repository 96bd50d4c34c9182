"""The words of a decision: reasons, the ways that open a field, and the compiled policy. Frozen values.

Terms
    way         one combination of scopes, purpose, department and consent that opens a scope or a field
    direct      the way by the field's own scope
    government  a scope that only departments hold; it opens what they share with each other (政务共享)
    duty        a purpose that is a statutory task of a department
    person      of a natural person: in records that are asked for by a person's key, or in a role at an organization
    mine        of a table that holds records of several departments, those that the caller's department decided
    audience    who looks at a negative record, whatever the field (`domain.md` §4.4): what the state of the record
                is held against
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Literal, NamedTuple

import msgspec

from gateway.bilingual import Bilingual
from gateway.policy.departmental import Departmental

OWNER_PREFIX = "owner."
RECORDS_PREFIX = "records."

Audience = Literal["PUBLIC", "DEPARTMENT", "BUSINESS", "SUBJECT", "OWNER", "AUDITOR"]


class Reason(Bilingual):
    """Why a decision came out as it did."""

    GRANTED = "GRANTED", "授权范围和查询目的允许", "the caller's scope and purpose open it"
    OWNER_GRANTED = "OWNER_GRANTED", "数据归属部门查询本部门数据", "the caller owns the source"
    SCOPE_MISSING = "SCOPE_MISSING", "令牌缺少所需的授权范围", "the token lacks a scope"
    DEPARTMENT_REQUIRED = "DEPARTMENT_REQUIRED", "仅限已登记的政府部门", "only a registered department may see it"
    PURPOSE_NOT_ALLOWED = "PURPOSE_NOT_ALLOWED", "所申报的查询目的不适用", "the declared purpose does not open it"
    CONSENT_MISSING = "CONSENT_MISSING", "需要信息主体授权", "the subject's consent is needed"
    CONSENT_GRANTED = "CONSENT_GRANTED", "信息主体已授权", "the subject consented"
    CONSENT_NOT_COVERING = (
        "CONSENT_NOT_COVERING",
        "所提交的授权不适用于该主体、查询目的或数据项",
        "no consent that was named counts for this subject, purpose and field",
    )
    EVALUATION_GRANTED = (
        "EVALUATION_GRANTED",
        "依法由规则评估，不向任何人展示",
        "a rule evaluates it on a legal ground, and nobody is shown it",
    )
    SELF_GRANTED = "SELF_GRANTED", "信用主体查询本人信息", "the caller is the subject itself"
    RECORDS_GRANTED = "RECORDS_GRANTED", "作出决定的部门查询本部门的记录", "the caller's department decided the records"
    DUTY_NOT_LISTED = (
        "DUTY_NOT_LISTED",
        "本部门的职责清单未列入此类信息",
        "the duty list of the caller's department does not name such records for this purpose",
    )
    APPROVAL_MISSING = (
        "APPROVAL_MISSING",
        "需要数据归属部门批准",
        "the owning department must approve it for the caller's department",
    )
    PERSON_PURPOSE = (
        "PERSON_PURPOSE",
        "所申报的查询目的不适用于自然人信息",
        "the declared purpose does not open records of natural persons",
    )
    OWNER_CLOSED = "OWNER_CLOSED", "数据归属部门已停止共享", "the owning department has closed it"
    OWNER_ONLY = "OWNER_ONLY", "仅限数据归属部门", "only the owning department may see it"
    SCOPE_UNKNOWN = "SCOPE_UNKNOWN", "授权范围未声明，不予开放", "the scope is not declared, so nothing opens it"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a field or link is open, by or for want of which ``scope``, and what would open it.

    ``needs`` holds only what this caller lacks: ``scope`` (OAuth scope string), ``purpose`` (those that would do),
    ``department`` (a code, or True for any department), ``consent`` (the field that it must name, as `Entity.field` or
    `Entity.*`), ``duty`` (the entity that the department's duty list must name) and ``approval`` (the department that
    must approve). Empty when allowed, and when nothing can open it. It is shared between decisions: read it, never
    write it.
    """

    allowed: bool
    scope: str
    reason: Reason
    needs: Mapping[str, object] = field(default_factory=dict)


class Place(NamedTuple):
    """Where a field stands: its entity and name in source files, and whose records are asked for."""

    entity: str
    name: str
    person: bool = False
    mine: bool = False

    @property
    def field(self) -> str:
        """The field as consents, approvals and closures name it."""
        return f"{self.entity}.{self.name}"


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to open something: all of ``scopes`` (each held by one of its ``holders``), a purpose, a department.

    ``holders`` of a scope are itself and every scope that implies it.
    """

    scopes: tuple[str, ...]
    holders: tuple[frozenset[str], ...]
    purposes: frozenset[str]
    department: bool
    granted: Decision


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """The ways to a field: ``direct`` without, ``consent`` with a consent; None where there is none."""

    direct: Way | None
    consent: Way | None


_DAYS_KEPT = 4


def of_source(scope: str) -> bool:
    """Return whether ``scope`` is one that every source has by its name: `owner.<source>`, `records.<source>`."""
    prefix, dot, source = scope.partition(".")
    return prefix + dot in {OWNER_PREFIX, RECORDS_PREFIX} and source.isidentifier()


@dataclass(frozen=True, slots=True)
class Policy:
    """The compiled scopes file, and what departments decide. ``version`` is the digest (SHA-256, 16 hex) of both.

    ``fields`` tells the ways by (scope, disclosure level), ``links`` the way of a scope alone;
    ``purposes`` maps each purpose to whether it is a duty, ``audiences`` to whom it is for; ``government`` names the
    scopes that only a department may hold; ``persons`` the purposes that open what is not public of natural persons;
    ``own`` the way of a subject to its own records, at ``own_levels``.
    """

    version: str
    purposes: Mapping[str, bool]
    audiences: Mapping[str, Audience]
    fields: Mapping[tuple[str, str], Ways]
    links: Mapping[str, Way]
    owner_purposes: frozenset[str]
    government: frozenset[str]
    persons: frozenset[str]
    own: Way
    own_levels: frozenset[str]
    departmental: Departmental = field(default_factory=Departmental)
    purpose_titles: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What each purpose is called, in Chinese and in English."""
    _days: dict[str, "Policy"] = field(default_factory=dict, repr=False, compare=False)

    def with_departmental(self, departmental: Departmental) -> "Policy":
        """Return this policy with what departments decide."""
        decided = msgspec.json.encode(departmental, order="deterministic")
        version = sha256(self.version.encode() + decided).hexdigest()[:16]
        return replace(self, version=version, departmental=departmental, _days={})

    def on(self, day: str) -> "Policy":
        """Return what is in force on ``day`` (ISO 8601); days with the same rules have the same version."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) > _DAYS_KEPT:
                self._days.clear()
            found = self._days[day] = self.with_departmental(self.departmental.on(day))
        return found

    @property
    def scopes(self) -> list[str]:
        """The names of all declared scopes, without the owners' scopes, which every source has by its name."""
        return sorted(self.links)

    @property
    def field_scopes(self) -> list[str]:
        """The names of the scopes that a field of a source file may carry, besides `owner.<source>`."""
        return sorted({scope for scope, _ in self.fields})

    def audience(self, purpose: str) -> Audience:
        """Return whom ``purpose`` is declared for, PUBLIC for one that is not declared."""
        return self.audiences.get(purpose, "PUBLIC")

    def knows(self, scope: str) -> bool:
        """Return whether ``scope`` may stand in a token or a client's registration."""
        return scope in self.links or of_source(scope)

    def purposes_of(self, scope: str) -> frozenset[str]:
        """Return the purposes for which ``scope`` opens anything; empty for an unknown scope."""
        way = self.links.get(scope)
        if way is not None:
            return way.purposes
        return self.owner_purposes if self.knows(scope) else frozenset()

    def field_mistake(self, source: str, scope: str) -> str | None:
        """Return why a field of ``source`` may not carry ``scope``, for the reader of source files; None if it may."""
        if scope == OWNER_PREFIX + source or (scope, "PUBLIC") in self.fields:
            return None
        known = ", ".join([*self.field_scopes, OWNER_PREFIX + source])
        if scope in self.links:
            return f"scope `{scope}` opens no fields; known: {known}"
        return f"unknown scope `{scope}`; known: {known}"
