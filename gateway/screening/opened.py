"""Screenings of a gateway: where their jobs are, and what works on those whose keys were sent."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import msgspec

from gateway.caller import Caller
from gateway.checks.checker import Checker
from gateway.configuration import Configuration
from gateway.errors import Forbidden, RuleSetChanged
from gateway.front import Front
from gateway.ledger import Secret
from gateway.proof.note import SigningKey
from gateway.screening.checking import Asked, check_by, parted, patient, require_right, rules_of
from gateway.screening.job import Job
from gateway.screening.jobs import Jobs
from gateway.screening.keyed import Keyed, SealedCaller
from gateway.screening.model import Check
from gateway.screening.runner import Runner
from gateway.screening.screening import Screening
from gateway.screening.stream import open_stream, putting
from gateway.screening.uploads import Uploads
from gateway.screening.vault import Vault


@dataclass(frozen=True, slots=True)
class Screenings:
    """The parts by which a gateway screens; ``runner`` works on inline jobs, or hands them to workers, once started."""

    jobs: Jobs
    checker: Checker
    front: Front
    secret: Secret
    key: SigningKey
    keyed: Keyed
    runner: Runner

    @property
    def files(self) -> Screening:
        """What screens files in this process."""
        return Screening(self.jobs, self.secret, self.key)

    @property
    def uploads(self) -> Uploads:
        """What takes portfolios in that come in parts."""
        return Uploads(self.keyed, self.runner.wake)

    @property
    def configuration(self) -> Configuration:
        """The configuration of the moment."""
        return self.front.loaded.configuration

    def check(self, caller: Caller, asked: Asked, *, wait: bool) -> Check:
        """Return what checks rows for ``caller``; raises `Forbidden`, `gateway.rules.NoRuleSet`."""
        require_right(self.checker, self.configuration, caller, asked.rule_set, asked.as_of)
        return parted(patient(check_by(self.checker, lambda: self.configuration, caller, asked), wait=wait))


def open_screenings(
    stack: AsyncExitStack,
    jobs: Jobs,
    redis_url: str | None,
    front: Front,
    checker: Checker,
    secret: Secret,
    key: SigningKey,
) -> Screenings:
    """Return the screenings of ``jobs``, to be closed with ``stack``; workers do the work if there is a Redis."""
    configuration: Callable[[], Configuration] = lambda: front.loaded.configuration  # noqa: E731
    keyed = Keyed(jobs, Vault([secret, *secret.earlier]), key, CheckFor(checker, front, configuration))
    put = None
    if redis_url:
        broker = open_stream(redis_url)
        stack.push_async_callback(broker.shutdown)
        put = putting(broker)
    runner = Runner(keyed, put)
    stack.push_async_callback(runner.close)
    return Screenings(jobs, checker, front, secret, key, keyed, runner)


@dataclass(frozen=True, slots=True)
class CheckFor:
    """From an inline job to what checks its slices: the rights of who began it are looked up anew for each slice."""

    checker: Checker
    front: Front
    configuration: Callable[[], Configuration]

    async def __call__(self, job: Job, began: SealedCaller) -> Check:
        """Return the check; raises `Forbidden` for a client that is gone or lost its rights, `RuleSetChanged`."""
        caller = self._caller(began)
        code = job.rules.partition(" ")[0]
        if rules_of(self.checker, job.client, code, job.as_of) != job.rules:
            changed = f"rule set `{code}`, or what its client lays over it, was changed since the screening began"
            raise RuleSetChanged(f"{changed}: begin a new one")
        require_right(self.checker, self.configuration(), caller, code, job.as_of)
        told = {name: msgspec.json.decode(value) for name, value in job.settings.input.items()}
        return parted(check_by(self.checker, self.configuration, caller, Asked(code, job.as_of, told)))

    def _caller(self, began: SealedCaller) -> Caller:
        client = self.front.loaded.register.find(began.client)
        if client is None or began.purpose not in client.purposes:
            raise Forbidden(f"client `{began.client}` may not ask for this purpose any more")
        if began.subject is not None and client.subject not in {None, began.subject}:
            raise Forbidden(f"client `{began.client}` stands for another subject now")
        scopes = frozenset(began.scopes) & client.scopes
        return Caller(
            client.id, client.department, scopes, began.purpose, began.case, began.consent, subject=began.subject
        )
