"""Watching put together: the store, who asks, who sends, and what of the configuration of the moment they go by."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

from gateway.desk import Desk
from gateway.front import Loaded
from gateway.inner import Inner
from gateway.ledger import Secret
from gateway.limits.places import Places
from gateway.watch.asking import Asking
from gateway.watch.changes import Watching
from gateway.watch.deliverer import Deliverer
from gateway.watch.digests import Digests
from gateway.watch.endpoints import Endpoint, endpoint_of
from gateway.watch.stream import Listening
from gateway.watch.watcher import Watcher
from gateway.watch.watches import Watches


def watching(
    watches: Watches, inner: Inner, desk: Callable[[], Desk], loaded: Callable[[], Loaded], secret: Secret
) -> Watching:
    """Return what watches are kept by; nothing runs yet (`start`)."""
    rules = loaded().configuration.settings.watch
    secrets = [secret, *secret.earlier]
    endpoint = partial(_endpoint, loaded)
    asking = Asking(inner, desk, rules.batch, rules.max_records)
    deliverer = Deliverer(watches, rules, secrets, endpoint)
    watcher = Watcher(watches, asking, rules, secrets, lambda name: loaded().register.find(name), deliverer.wake)
    return Watching(watches, watcher, deliverer, asking, rules, secret, endpoint)


def listening(watching: Watching, places: Places) -> Listening:
    """Return what the subscription asks by; ``places`` counts whom it watches."""
    secret = watching.secret
    return Listening(watching.asking, watching.rules, Digests([secret, *secret.earlier]), places)


def start(watching: Watching, stack: AsyncExitStack) -> None:
    """Ask and send from now on, until ``stack`` is closed."""
    watching.watcher.start()
    stack.push_async_callback(watching.watcher.close)
    watching.deliverer.start()
    stack.push_async_callback(watching.deliverer.close)


def _endpoint(loaded: Callable[[], Loaded], client: str) -> Endpoint | None:
    """Return where ``client`` takes messages by its registration of the moment; raises `ConfigError`."""
    now = loaded()
    found = now.register.find(client)
    production = now.configuration.settings.production
    return endpoint_of(found, now.environ, production=production) if found is not None else None
