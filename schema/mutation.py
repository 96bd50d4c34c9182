"""What a caller may change: consents, and nothing of any department.

Resolvers run; what they do stands behind `Changes`, which the gateway gives them as the context of the operation.
"""

from typing import Annotated, Protocol

import strawberry

from schema.consent import Consent, ConsentRevocation, RecordConsentInput, RevokeConsentInput
from schema.fields import carried_out, explained, say


class Changes(Protocol):
    """What carries changes out for the caller of one operation; its errors are GraphQL errors with codes."""

    async def record_consent(self, given: RecordConsentInput) -> Consent:
        """Return the consent as recorded, on disk."""
        ...

    async def revoke_consent(self, given: RevokeConsentInput) -> ConsentRevocation:
        """Return the revocation, on disk."""
        ...


Info = strawberry.Info[Changes, None]


@strawberry.type(description=say("变更入口", "What may be changed"))
class Mutation:
    """Where a mutation starts; its fields are carried out one after the other."""

    @carried_out(
        "登记信用主体的授权：为自身登记、由服务窗口登记，或由主体本人登记",
        "Record a subject's consent: by the client that it is for, by a service window, or by the subject itself",
    )
    async def record_consent(
        self,
        info: Info,
        input: Annotated[RecordConsentInput, explained("授权内容", "What was signed")],  # noqa: A002
    ) -> Consent | None:
        """Return the consent, or null beside an error that says why."""
        return await info.context.record_consent(input)

    @carried_out(
        "撤回授权：由主体本人、被授权的查询者或登记者撤回，自下一次查询起生效",
        "Revoke a consent: by its subject, the client that it is for, or who recorded it; from the next query on",
    )
    async def revoke_consent(
        self,
        info: Info,
        input: Annotated[RevokeConsentInput, explained("撤回哪一份", "What to revoke")],  # noqa: A002
    ) -> ConsentRevocation | None:
        """Return the revocation, or null beside an error that says why."""
        return await info.context.revoke_consent(input)
