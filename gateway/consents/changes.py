"""Recording and revoking for one caller: rights, then input, then the store; errors are GraphQL errors with codes.

FIELD_FORBIDDEN        the caller may not do this; `reason` and `needs` tell why and what would help
INPUT_INVALID          `inputs` names every part that is wrong
CONSENT_UNKNOWN        there is no such consent that this caller may revoke; a stranger's looks the same
MUTATION_REUSED        the idempotency key was sent before with another input
CONSENTS_UNAVAILABLE   the store does not answer: whether it was recorded cannot be said; send it again
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from connectors.clock import now_text
from gateway.auth.personal import holds_personal_number
from gateway.caller import Caller
from gateway.carried import Carried, refusal, require_valid
from gateway.consents.consents import Consents, MutationReused
from gateway.consents.input import InputMistake, Terms, canonical_subject, consent_of, input_mistakes, key_mistake
from gateway.consents.model import Recorded
from gateway.consents.references import is_recorded
from gateway.consents.rights import Denied, authority_of, is_nobody, recorder, refused
from gateway.consents.shown import ShownConsent, ShownRevocation, show
from gateway.consents.tables import digest, token_digest
from gateway.consents.tokens import JTI
from gateway.errors import ConsentsUnavailable
from gateway.ledger import new_receipt
from gateway.policy import Policy
from schema.consent import RecordConsentInput, RevokeConsentInput


@dataclass(slots=True)
class Changes(Carried):
    """What `schema.mutation` asks of the gateway, for ``caller`` on the day ``today``."""

    consents: Consents
    policy: Policy
    terms: Terms
    caller: Caller
    today: str

    async def record_consent(self, given: RecordConsentInput) -> ShownConsent:
        """Return the consent as recorded, on disk; raises GraphQLError."""
        authority, subject = authority_of(self.policy, self.caller), canonical_subject(given.subject)
        as_ = recorder(self.policy, self.caller, authority, subject, given.grantee)
        if isinstance(as_, Denied):
            self.forbid("Mutation.recordConsent", as_)
        mistakes = input_mistakes(given, self.terms, self.today)
        key = given.client_mutation_id
        if key is not None and (mistake := key_mistake(key)) is not None:
            mistakes.append(InputMistake("clientMutationId", mistake))
        require_valid("recordConsent", mistakes)
        self.subjects.append(subject)
        consent = consent_of(given, new_receipt())
        recorded = Recorded(consent, self.caller.client, as_, now_text())
        said = [
            *sorted(consent.purposes),
            "",
            *sorted(consent.fields),
            "",
            consent.form,
            consent.evidence,
            consent.grantee,
        ]
        input_ = digest(subject, consent.not_before, consent.not_after, *said)
        mutation = None if key is None else digest(self.caller.client, self.caller.subject or "", key)
        try:
            stored, _ = await self.consents.record(recorded, mutation, input_)
        except MutationReused:
            raise refusal("`clientMutationId` was sent before, with another input", "MUTATION_REUSED") from None
        except ConsentsUnavailable as error:
            raise refusal(error.message, error.code) from None
        self.done += 1
        return show(stored, self.today)

    async def revoke_consent(self, given: RevokeConsentInput) -> ShownRevocation:
        """Return the revocation, on disk; raises GraphQLError."""
        authority = authority_of(self.policy, self.caller)
        if is_nobody(authority):
            self.forbid("Mutation.revokeConsent", refused(self.policy, self.caller))
        require_valid("revokeConsent", list(_revocation_mistakes(given, self.consents.issuers)))
        try:
            if given.id is None:
                token = token_digest(str(given.issuer), str(given.jti))
                since = await self.consents.revoke_token(token, authority)
                self.done += 1
                return ShownRevocation(since, None)
            revoked = await self.consents.revoke(given.id, authority, self.caller.client)
        except ConsentsUnavailable as error:
            raise refusal(error.message, error.code) from None
        if revoked is None or revoked.consent.revoked_at is None:
            raise refusal("there is no such consent that this caller may revoke", "CONSENT_UNKNOWN")
        self.done += 1
        self.subjects.append(revoked.consent.subject)
        return ShownRevocation(revoked.consent.revoked_at, show(revoked, self.today))


def _revocation_mistakes(given: RevokeConsentInput, issuers: Collection[str]) -> Iterable[InputMistake]:
    by_token = given.issuer is not None or given.jti is not None
    if (given.id is None) != by_token:
        yield InputMistake("id", "name a recorded consent by `id`, or a token by `issuer` and `jti`")
        return
    if given.id is not None:
        if not is_recorded(given.id):
            yield InputMistake("id", "is not the id of a recorded consent: 32 lower-case hex digits")
        return
    if given.issuer not in issuers:
        yield InputMistake("issuer", "is no consent issuer that is trusted here")
    if given.jti is None or JTI.fullmatch(given.jti) is None or holds_personal_number(given.jti):
        yield InputMistake("jti", "must be 1 to 128 letters, digits and `.` `_` `~` `:` `-`, and no personal number")
