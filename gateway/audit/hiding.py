"""Which inquiries are lawfully withheld from the subject that they are about, for how long, and how that is recorded.

Every look of a subject at its inquiries is recorded with what was withheld from it, under which rule: a denial of
`Query.inquiries` whose reason is HIDDEN_BY_LAW and a sealed note. A subject may be handed its own entry (it is in the
receipt), so the note must not tell it how many there were, or whether there were any: it is encrypted under the
ledger's secret, stands in every such entry, and has the same length whatever it says. Auditors are told what it says.

# INVARIANT: what a subject is told depends on the inquiries that it may see, and on nothing else.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from gateway.ledger import Denial, Entry
from gateway.ledger.facets import day_of, milliseconds
from gateway.sealing import SealBroken, close, derived, opened

FIELD: Final = "Query.inquiries"
REASON: Final = "HIDDEN_BY_LAW"
_CONTEXT: Final = b"credit-gateway/withheld/1"
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Rule:
    """Inquiries for one of ``purposes``, or by one of ``clients``, are withheld for ``days`` on the ``basis`` named."""

    name: str
    purposes: frozenset[str]
    clients: frozenset[str]
    days: int
    basis: str

    def hides(self, entry: Entry, today: str) -> bool:
        """Return whether ``entry`` is withheld on the day ``today`` (ISO 8601, in China): its own day counts."""
        if entry.purpose not in self.purposes and entry.client not in self.clients:
            return False
        asked = _EPOCH + timedelta(days=day_of(milliseconds(entry.at)))
        return date.fromisoformat(today) < asked + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Withheld:
    """How many inquiries one rule withheld; ``basis`` is None where there is no such rule any more."""

    rule: str
    basis: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Hiding:
    """The rules of `config/audit.toml`."""

    rules: tuple[Rule, ...] = ()

    def hidden_by(self, entry: Entry, today: str) -> Rule | None:
        """Return the first rule that withholds ``entry`` from those it is about; None where they may see it."""
        return next((rule for rule in self.rules if rule.hides(entry, today)), None)


@dataclass(frozen=True, slots=True)
class Notes:
    """Seals and reads the notes; ``keys`` are the ledger's secrets by id, the one that counts first."""

    keys: Mapping[str, bytes] = field(repr=False)

    def seal(self, hiding: Hiding, counts: Mapping[str, int]) -> tuple[str, str]:
        """Return the denial, as field and reason, that records how many inquiries each rule withheld."""
        said = ";".join(f"{rule.name}={counts.get(rule.name, 0):08x}" for rule in hiding.rules)
        key_id, key = next(iter(self.keys.items()))
        sealed = close(derived(key, _CONTEXT), said.encode(), _CONTEXT)
        return FIELD, f"{REASON} {key_id}.{urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def read(self, denied: Iterable[Denial], hiding: Hiding) -> list[Withheld]:
        """Return what the notes among ``denied`` tell; a note that cannot be read tells nothing."""
        bases = {rule.name: rule.basis for rule in hiding.rules}
        counts = [each for denial in denied if is_note(denial) for each in self._counts(denial.reason)]
        return [Withheld(name, bases.get(name), count) for name, count in counts if count]

    def _counts(self, reason: str) -> Sequence[tuple[str, int]]:
        key_id, _, text = reason.partition(" ")[2].partition(".")
        key = self.keys.get(key_id)
        if key is None:
            return []
        try:
            sealed = urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
            said = opened(derived(key, _CONTEXT), sealed, _CONTEXT).decode()
        except (ValueError, SealBroken):
            return []
        pairs = (each.partition("=") for each in said.split(";") if each)
        return [(name, int(count, 16)) for name, _, count in pairs]


def is_note(denial: Denial) -> bool:
    """Return whether ``denial`` records what was withheld, and not that something was denied."""
    return denial.field == FIELD and denial.reason.partition(" ")[0] == REASON
