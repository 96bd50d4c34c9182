"""The ledger: one durable entry per answered query, without the content of any record."""

from gateway.ledger.entry import Denial, Entry, Outcome, SourceUse, new_receipt
from gateway.ledger.ledger import Ledger
from gateway.ledger.pseudonym import Pseudonym, Secret, SecretError, load_secret, pseudonym

__all__ = [
    "Denial",
    "Entry",
    "Ledger",
    "Outcome",
    "Pseudonym",
    "Secret",
    "SecretError",
    "SourceUse",
    "load_secret",
    "new_receipt",
    "pseudonym",
]
