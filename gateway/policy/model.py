"""The words of a decision: reasons, the ways that open a field, and the compiled policy. Frozen values.

Terms
    way         one combination of scopes, purpose, department and consent that opens a scope or a field
    direct      the way by the field's own scope
    government  a scope that only departments hold; it opens what they share with each other (政务共享)
    duty        a purpose that is a statutory task of a department
    audience    who looks at a negative record, whatever the field (`domain.md` §4.4): what the state of the record
                is held against
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gateway.bilingual import Bilingual

OWNER_PREFIX = "owner."

Audience = Literal["PUBLIC", "DEPARTMENT", "BUSINESS", "SUBJECT", "OWNER", "AUDITOR"]


class Reason(Bilingual):
    """Why a decision came out as it did."""

    GRANTED = "GRANTED", "授权范围和查询目的允许", "the caller's scope and purpose open it"
    OWNER_GRANTED = "OWNER_GRANTED", "数据归属部门查询本部门数据", "the caller owns the source"
    SCOPE_MISSING = "SCOPE_MISSING", "令牌缺少所需的授权范围", "the token lacks a scope"
    DEPARTMENT_REQUIRED = "DEPARTMENT_REQUIRED", "仅限已登记的政府部门", "only a registered department may see it"
    PURPOSE_NOT_ALLOWED = "PURPOSE_NOT_ALLOWED", "所申报的查询目的不适用", "the declared purpose does not open it"
    CONSENT_MISSING = "CONSENT_MISSING", "需要信息主体授权", "the subject's consent is needed"
    CONSENT_UNVERIFIED = (
        "CONSENT_UNVERIFIED",
        "已提交授权凭证，但本版本尚不能核验，不据此开放",
        "a consent was named, but this release cannot verify consents, so it opens nothing",
    )
    OWNER_ONLY = "OWNER_ONLY", "仅限数据归属部门", "only the owning department may see it"
    SCOPE_UNKNOWN = "SCOPE_UNKNOWN", "授权范围未声明，不予开放", "the scope is not declared, so nothing opens it"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a field or link is open, by or for want of which ``scope``, and what would open it.

    ``needs`` holds only what this caller lacks: ``scope`` (OAuth scope string), ``purpose`` (those that would do),
    ``department`` (a code, or True for any department) and ``consent`` (True). Empty when allowed, and when
    nothing can open it. It is shared between decisions: read it, never write it.
    """

    allowed: bool
    scope: str
    reason: Reason
    needs: Mapping[str, object] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class Policy:
    """The compiled scopes file. ``version`` is the digest (SHA-256, 16 hex) of the file.

    ``fields`` tells the ways by (scope, disclosure level), ``links`` the way of a scope alone;
    ``purposes`` maps each purpose to whether it is a duty, ``audiences`` to whom it is for; ``government`` names the
    scopes that only a department may hold.
    """

    version: str
    purposes: Mapping[str, bool]
    audiences: Mapping[str, Audience]
    fields: Mapping[tuple[str, str], Ways]
    links: Mapping[str, Way]
    owner_purposes: frozenset[str]
    government: frozenset[str]

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
        return scope in self.links or (
            scope.startswith(OWNER_PREFIX) and scope.removeprefix(OWNER_PREFIX).isidentifier()
        )

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
