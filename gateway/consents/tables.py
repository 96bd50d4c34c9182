"""The tables of consents and the statements on them: SQLAlchemy Core, the same for SQLite and PostgreSQL.

This is the one store that holds an identifier in the clear, the USCC of the subject: a subject must find the consents
that concern it, to see and to revoke them, and a consent is worth nothing without whom it concerns. No number, name or
document of a natural person is in it, and nothing of any record. Rows are never changed but for their revocation, and
never deleted.

What a caller sends reaches a statement as a bound parameter only. Keys of idempotency and of tokens are stored as
digests: they are a caller's own texts, and may hold anything.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import sqlalchemy as sa

from gateway.consents.model import Consent, Recorded

METADATA: Final = sa.MetaData()
CONSENTS: Final = sa.Table(
    "consents",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("subject", sa.String(18), nullable=False),
    sa.Column("grantee", sa.String(128), nullable=False),
    sa.Column("purposes", sa.Text, nullable=False),
    sa.Column("fields", sa.Text, nullable=False),
    sa.Column("not_before", sa.String(10), nullable=False),
    sa.Column("not_after", sa.String(10), nullable=False),
    sa.Column("form", sa.String(16), nullable=False),
    sa.Column("evidence", sa.String(64), nullable=False),
    sa.Column("recorded_by", sa.String(128), nullable=False),
    sa.Column("recorded_as", sa.String(16), nullable=False),
    sa.Column("recorded_at", sa.String(24), nullable=False),
    sa.Column("revoked_at", sa.String(24)),
    sa.Column("revoked_by", sa.String(128)),
    sa.Column("mutation", sa.String(64), unique=True),
    sa.Column("input", sa.String(64), nullable=False),
    sa.Index("consents_subject", "subject"),
    sa.Index("consents_grantee", "grantee"),
)
"""``purposes`` and ``fields`` are JSON lists; ``mutation`` is the digest of who sent which idempotency key, ``input``
of what was asked with it."""
REVOKED_TOKENS: Final = sa.Table(
    "revoked_consent_tokens",
    METADATA,
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("authority", sa.String(160), primary_key=True),
    sa.Column("revoked_at", sa.String(24), nullable=False),
)
"""``token`` is the digest of issuer and jti; ``authority`` as whom it was revoked: see `Authority`."""


@dataclass(frozen=True, slots=True)
class Authority:
    """As whom a caller meets consents: the ``client``, the ``subject`` that it is, and whether it is a window.

    ``client`` is None for one that is neither a grantee nor a window.

    A revocation of a token is stored with the authority of its sender, and counts for the tokens that this authority
    may revoke: nobody needs to have seen a token to revoke it, and nobody can revoke another's by guessing its jti.
    """

    client: str | None
    subject: str | None = None
    window: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What revocations by this authority are stored under."""
        said = [f"grantee:{self.client}"] if self.client is not None else []
        said += [f"subject:{self.subject}"] if self.subject is not None else []
        return tuple(said)


def authorities_over(consent: Consent) -> tuple[str, ...]:
    """Return the names of the authorities that may revoke the token that said ``consent``."""
    return Authority(consent.grantee, consent.subject).names


def token_digest(issuer: str, jti: str) -> str:
    """Return what stands for a token in the store."""
    return digest(issuer, jti)


def digest(*parts: str) -> str:
    """Return the SHA-256 in hex of texts, each told apart from the next."""
    return sha256(json.dumps(parts).encode()).hexdigest()


def row_of(recorded: Recorded, mutation: str | None, input_: str) -> dict[str, Any]:
    """Return the row of CONSENTS that holds ``recorded``."""
    consent = recorded.consent
    return {
        "id": consent.id,
        "subject": consent.subject,
        "grantee": consent.grantee,
        "purposes": json.dumps(sorted(consent.purposes)),
        "fields": json.dumps(sorted(consent.fields)),
        "not_before": consent.not_before,
        "not_after": consent.not_after,
        "form": consent.form,
        "evidence": consent.evidence,
        "recorded_by": recorded.recorded_by,
        "recorded_as": recorded.recorded_as,
        "recorded_at": recorded.recorded_at,
        "mutation": mutation,
        "input": input_,
    }


def recorded_of(row: sa.Row[Any]) -> Recorded:
    """Return what a whole row of CONSENTS holds."""
    consent = Consent(
        id=row.id,
        subject=row.subject,
        grantee=row.grantee,
        purposes=frozenset(json.loads(row.purposes)),
        fields=frozenset(json.loads(row.fields)),
        not_before=row.not_before,
        not_after=row.not_after,
        form=row.form,
        evidence=row.evidence,
        revoked_at=row.revoked_at,
    )
    return Recorded(consent, row.recorded_by, row.recorded_as, row.recorded_at, row.revoked_by)


def of_grantee(ids: Sequence[str], client: str) -> sa.Select[Any]:
    """Select those of ``ids`` that name ``client``; of another's nothing is read."""
    return sa.select(CONSENTS).where(CONSENTS.c.id.in_(ids), CONSENTS.c.grantee == client)


def within(authority: Authority) -> sa.ColumnElement[bool]:
    """Return the condition that ``authority`` may see and revoke a consent: its grantee, recorder or subject."""
    recorder = sa.and_(CONSENTS.c.recorded_by == authority.client, CONSENTS.c.recorded_as != "SUBJECT")
    either: list[sa.ColumnElement[bool]] = [] if authority.client is None else [CONSENTS.c.grantee == authority.client]
    either += [] if authority.client is None else [recorder]
    either += [] if authority.subject is None else [CONSENTS.c.subject == authority.subject]
    return sa.or_(sa.false(), *either)
