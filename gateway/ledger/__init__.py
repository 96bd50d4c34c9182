"""The ledger: one durable entry per request and per change, without the content of any record, in a tree of hashes.

`tables` and `ledger` are what others use; what is in the tree is proven by `gateway.proof` alone.
"""

from gateway.ledger.charter import Charter
from gateway.ledger.entry import NOBODY, Change, Denial, Entry, Kind, Outcome, SourceUse, is_receipt, new_receipt
from gateway.ledger.keyfile import SecretError
from gateway.ledger.keys import Keys, load_keys
from gateway.ledger.ledger import Ledger
from gateway.ledger.proven import Proven
from gateway.ledger.pseudonym import Pseudonym, Secret, load_secret, pseudonym, pseudonyms
from gateway.ledger.refused import LedgerRefused

__all__ = [
    "NOBODY",
    "Change",
    "Charter",
    "Denial",
    "Entry",
    "Keys",
    "Kind",
    "Ledger",
    "LedgerRefused",
    "Outcome",
    "Proven",
    "Pseudonym",
    "Secret",
    "SecretError",
    "SourceUse",
    "is_receipt",
    "load_keys",
    "load_secret",
    "new_receipt",
    "pseudonym",
    "pseudonyms",
]
