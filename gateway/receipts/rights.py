"""Who may read a receipt: the client that got the answer, and auditors. Pure.

# INVARIANT: what rules see for a verdict only was told to nobody, and its receipt (which sources hold records, how
many, whether they have changed) is for auditors alone, whoever asked for the check.

Clients of one name may act for many subjects (a portal of enterprises): a caller whose token states its subject reads
only receipts of answers about that subject.
"""

from collections.abc import Callable, Collection
from typing import Final

from gateway.checks.document import is_hidden
from gateway.ledger import Entry, Pseudonym
from gateway.plan.asks import Rights
from gateway.policy import decide_scope

SCOPE: Final = "audit.read"
Pseudonyms = Callable[[str, str], Collection[Pseudonym]]
"""From a scheme and a value to the pseudonyms that entries may have for it."""


def may_read(rights: Rights, entry: Entry, pseudonyms: Pseudonyms) -> bool:
    """Tell whether the caller may read the receipt of ``entry``."""
    caller = rights.caller
    if decide_scope(rights.policy, caller, SCOPE).allowed:
        return True
    if not entry.client or entry.client != caller.client or is_hidden(entry):
        return False
    if caller.subject is None:
        return True
    return not set(entry.subjects).isdisjoint(pseudonyms("USCC", caller.subject))
