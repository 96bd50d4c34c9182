"""Consents of subjects: who may see what of them, what for and until when; recorded, revoked, never assumed.

Only what a decision needs is imported here: `gateway.policy` reads consents, and the rest of this package reads it.
"""

from gateway.consents.model import Consent, Named, Recorded, Refusal
from gateway.consents.references import references

__all__ = ["Consent", "Named", "Recorded", "Refusal", "references"]
