"""Administrative changes in the ledger: what rules from which moment on, and who may ask.

# INVARIANT: a change is on disk before it counts. A reload that cannot be recorded is refused, a client's row that
cannot be recorded stays as it was until the next reading.

Changes made by hand or by a command in files and tables are recorded where they begin to count: at the start, at a
reload, at a reading of the table of clients. Each says the digest before and after, never what stands there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gateway.auth import Client
from gateway.auth.register import digest_of
from gateway.front import Loaded
from gateway.ledger import Change, Ledger
from gateway.rules import RuleBook
from gateway.seal import Seal


@dataclass(frozen=True, slots=True)
class Administration:
    """Records changes in ``ledger``, under the versions that the seal of the moment names; raises LedgerUnavailable.

    ``pseudonym_key`` is the id of the key that makes pseudonyms.
    """

    ledger: Ledger
    seal: Callable[[], Seal]
    pseudonym_key: str

    async def started(self, loaded: Loaded) -> None:
        """Record what the gateway starts with."""
        versions = (Change(what=what, name=what, after=version) for what, version in _versions(loaded).items())
        rules = rule_changes(RuleBook(), loaded.configuration.rule_book)
        clients = client_changes({}, loaded.register.clients)
        start = Change(what="gateway", name="start")
        await self.ledger.append(self.seal().change(start, *versions, *self._keys(), *rules, *clients))

    def _keys(self) -> Iterator[Change]:
        """Yield the keys in use: one that was replaced is told by the start that no longer names it."""
        for key in self.ledger.keys:
            yield Change(what="signing key", name=key.rpartition("+")[0])
        yield Change(what="pseudonym key", name=self.pseudonym_key)

    async def reloaded(self, before: Loaded, after: Loaded, seal: Seal) -> None:
        """Record what a reload changes, under the versions that it brings: those of ``seal``."""
        old, new = _versions(before), _versions(after)
        versions = [Change(what=each, name=each, before=old[each], after=new[each]) for each in new]
        changed = [each for each in versions if each.before != each.after]
        clients = client_changes(before.register.clients, after.register.clients)
        sources = _source_changes(before, after)
        rules = rule_changes(before.configuration.rule_book, after.configuration.rule_book)
        entry = seal.change(Change(what="gateway", name="reload"), *changed, *sources, *rules, *clients)
        await self.ledger.append(entry)

    async def not_reloaded(self, mistakes: int) -> None:
        """Record that a reload was refused for its ``mistakes``."""
        refused = Change(what="gateway", name="reload", after=f"{mistakes} mistakes")
        await self.ledger.append(self.seal().change(refused, outcome="REFUSED"))

    async def clients(self, before: Mapping[str, Client], after: Mapping[str, Client]) -> None:
        """Record how the clients of a table changed."""
        if changes := tuple(client_changes(before, after)):
            await self.ledger.append(self.seal().change(*changes))


def client_changes(before: Mapping[str, Client], after: Mapping[str, Client]) -> Iterator[Change]:
    """Yield a change for each client that is new, gone, suspended, resumed or otherwise different, by name."""
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield Change(what="client", name=name, before=_state(before.get(name)), after=_state(after.get(name)))


def rule_changes(before: RuleBook, after: RuleBook) -> Iterator[Change]:
    """Yield a change for each rule set, and each overlay of a client, that is new, gone or otherwise different."""
    for what, old, new in (
        ("rule set", _sets(before), _sets(after)),
        ("rule overlay", _overlays(before), _overlays(after)),
    ):
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                yield Change(what=what, name=name, before=old.get(name), after=new.get(name))


def _sets(book: RuleBook) -> dict[str, str]:
    return {f"{each.code} {each.version}": each.digest for each in book}


def _overlays(book: RuleBook) -> dict[str, str]:
    return {f"{each.client} {each.set}": each.digest for each in book.overlays}


def _state(client: Client | None) -> str | None:
    if client is None:
        return None
    return f"{'suspended' if client.suspended else 'active'} {digest_of({client.id: client})}"


def _versions(loaded: Loaded) -> dict[str, str]:
    configuration = loaded.configuration
    return {
        "catalogue": configuration.catalogue.version,
        "policy": configuration.policy.version,
        "disclosure": configuration.disclosure.version,
    }


def _source_changes(before: Loaded, after: Loaded) -> Iterator[Change]:
    """Yield a change for each source that is new, gone, or opened anew; the catalogue's version stands for its file."""
    old, new = before.opened.sources, after.opened.sources
    for name in sorted({*old, *new}):
        if old.get(name) is not new.get(name):
            yield Change(
                what="source",
                name=name,
                before=before.configuration.catalogue.version if name in old else None,
                after=after.configuration.catalogue.version if name in new else None,
            )
