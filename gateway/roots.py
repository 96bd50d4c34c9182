"""The roots and streams of the gateway's own put together, as `gateway.app` gives them to the desk."""

from collections.abc import Mapping, Sequence
from functools import partial

from gateway.anchors import Anchors, Stamped
from gateway.audit.hiding import Notes
from gateway.audit.roots import Audit
from gateway.audit.rows import Rows
from gateway.checks.checker import Checker
from gateway.checks.replay import replay_checks
from gateway.checks.run import Checks
from gateway.consents.shown import shown_consents
from gateway.front import Front
from gateway.inner import Inner
from gateway.kept import Kept
from gateway.ledger import Ledger, Secret, pseudonyms
from gateway.limits.places import Places
from gateway.measures.told import Measures
from gateway.objections.shown import shown_objections
from gateway.own import Own, Stream
from gateway.receipts.receipts import Receipts
from gateway.reports.issued import Issues
from gateway.returns.months import Months
from gateway.returns.told import Returns
from gateway.screening.progress import ScreeningProgress
from gateway.screening.shown import ScreeningRoot
from gateway.watch.changes import Watching
from gateway.watch.opened import listening
from gateway.watch.shown import Roots
from gateway.watch.since import Comparing


def kept_roots(kept: Kept, front: Front) -> Mapping[str, Own]:
    """Return what answers roots from what the gateway keeps, by their kinds."""
    returns = Returns(
        Months(kept.ledger.rows),
        kept.objections,
        lambda: front.loaded.configuration.departments,
        lambda: front.loaded.configuration.working_days,
    )
    return {
        "consents": partial(shown_consents, kept.consents),
        **_audit(kept.ledger, kept.secret, front).roots,
        **_receipts(kept.ledger, kept.anchors, kept.secret, front).roots,
        "department_reports": returns.tell,
        "objections": partial(shown_objections, kept.objections, kept.names),
        "screening": ScreeningRoot(kept.jobs),
        **Issues(kept.ledger, partial(pseudonyms, kept.secret)).roots,
        **Roots(kept.watches, kept.secret).roots,
    }


def asking_roots(kept: Kept, front: Front, inner: Inner, checker: Checker) -> Mapping[str, Own]:
    """Return what answers roots by asking sources on the caller's behalf, by their kinds."""
    return {
        **Checks(checker).roots,
        **_measures(inner, front).roots,
        "changed_since": Comparing(kept.ledger, inner, lambda: front.desk, partial(pseudonyms, kept.secret)).root,
    }


def streams(kept: Kept, watched: Watching, places: Places) -> Mapping[str, Stream]:
    """Return what tells the fields of `Subscription`, by their kinds; ``places`` counts whom they watch."""
    return {
        "watch_subjects": listening(watched, places).stream,
        "screening_progress": ScreeningProgress(ScreeningRoot(kept.jobs)).stream,
    }


def _measures(inner: Inner, front: Front) -> Measures:
    """Return what tells which measures apply, by the configuration of the moment."""
    return Measures(
        inner,
        lambda: front.loaded.configuration.measures,
        lambda: front.loaded.configuration.departments,
    )


async def _no_stamps(_: str) -> Sequence[Stamped]:
    """Return the timestamps where there is no anchor."""
    return ()


def _receipts(ledger: Ledger, anchors: Anchors, secret: Secret, front: Front) -> Receipts:
    """Return the roots of receipts, which outlive a configuration."""
    secrets = (secret, *secret.earlier)
    return Receipts(
        ledger,
        anchors.store.over if anchors.store is not None else _no_stamps,
        partial(pseudonyms, secret),
        lambda: front.loaded.configuration.rules_version,
        lambda: front.loaded.configuration.settings.tokens.public_url,
        lambda answer, today: replay_checks(answer, front.loaded.configuration.rule_book, today, secrets),
    )


def _audit(ledger: Ledger, secret: Secret, front: Front) -> Audit:
    """Return what reads the ledger for auditors and subjects; rules and clients are those of the moment."""
    keys = {each.key_id: each.key for each in (secret, *secret.earlier)}
    deadline = front.loaded.configuration.settings.limits.deadline_seconds

    def title(client: str) -> str | None:
        found = front.loaded.register.clients.get(client)
        return found.title if found is not None else None

    return Audit(
        Rows(ledger),
        partial(pseudonyms, secret),
        Notes(keys),
        lambda: front.loaded.configuration.hiding,
        title,
        deadline,
    )
