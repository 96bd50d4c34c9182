"""Consents of subjects: who may see what of them, what for and until when; recorded, revoked, never assumed."""

from gateway.consents.consents import Consents
from gateway.consents.model import Consent, Named, Recorded, Refusal
from gateway.consents.references import references
from gateway.consents.tables import Authority
from gateway.consents.tokens import ConsentTokens

__all__ = ["Authority", "Consent", "ConsentTokens", "Consents", "Named", "Recorded", "Refusal", "references"]
