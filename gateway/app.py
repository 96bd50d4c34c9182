"""The gateway put together: configuration in, one Starlette application out, everything opened and closed in order.

What happens to one request stands in `gateway.desk`; this file only introduces the parts to each other.
"""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route, WebSocketRoute

from connectors.errors import ConfigError, Mistake
from gateway.administration import Administration
from gateway.anchors import Anchors, Stamped
from gateway.anchors.opened import open_anchors
from gateway.audit.hiding import Notes
from gateway.audit.roots import Audit
from gateway.audit.rows import Rows
from gateway.auth import Authenticator, FollowedRegister, open_issuers, open_possession
from gateway.auth.presented import is_loopback
from gateway.checks.checker import Checker
from gateway.checks.replay import replay_checks
from gateway.checks.run import Checks
from gateway.clients.opened import open_table
from gateway.coalesce import Coalescer
from gateway.configuration import Configuration
from gateway.consents.consents import Consents
from gateway.consents.input import Terms
from gateway.consents.issuers import consent_keys
from gateway.consents.shown import shown_consents
from gateway.consents.tokens import ConsentTokens
from gateway.desk import Desk
from gateway.front import Followed, Front, clients_by_name
from gateway.guard import Alarm, Counts, Guard
from gateway.http import Measured, Readiness, graphql_endpoint, health_routes, metrics_route
from gateway.http.origins import cross_origin
from gateway.http.receipts import receipt_routes
from gateway.http.verifier import verifier_routes
from gateway.inner import Inner
from gateway.issuer import DevelopmentIssuer
from gateway.ledger import Charter, Ledger, LedgerRefused, Secret, load_keys, load_secret, pseudonyms
from gateway.limits.budgets import Budgets
from gateway.limits.strangers import Strangers
from gateway.mutate import Mutations
from gateway.objections.changes import Filing
from gateway.objections.deliverer import Deliverer
from gateway.objections.names import Names
from gateway.objections.objections import Objections
from gateway.objections.opened import notes, outward, receipts
from gateway.objections.shown import shown_objections
from gateway.plan.cache import Plans
from gateway.plan.document import Documents
from gateway.proof.note import VerifierKey
from gateway.receipts.receipts import Receipts
from gateway.refusals import Refusals
from gateway.reload import Origin, Reload, load_from, start_register
from gateway.returns.months import Months
from gateway.returns.told import Returns
from gateway.seal import Seal
from gateway.secrets import with_secret_files
from gateway.settings import Settings
from gateway.shared import REDIS_URL_ENV, SCRIPTS, SharedBudgets, SharedCounts, SharedPaces, SharedProofs, SharedServer
from gateway.subscriptions.stream import EventStreams
from gateway.subscriptions.subscriptions import Subscriptions
from gateway.subscriptions.websocket import WebSockets
from gateway.watch.opened import listening, watching
from gateway.watch.opened import start as start_watching
from gateway.watch.shown import Roots
from gateway.watch.since import Comparing
from gateway.watch.watches import FILE, WATCHES_URL_ENV, Watches
from schema.schema import SCHEMA

T = TypeVar("T")
GRAPHQL_PATH: Final = "/graphql"
LEDGER_URL_ENV: Final = "CREDIT_LEDGER_URL"
"""Where the ledger is written: a `sqlite:///` or `postgresql://` URL; a file in the data folder when it is not set."""
CONSENTS_URL_ENV: Final = "CREDIT_CONSENTS_URL"
"""Where consents are kept, the same kinds of URL: that of the ledger if it is PostgreSQL, else a file in the folder."""
OBJECTIONS_URL_ENV: Final = "CREDIT_OBJECTIONS_URL"
"""Where objections are kept, likewise."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """The running parts that a server, a command or a test needs; ``issuer`` is None in production.

    ``reload`` reads the configuration anew.
    """

    app: Starlette
    front: Front
    readiness: Readiness
    issuer: DevelopmentIssuer | None
    reload: Reload
    subscriptions: Subscriptions

    @property
    def desk(self) -> Desk:
        """The desk of the moment."""
        return self.front.desk


@asynccontextmanager
async def open_gateway(configuration: Configuration, environ: Mapping[str, str], data: Path) -> AsyncIterator[Gateway]:
    """Open the gateway of ``configuration`` with its own data in the folder ``data``; close it with the block.

    A source that is down stops nothing; a ledger that cannot be opened does. Raises `ConfigError`,
    `gateway.ledger.SecretError`.
    """
    told = with_secret_files(environ, configuration.secret_variables)
    configuration.require_variables(told)
    secret = load_secret(data, told)
    async with AsyncExitStack() as stack:
        ledger = await _open_ledger(ledger_url(told, data), ledger_charter(configuration.settings, told, data))
        stack.push_async_callback(ledger.close)
        specs = configuration.settings.ledger.anchors
        anchors = await open_anchors(specs, ledger, ledger_url(told, data), told, configuration.folder, data)
        stack.push_async_callback(anchors.close)
        stack.push_async_callback(ledger.close)  # before the anchors, which get its last checkpoint; twice does no harm
        consents = await _open_consents(configuration, kept_url(told, CONSENTS_URL_ENV, data / "consents.sqlite"))
        stack.push_async_callback(consents.close)
        names = Names([secret, *secret.earlier])
        objections_url = kept_url(told, OBJECTIONS_URL_ENV, data / "objections.sqlite")
        objections = await _opened(Objections.open(objections_url, names.records), "objections", OBJECTIONS_URL_ENV)
        stack.push_async_callback(objections.close)
        shared = SharedServer(told[REDIS_URL_ENV], SCRIPTS) if told.get(REDIS_URL_ENV) else None
        if shared is not None:
            stack.push_async_callback(shared.close)
        table = await open_table(configuration.settings, told)
        if table is not None:
            stack.push_async_callback(table.close)
        origin = Origin(environ, table, SharedPaces(shared) if shared is not None else None)
        front = Front(await load_from(origin, configuration))
        administration = Administration(ledger, lambda: front.desk.seal, secret.key_id)
        reload = Reload(front, origin, secret, administration)
        stack.push_async_callback(reload.close)
        issuer = _issuer(front)
        authenticator = _authenticator(front, issuer, secret, shared)
        alarm = Alarm.of(told)
        stack.push_async_callback(alarm.close)
        counts = Counts(SharedCounts(shared) if shared is not None else None)
        await authenticator.start()
        stack.push_async_callback(authenticator.close)
        seal = Seal.of(configuration, secret)
        terms = Terms(clients_by_name(front.loaded.register), configuration.settings.consents.max_days)
        endpoints = outward(lambda: front.loaded)
        noted = notes(ledger, lambda: front.desk.seal)
        deliverer = Deliverer(objections, endpoints, names.secrets, noted)
        filing = Filing(
            objections,
            deliverer,
            receipts(ledger),
            names,
            configuration.catalogue,
            configuration.objections,
            configuration.hiding,
        )
        inner = Inner(front.ask)
        checker = Checker(inner, lambda: front.loaded.configuration.rule_book)
        watches = await _opened(Watches.open(kept_url(told, WATCHES_URL_ENV, data / FILE)), "watches", WATCHES_URL_ENV)
        stack.push_async_callback(watches.close)
        watched = watching(watches, inner, lambda: front.desk, lambda: front.loaded, secret)
        mutations = Mutations(SCHEMA, configuration.policy, consents, terms, filing, checker, ledger, seal, watched)
        stack.push_async_callback(mutations.finish)
        refusals = Refusals(ledger)
        stack.push_async_callback(lambda: refusals.finish(front.desk.seal))
        returns = Returns(
            Months(ledger.rows),
            objections,
            lambda: front.loaded.configuration.departments,
            lambda: front.loaded.configuration.working_days,
        )
        desk = Desk(
            schema=SCHEMA,
            documents=Documents(SCHEMA, limits=configuration.settings.limits.document),
            plans=Plans(SCHEMA, lists=configuration.settings.limits.lists),
            authenticator=authenticator,
            policy=configuration.policy,
            catalogue=configuration.catalogue,
            rules=configuration.disclosure,
            departments=configuration.departments,
            sources=front.loaded.opened.sources,
            ledger=ledger,
            consents=consents,
            marks=objections.marks,
            own={
                "consents": partial(shown_consents, consents),
                **_audit(ledger, secret, front).roots,
                **_receipts(ledger, anchors, secret, front).roots,
                "department_reports": returns.tell,
                "objections": partial(shown_objections, objections, names),
                **Roots(watches, secret).roots,
                "changed_since": Comparing(ledger, inner, lambda: front.desk, partial(pseudonyms, secret)).root,
                **Checks(checker).roots,
            },
            streams={"watch_subjects": listening(watched).stream},
            mutations=mutations,
            seal=seal,
            refusals=refusals,
            guard=Guard(configuration.guard, secret, counts, alarm),
            deadline_seconds=configuration.settings.limits.deadline_seconds,
            budgets=_budgets(front, shared),
            trusted=configuration.trusted,
        )
        front.put_up(front.loaded, desk)
        await administration.started(front.loaded)
        await start_register(front.loaded, administration)
        deliverer.start()
        stack.push_async_callback(deliverer.close)
        start_watching(watched, stack)
        readiness = Readiness({"ledger": ledger.check}, lambda: _states(front.loaded.opened.sources))
        gates = Followed(lambda: {name: source.gate for name, source in front.loaded.opened.sources.items()})
        versions = Followed(lambda: front.loaded.versions)
        measured = Measured(gates, ledger, versions, alarm, reloads=reload.outcomes, anchors=anchors.states)
        limits = configuration.settings.limits.subscriptions
        subscriptions = Subscriptions(lambda: front.desk, limits, readiness.draining)
        stack.push_async_callback(subscriptions.finish)
        app = _application(configuration, front, measured, readiness, issuer, subscriptions)
        yield Gateway(app, front, readiness, issuer, reload, subscriptions)


async def _no_stamps(_: str) -> Sequence[Stamped]:
    """Return the timestamps where there is no anchor."""
    return ()


def _receipts(ledger: Ledger, anchors: Anchors, secret: Secret, front: Front) -> Receipts:
    """Return the roots of receipts, which outlive a configuration."""
    return Receipts(
        ledger,
        anchors.store.over if anchors.store is not None else _no_stamps,
        partial(pseudonyms, secret),
        lambda: front.loaded.configuration.rules_version,
        lambda: front.loaded.configuration.settings.tokens.public_url,
        lambda answer, today: replay_checks(answer, front.loaded.configuration.rule_book, today),
    )


def ledger_url(environ: Mapping[str, str], data: Path) -> str:
    """Return where the ledger lies: what the environment says, else a file of the folder ``data``."""
    return environ.get(LEDGER_URL_ENV) or f"sqlite:///{data / 'ledger.sqlite'}"


def ledger_charter(settings: Settings, environ: Mapping[str, str], data: Path) -> Charter:
    """Return what the log is and who signs for it; raises `gateway.ledger.SecretError`."""
    rules = settings.ledger
    keys = load_keys(data, rules.origin, environ, map(VerifierKey.parse, rules.earlier_keys))
    return Charter(rules.origin, rules.algorithm, keys, rules.checkpoint_seconds, data)


async def _open_ledger(url: str, charter: Charter) -> Ledger:
    try:
        return await _opened(Ledger.open(url, charter), "ledger", LEDGER_URL_ENV)
    except LedgerRefused as error:
        raise ConfigError([Mistake("ledger", "", str(error))]) from None


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


def kept_url(environ: Mapping[str, str], variable: str, path: Path) -> str:
    """Return the URL that ``variable`` holds, else the ledger's if that is PostgreSQL, else the file at ``path``."""
    ledger = environ.get(LEDGER_URL_ENV, "")
    shared = ledger if ledger.startswith("postgresql") else None
    return environ.get(variable) or shared or f"sqlite:///{path}"


async def _opened(opening: Awaitable[T], what: str, variable: str) -> T:
    """Return the store that ``opening`` opens; raises `ConfigError`, and `LedgerRefused` as it is.

    ``what`` it is and the ``variable`` that holds its URL are named by mistakes.
    """
    try:
        return await opening
    except LedgerRefused:
        raise
    except ValueError as error:
        raise ConfigError([Mistake("environment", variable, str(error))]) from error
    except Exception as error:  # noqa: BLE001  (a driver may raise anything, and quote the password)
        raise ConfigError([Mistake(what, "", f"cannot be opened: {type(error).__name__}")]) from None


async def _open_consents(configuration: Configuration, url: str) -> Consents:
    settings = configuration.settings
    keys = consent_keys(settings, configuration.folder)
    tokens = ConsentTokens(keys, settings.tokens.audience, settings.consents.max_days)
    return await _opened(Consents.open(url, tokens), "consents", CONSENTS_URL_ENV)


def _issuer(front: Front) -> DevelopmentIssuer | None:
    """Return the development issuer, which outlives a configuration: it asks for what counts at the moment."""
    settings = front.loaded.configuration.settings
    if settings.production:
        return None
    return DevelopmentIssuer(
        FollowedRegister(lambda: front.loaded.register),
        issuer=settings.tokens.issuer,
        audience=settings.tokens.audience,
        production=False,
        environ=Followed(lambda: front.loaded.environ),
        folder=front.loaded.configuration.folder,
    )


def _authenticator(
    front: Front, issuer: DevelopmentIssuer | None, secret: Secret, shared: SharedServer | None
) -> Authenticator:
    loaded = front.loaded
    settings = loaded.configuration.settings
    own = [] if issuer is None else [issuer.trusted()]
    folder = loaded.configuration.folder
    elsewhere = open_issuers(settings.tokens, loaded.environ, folder, production=settings.production)
    proofs = SharedProofs(shared) if shared is not None else None
    possession = open_possession(settings.tokens, secret.key, proofs)
    return Authenticator([*own, *elsewhere], settings.tokens.audience, loaded.register, possession=possession)


def _budgets(front: Front, shared: SharedServer | None) -> Budgets:
    settings = front.loaded.configuration.settings
    counts = SharedBudgets(shared) if shared is not None else None
    return Budgets(
        clients_by_name(front.loaded.register), settings.limits.client, production=settings.production, shared=counts
    )


def _application(
    configuration: Configuration,
    front: Front,
    measured: Measured,
    readiness: Readiness,
    issuer: DevelopmentIssuer | None,
    subscriptions: Subscriptions,
) -> Starlette:
    settings = configuration.settings
    http = settings.http
    strangers = Strangers(http.max_failures, http.failure_window_seconds)
    endpoint = graphql_endpoint(
        front,
        max_body_bytes=http.max_body_bytes,
        outcomes=measured.outcomes,
        strangers=strangers,
        turned_away=front.turned_away,
    )
    streams = EventStreams(endpoint, subscriptions, strangers, http.max_body_bytes, front.turned_away)
    sockets = WebSockets(subscriptions, strangers, settings.cors)
    routes: list[BaseRoute] = [Route(GRAPHQL_PATH, streams, middleware=cross_origin(settings.cors))]
    routes += [WebSocketRoute(GRAPHQL_PATH, sockets), *health_routes(readiness)]
    ledger = front.desk.ledger
    routes += [*receipt_routes(front, ledger, strangers), *verifier_routes(lambda: ledger.keys)]
    if settings.metrics.enabled and (settings.metrics.remote or is_loopback(settings.listen.host)):
        routes.append(metrics_route(measured, remote=settings.metrics.remote))
    if issuer is not None:
        routes += issuer.routes
    return Starlette(routes=routes)


def _states(sources: Mapping[str, Coalescer]) -> dict[str, str]:
    return {name: source.gate.health().state for name, source in sources.items()}
