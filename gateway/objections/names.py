"""By which pseudonyms records and subjects are known to objections, by the ledger's secret and its former ones.

Those of records are the ones that entries of the ledger have in their traces: the first 32 hex digits of the HMAC of
the key under the scheme `record:<source>:<table>`. A table with a name of its own (`ListEntry_abnormal`) is also meant
by the name of its entity: entries of earlier versions have all tables under that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.ledger import Secret, pseudonym
from gateway.ledger.pseudonym import RECORD_DIGITS, record_scheme
from schema.entities import entity_of


@dataclass(frozen=True, slots=True)
class Names:
    """Makes pseudonyms by ``secrets``, the current one first."""

    secrets: Sequence[Secret]

    def subjects(self, uscc: str) -> tuple[str, ...]:
        """Return the pseudonyms of a subject."""
        return tuple(pseudonym(secret, "USCC", uscc) for secret in self.secrets)

    def records(self, source: str, part: str, key: str) -> tuple[str, ...]:
        """Return the pseudonyms of the record with ``key`` in the table ``part``, the narrowest and newest first."""
        parts = dict.fromkeys((part, entity_of(part)))
        schemes = [record_scheme(source, each) for each in parts]
        return tuple(
            pseudonym(secret, scheme, key).rpartition(":")[2][:RECORD_DIGITS]
            for scheme in schemes
            for secret in self.secrets
        )
