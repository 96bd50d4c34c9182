"""Consents of subjects: who may see what of them, what for and until when; recorded, revoked, never assumed."""

from gateway.consents.model import Consent

__all__ = ["Consent"]
