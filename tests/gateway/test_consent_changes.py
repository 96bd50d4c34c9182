"""Who may record, see and revoke: clients, windows and subjects, on the project's own scopes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given as drawn
from hypothesis import strategies as st

from gateway.caller import Caller
from gateway.consents.changes import Changes
from gateway.consents.consents import Consents
from gateway.consents.fields import CONSENTED_FIELDS, PERSONAL_ENTITIES, field_mistake
from gateway.consents.input import Terms
from gateway.consents.rights import Denied, authority_of, is_nobody, recorder
from gateway.consents.tables import Authority
from gateway.policy import load_policy
from schema.consent import ConsentForm, RecordConsentInput, RevokeConsentInput
from schema.entities import CROSSWALK, ENTITY_FIELDS, INTERNAL_FIELDS
from schema.scalars import Date
from tests.gateway import tokens
from tests.gateway.consents import DAY, EVIDENCE, ISSUER, OTHER_SUBJECT, SUBJECT, file_url, opened

POLICY = load_policy(Path(__file__).parents[2] / "config" / "scopes.toml")
TERMS = Terms({"bank": tokens.BANK}, 366)
BANK = Caller("bank", None, frozenset({"consent.record"}), "BANK_CREDIT")
WINDOW = Caller("window", None, frozenset({"consent.record.any"}), "CONSENT_SERVICE")
PORTAL = Caller("portal", None, frozenset({"credit.self"}), "SELF_QUERY")
SELF = Caller("portal", None, frozenset({"credit.self"}), "SELF_QUERY", subject=SUBJECT)
OTHER = Caller("portal", None, frozenset({"credit.self"}), "SELF_QUERY", subject=OTHER_SUBJECT)


@pytest.fixture
async def consents(tmp_path: Path) -> AsyncIterator[Consents]:
    async with opened(file_url(tmp_path)) as found:
        yield found


def changes(consents: Consents, caller: Caller) -> Changes:
    return Changes(consents, POLICY, TERMS, caller, DAY)


def given(**said: Any) -> RecordConsentInput:
    good: dict[str, Any] = {
        "subject": SUBJECT,
        "grantee": "bank",
        "purposes": ["BANK_CREDIT"],
        "fields": ["TaxArrears.*"],
        "not_before": Date("2026-11-01"),
        "not_after": Date("2026-12-01"),
        "form": ConsentForm["ELECTRONIC"],
        "evidence": EVIDENCE,
    }
    return RecordConsentInput(**{**good, **said})


async def refused(consents: Consents, caller: Caller, said: RecordConsentInput | RevokeConsentInput) -> dict[str, Any]:
    """Return the extensions of the error that ``caller`` gets."""
    made = changes(consents, caller)
    with pytest.raises(GraphQLError) as raised:
        await (made.record_consent(said) if isinstance(said, RecordConsentInput) else made.revoke_consent(said))
    assert made.done == 0
    assert raised.value.extensions is not None
    return dict(raised.value.extensions)


async def test_a_subject_records_and_revokes_for_itself_alone(consents: Consents) -> None:
    shown = await changes(consents, SELF).record_consent(given())
    assert (shown.recorded_by, shown.recorded_as) == ("portal", "SUBJECT")
    assert (await refused(consents, OTHER, given()))["reason"] == "SUBJECT_NOT_CALLER"
    assert (await refused(consents, OTHER, RevokeConsentInput(id=shown.id)))["code"] == "CONSENT_UNKNOWN"
    revoked = await changes(consents, SELF).revoke_consent(RevokeConsentInput(id=shown.id))
    assert revoked.consent is not None
    assert (revoked.consent.revoked_by, revoked.consent.in_force) == ("portal", False)


async def test_a_subject_revokes_what_a_bank_or_a_window_recorded_of_it(consents: Consents) -> None:
    for caller in (BANK, WINDOW):
        shown = await changes(consents, caller).record_consent(given())
        revoked = await changes(consents, SELF).revoke_consent(RevokeConsentInput(id=shown.id))
        assert revoked.consent is not None
        assert revoked.consent.id == shown.id


async def test_a_grantee_gives_up_what_a_subject_recorded(consents: Consents) -> None:
    shown = await changes(consents, SELF).record_consent(given())
    revoked = await changes(consents, BANK).revoke_consent(RevokeConsentInput(id=shown.id))
    assert revoked.consent is not None


async def test_a_portal_without_a_subject_is_nobody(consents: Consents) -> None:
    assert (await refused(consents, PORTAL, given()))["code"] == "FIELD_FORBIDDEN"
    assert (await refused(consents, PORTAL, RevokeConsentInput(id="x")))["code"] == "FIELD_FORBIDDEN"


async def test_subjects_of_one_portal_do_not_share_their_keys(consents: Consents) -> None:
    mine = await changes(consents, SELF).record_consent(given(client_mutation_id="k"))
    theirs = await changes(consents, OTHER).record_consent(given(client_mutation_id="k", subject=OTHER_SUBJECT))
    assert mine.id != theirs.id
    assert (await changes(consents, SELF).record_consent(given(client_mutation_id="k"))).id == mine.id


async def test_a_token_is_revoked_only_at_a_trusted_issuer(consents: Consents) -> None:
    assert (await refused(consents, BANK, RevokeConsentInput(issuer="https://x", jti="j")))["code"] == "INPUT_INVALID"
    shown = await changes(consents, BANK).revoke_consent(RevokeConsentInput(issuer=ISSUER, jti="j"))
    assert shown.consent is None


SCOPES = st.frozensets(st.sampled_from(["consent.record", "consent.record.any", "credit.self", "credit.public"]))
PURPOSES = st.sampled_from(sorted(POLICY.purposes))
SUBJECTS = st.sampled_from([SUBJECT, OTHER_SUBJECT, None])


@drawn(SCOPES, PURPOSES, SUBJECTS, st.sampled_from(["bank", "agency"]))
def test_nobody_records_without_a_right_of_its_own(
    scopes: frozenset[str], purpose: str, own: str | None, grantee: str
) -> None:
    caller = Caller("bank", None, scopes, purpose, subject=own)
    authority = authority_of(POLICY, caller)
    as_ = recorder(POLICY, caller, authority, SUBJECT, grantee)
    window = "consent.record.any" in scopes and purpose == "CONSENT_SERVICE"
    itself = {"consent.record", "consent.record.any"} & scopes and grantee == "bank"
    itself = itself and purpose in {"BANK_CREDIT", "AGENCY", "CONSENT_SERVICE"}
    subject = "credit.self" in scopes and purpose == "SELF_QUERY" and own == SUBJECT
    assert isinstance(as_, Denied) is not bool(window or itself or subject)
    if is_nobody(authority):
        assert isinstance(as_, Denied)
        assert authority == Authority(None)


def test_a_consent_may_name_every_field_of_records_of_organizations_and_no_other() -> None:
    assert {"PersonRole", "PersonVerification", "PersonListEntry"} <= PERSONAL_ENTITIES
    personal = {"person_name", "person_sex", "person_masked_id", "person_nationality"}
    for entity, fields in ENTITY_FIELDS.items():
        of_organizations = entity not in PERSONAL_ENTITIES and entity != CROSSWALK
        closed = INTERNAL_FIELDS.get(entity, frozenset()) | personal
        for name in fields:
            may = of_organizations and name not in closed
            assert (field_mistake(f"{entity}.{name}") is None) == may, f"{entity}.{name}"
        whole = of_organizations and personal.isdisjoint(fields)
        assert (field_mistake(f"{entity}.*") is None) == whole, entity


@pytest.mark.parametrize("name", ["PersonVerification.*", "PersonListEntry.title", "LegalRepresentative.person_name"])
def test_what_is_a_persons_is_refused_as_such(name: str) -> None:
    assert str(field_mistake(name)).endswith(": an organization cannot consent for them")


@drawn(st.text())
def test_any_text_is_a_field_or_a_mistake(text: str) -> None:
    entity, _, name = text.partition(".")
    known = entity in CONSENTED_FIELDS and (name == "*" or name in CONSENTED_FIELDS[entity])
    assert field_mistake(text) is not None or known
