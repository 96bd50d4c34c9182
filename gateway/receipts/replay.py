"""A bundle handed back: proven as disclosed, and the versions then in force held against those of today. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.ledger import Entry
from gateway.proof.bundle import Bundle
from gateway.proof.explain import explain
from gateway.proof.finding import Finding, Verified, fails, holds, unsaid
from gateway.proof.note import VerifierKey
from gateway.proof.verify import verify
from gateway.receipts.shown import ShownField, ShownReplay, ShownVersion

PLACE = "receipt.entry"


@dataclass(frozen=True, slots=True)
class InForce:
    """The versions of today; ``mappings`` by source."""

    policy: str
    catalogue: str
    mappings: Mapping[str, str]


def replayed(
    bundle: Bundle, keys: Sequence[VerifierKey], ours: str | None, sealed: Entry | None, now: InForce
) -> ShownReplay:
    """Return what becomes of ``bundle``: ``ours`` is the text of the gateway's own entry that ``sealed`` is.

    Both are None where the gateway has none that the caller may read: then nothing is told but the findings.
    """
    verified = verify(bundle, keys)
    verified = Verified((*verified.findings, _own(bundle, ours)))
    zh, en = verified.words
    if sealed is None or ours != bundle.receipt.entry:
        return ShownReplay(verified.verdict, zh, en, verified.findings, None, None, (), ())
    versions, fields = tuple(_versions(sealed, now)), tuple(_fields(bundle, now))
    return ShownReplay(verified.verdict, zh, en, verified.findings, sealed.receipt, sealed.at, versions, fields)


def _own(bundle: Bundle, ours: str | None) -> Finding:
    if ours is None:
        return unsaid("OWN_UNKNOWN", PLACE)
    return holds("OWN_SAME", PLACE) if ours == bundle.receipt.entry else fails("OWN_OTHER", PLACE)


def _versions(sealed: Entry, now: InForce) -> Iterator[ShownVersion]:
    yield ShownVersion("POLICY", "", sealed.policy_version, now.policy)
    yield ShownVersion("CATALOGUE", "", sealed.catalogue_version, now.catalogue)
    for source, uses in sealed.sources.items():
        for then in dict.fromkeys(use.mapping for use in uses):
            yield ShownVersion("SOURCE", source, then, now.mappings.get(source))


def _fields(bundle: Bundle, now: InForce) -> Iterator[ShownField]:
    try:
        explained = explain(bundle.receipt)
    except ValueError:
        return  # a shape that the entry does not name: a finding says so
    for field in explained:
        sources = (
            ShownVersion("SOURCE", each.source, each.mapping, now.mappings.get(each.source)) for each in field.sources
        )
        yield ShownField(field, tuple(sources))
