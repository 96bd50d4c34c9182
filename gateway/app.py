"""The gateway put together: configuration in, one Starlette application out, everything opened and closed in order.

What happens to one request stands in `gateway.desk`; this file only introduces the parts to each other.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route, WebSocketRoute

from gateway.administration import Administration
from gateway.auth import Authenticator, FollowedRegister, open_issuers, open_possession
from gateway.auth.presented import is_loopback
from gateway.checks.checker import Checker
from gateway.clients.opened import open_table
from gateway.configuration import Configuration
from gateway.consents.input import Terms
from gateway.desk import Desk
from gateway.front import Followed, Front, clients_by_name
from gateway.guard import Alarm, Counts, Guard
from gateway.http import Measured, Readiness, graphql_endpoint, health_routes, metrics_route
from gateway.http.origins import cross_origin
from gateway.http.receipts import receipt_routes
from gateway.http.reports import report_routes
from gateway.http.screenings import screening_routes
from gateway.http.verifier import verifier_routes
from gateway.inner import Inner
from gateway.issuer import DevelopmentIssuer
from gateway.kept import Kept, open_kept
from gateway.ledger import Secret
from gateway.limits.budgets import Budgets
from gateway.limits.places import Places
from gateway.limits.strangers import Strangers
from gateway.mutate import Mutations
from gateway.objections.changes import Filing
from gateway.objections.deliverer import Deliverer
from gateway.objections.opened import notes, outward, receipts
from gateway.plan.cache import Plans
from gateway.plan.document import Documents
from gateway.refusals import Refusals
from gateway.reload import Origin, Reload, load_from, start_register
from gateway.reports.authority import Authority
from gateway.reports.changes import Orders
from gateway.reports.house import house_of
from gateway.reports.issued import noting
from gateway.reports.keys import load_report_key
from gateway.reports.maker import Maker
from gateway.roots import asking_roots, kept_roots, streams
from gateway.screening.changes import Beginnings
from gateway.screening.opened import Screenings, open_screenings
from gateway.seal import Seal
from gateway.secrets import with_secret_files
from gateway.shared import (
    REDIS_URL_ENV,
    SCRIPTS,
    SharedBudgets,
    SharedCounts,
    SharedPaces,
    SharedPlaces,
    SharedProofs,
    SharedServer,
)
from gateway.subscriptions.stream import EventStreams
from gateway.subscriptions.subscriptions import Subscriptions
from gateway.subscriptions.websocket import WebSockets
from gateway.watch.changes import Watching
from gateway.watch.opened import start as start_watching
from gateway.watch.opened import watching
from schema.schema import SCHEMA

GRAPHQL_PATH: Final = "/graphql"


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
    screenings: Screenings

    @property
    def desk(self) -> Desk:
        """The desk of the moment."""
        return self.front.desk


@asynccontextmanager
async def open_gateway(
    configuration: Configuration, environ: Mapping[str, str], data: Path, *, working: bool = True
) -> AsyncIterator[Gateway]:
    """Open the gateway of ``configuration`` with its own data in the folder ``data``; close it with the block.

    One that is not ``working`` takes no part in screenings that were begun over the network.
    A source that is down stops nothing; a ledger that cannot be opened does. Raises `ConfigError`,
    `gateway.ledger.SecretError`.
    """
    told = with_secret_files(environ, configuration.secret_variables)
    configuration.require_variables(told)
    async with AsyncExitStack() as stack:
        kept = await open_kept(stack, configuration, told, data)
        shared = _shared(stack, told)
        table = await open_table(configuration.settings, told)
        if table is not None:
            stack.push_async_callback(table.close)
        origin = Origin(environ, table, SharedPaces(shared) if shared is not None else None)
        front = Front(await load_from(origin, configuration))
        administration = Administration(kept.ledger, lambda: front.desk.seal, kept.secret.key_id)
        reload = Reload(front, origin, kept.secret, administration)
        stack.push_async_callback(reload.close)
        issuer = _issuer(front)
        authenticator = _authenticator(front, issuer, kept.secret, shared)
        alarm = Alarm.of(told)
        stack.push_async_callback(alarm.close)
        await authenticator.start()
        stack.push_async_callback(authenticator.close)
        guard = Guard(configuration.guard, kept.secret, _counts(shared), alarm)
        deliverer = _deliverer(kept, front)
        inner = Inner(front.ask)
        checker = Checker(inner, lambda: front.loaded.configuration.rule_book, kept.secret)
        screenings = open_screenings(stack, kept.jobs, told.get(REDIS_URL_ENV), front, checker, kept.secret, kept.key)
        reports = _reports(configuration, front, inner, kept, told, data)
        watched = watching(kept.watches, inner, lambda: front.desk, lambda: front.loaded, kept.secret)
        open_, seen = _places(stack, shared, "subscriptions"), _places(stack, shared, "watched")
        front.put_up(
            front.loaded,
            _desk(
                stack, kept, front, inner, deliverer, authenticator, guard, shared, screenings, watched, seen, reports
            ),
        )
        await administration.started(front.loaded)
        await start_register(front.loaded, administration)
        deliverer.start()
        stack.push_async_callback(deliverer.close)
        start_watching(watched, stack)
        readiness = Readiness({"ledger": kept.ledger.check, **kept.anchors.checks}, lambda: _states(front))
        measured = _measured(kept, front, alarm, reload)
        limits = configuration.settings.limits.subscriptions
        subscriptions = Subscriptions(lambda: front.desk, front.take, limits, readiness.draining, open_)
        stack.push_async_callback(subscriptions.finish)
        application = _application(
            configuration, front, measured, readiness, issuer, reports, subscriptions, screenings
        )
        if working:
            screenings.runner.start()
        yield Gateway(application, front, readiness, issuer, reload, subscriptions, screenings)


def _shared(stack: AsyncExitStack, environ: Mapping[str, str]) -> SharedServer | None:
    """Return what replicas share, to be closed with ``stack``; None for a gateway that is alone."""
    if not environ.get(REDIS_URL_ENV):
        return None
    shared = SharedServer(environ[REDIS_URL_ENV], SCRIPTS)
    stack.push_async_callback(shared.close)
    return shared


def _places(stack: AsyncExitStack, shared: SharedServer | None, kind: str) -> Places:
    """Return what counts the places of one ``kind`` that clients hold, to be closed with ``stack``."""
    places = Places(SharedPlaces(shared, kind) if shared is not None else None)
    stack.push_async_callback(places.close)
    return places


def _counts(shared: SharedServer | None) -> Counts:
    return Counts(SharedCounts(shared) if shared is not None else None)


def _deliverer(kept: Kept, front: Front) -> Deliverer:
    """Return what brings objections to their owners, by the rules and addresses of the moment."""
    noted = notes(kept.ledger, lambda: front.desk.seal)
    return Deliverer(kept.objections, outward(lambda: front.loaded), kept.names.secrets, noted)


def _desk(
    stack: AsyncExitStack,
    kept: Kept,
    front: Front,
    inner: Inner,
    deliverer: Deliverer,
    authenticator: Authenticator,
    guard: Guard,
    shared: SharedServer | None,
    screenings: Screenings,
    watched: Watching,
    seen: Places,
    reports: Maker,
) -> Desk:
    """Return the desk on what ``front`` has loaded; what it still writes is finished with ``stack``."""
    configuration = front.loaded.configuration
    seal = Seal.of(configuration, kept.secret)
    mutations = _mutations(kept, front, deliverer, screenings, seal, watched, reports)
    stack.push_async_callback(mutations.finish)
    refusals = Refusals(kept.ledger)
    stack.push_async_callback(lambda: refusals.finish(front.desk.seal))
    return Desk(
        schema=SCHEMA,
        documents=Documents(SCHEMA, limits=configuration.settings.limits.document),
        plans=Plans(SCHEMA, lists=configuration.settings.limits.lists),
        authenticator=authenticator,
        policy=configuration.policy,
        catalogue=configuration.catalogue,
        rules=configuration.disclosure,
        departments=configuration.departments,
        sources=front.loaded.opened.sources,
        ledger=kept.ledger,
        consents=kept.consents,
        marks=kept.objections.marks,
        own={**kept_roots(kept, front), **asking_roots(kept, front, inner, screenings.checker)},
        streams=streams(kept, watched, seen),
        mutations=mutations,
        seal=seal,
        refusals=refusals,
        guard=guard,
        deadline_seconds=configuration.settings.limits.deadline_seconds,
        budgets=_budgets(front, shared),
        trusted=configuration.trusted,
    )


def _mutations(
    kept: Kept,
    front: Front,
    deliverer: Deliverer,
    screenings: Screenings,
    seal: Seal,
    watched: Watching,
    reports: Maker,
) -> Mutations:
    """Return what carries out mutations, on what ``front`` has loaded."""
    configuration = front.loaded.configuration
    terms = Terms(clients_by_name(front.loaded.register), configuration.settings.consents.max_days)
    filing = Filing(
        kept.objections,
        deliverer,
        receipts(kept.ledger),
        kept.names,
        configuration.catalogue,
        configuration.objections,
        configuration.hiding,
    )
    return Mutations(
        SCHEMA,
        configuration.policy,
        kept.consents,
        terms,
        filing,
        screenings.checker,
        configuration.measures,
        Beginnings(screenings.checker, screenings.keyed, screenings.runner.wake),
        kept.ledger,
        seal,
        watched,
        Orders(reports, _listening(configuration)),
    )


def _listening(configuration: Configuration) -> str:
    """Return the address at which the gateway listens, for links where the configuration names no public one."""
    listen = configuration.settings.listen
    host = f"[{listen.host}]" if ":" in listen.host else listen.host
    return f"http://{host}:{listen.port}"


def _measured(kept: Kept, front: Front, alarm: Alarm, reload: Reload) -> Measured:
    """Return what `/metrics` tells of the moment."""
    gates = Followed(lambda: {name: source.gate for name, source in front.loaded.opened.sources.items()})
    versions = Followed(lambda: front.loaded.versions)
    return Measured(gates, kept.ledger, versions, alarm, reloads=reload.outcomes, anchors=kept.anchors.states)


def _reports(
    configuration: Configuration, front: Front, inner: Inner, kept: Kept, environ: Mapping[str, str], data: Path
) -> Maker:
    """Return what makes credit reports; whom it names is of the configuration of the moment."""
    settings = configuration.settings
    rules, production = settings.reports, settings.production
    key = load_report_key(rules.certificate_file or None, environ, configuration.folder, data, production=production)
    return Maker(
        inner,
        key,
        lambda: house_of(front.loaded.configuration, front.loaded.register),
        noting(kept.ledger, lambda: front.desk.seal),
        rules.at_once,
        Authority.of(settings.ledger.anchors, environ, configuration.folder) if rules.timestamps else None,
    )


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
    reports: Maker,
    subscriptions: Subscriptions,
    screenings: Screenings,
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
    routes += report_routes(front, reports, strangers, measured.outcomes)
    routes += screening_routes(front, screenings, strangers, measured.outcomes)
    if settings.metrics.enabled and (settings.metrics.remote or is_loopback(settings.listen.host)):
        routes.append(metrics_route(measured, remote=settings.metrics.remote))
    if issuer is not None:
        routes += issuer.routes
    return Starlette(routes=routes)


def _states(front: Front) -> dict[str, str]:
    return {name: source.gate.health().state for name, source in front.loaded.opened.sources.items()}
