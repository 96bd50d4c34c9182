"""The ledger: one durable entry per answered query, without the content of any record."""

from gateway.ledger.entry import NOBODY, Change, Denial, Entry, Kind, Outcome, SourceUse, new_receipt
from gateway.ledger.ledger import Ledger
from gateway.ledger.pseudonym import Pseudonym, Secret, SecretError, load_secret, pseudonym

__all__ = [
    "NOBODY",
    "Change",
    "Denial",
    "Entry",
    "Kind",
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
