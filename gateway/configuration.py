"""Everything that `config/` says, read and checked before the server starts.

# INVARIANT: mistakes are reported all at once, with file and place (invariant 10): a file is checked even when another
cannot be read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from connectors.clock import today_text
from connectors.errors import ConfigError, Mistake
from connectors.load import Known, load_sources, missing_variables, variables
from gateway.anchors.declared import ca_mistakes
from gateway.anchors.declared import missing_variables as missing_of_anchors
from gateway.audit.hiding import Hiding
from gateway.audit.load import Known as KnownToAudit
from gateway.audit.load import load_hiding
from gateway.auth import Client, load_clients
from gateway.auth.declared import scope_mistakes
from gateway.catalogue import Catalogue, Items, LegalBases, load_items, load_legal_bases
from gateway.catalogue import Known as KnownToItems
from gateway.catalogue.across import department_mistakes, judged_mistakes, source_mistakes
from gateway.consents.issuers import issuer_mistakes
from gateway.departmental import Covered, coverage, coverage_mistakes, load_signers, read_policies, together
from gateway.departmental import Known as KnownToDepartments
from gateway.departments import Departments, load_departments
from gateway.disclosure import Known as KnownToDisclosure
from gateway.disclosure import Rules, load_disclosure
from gateway.guard import GuardRules, load_guard
from gateway.guard import Known as KnownToGuard
from gateway.limits.trusted import FOLDER, TrustedDocuments, load_trusted
from gateway.measures import Known as KnownToMeasures
from gateway.measures import Register
from gateway.objections.rules import Rules as ObjectionRules
from gateway.objections.rules import load_rules
from gateway.plan.document import Documents
from gateway.policy import Policy, load_policy
from gateway.policy.departmental import Departmental
from gateway.returns.calendar import load_working_days
from gateway.returns.working_days import WorkingDays
from gateway.rules import Known as KnownToRules
from gateway.rules import RuleBook
from gateway.settings import Settings, load_settings
from schema.entities import ENTITY_FIELDS
from schema.schema import SCHEMA

T = TypeVar("T")

OWN_SECRETS: Final = (
    "CREDIT_ALERT_URL",
    "CREDIT_CLIENTS_URL",
    "CREDIT_CONSENTS_URL",
    "CREDIT_ISSUER_SEED",
    "CREDIT_LEDGER_KEY",
    "CREDIT_LEDGER_URL",
    "CREDIT_OBJECTIONS_URL",
    "CREDIT_REDIS_URL",
    "CREDIT_REPORT_KEY",
    "CREDIT_WATCHES_URL",
    "CREDIT_SCREENINGS_URL",
    "LEDGER_SECRET",
)
"""The variables of the gateway itself that hold a secret, or an address with a password in it."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The checked content of a configuration ``folder``; ``clients`` are none where a table keeps them."""

    folder: Path
    settings: Settings
    departments: Departments
    policy: Policy
    disclosure: Rules
    clients: Mapping[str, Client]
    catalogue: Catalogue
    departmental: Departmental
    covered: Mapping[str, Covered]
    """How far the policy file of each department is signed for."""
    guard: GuardRules
    trusted: TrustedDocuments
    objections: ObjectionRules
    working_days: WorkingDays
    hiding: Hiding
    """Which inquiries are withheld from the subject that they are about."""
    rule_book: RuleBook
    """The rules of credit checks."""
    measures: Register
    """The measures of joint reward and punishment."""

    @property
    def rules_version(self) -> str:
        """What entries of the ledger name: the versions of who may see what, duties included, and of what is shown."""
        return f"{self.policy.version}+{self.disclosure.version}"

    @property
    def items(self) -> Items:
        """The items of the catalogue."""
        return self.catalogue.items

    @property
    def legal_bases(self) -> LegalBases:
        """The legal bases that items name."""
        return self.catalogue.items.bases

    @property
    def sources_folder(self) -> Path:
        """Where the source files lie, and the files beside them that they name."""
        return self.folder / "sources"

    @property
    def secret_variables(self) -> list[str]:
        """The variables that a file may be named for instead (`gateway.secrets`): ours, and others'."""
        of_sources = [name for source in self.catalogue.sources.values() for name in variables(source)]
        of_clients = [client.secret_env for client in self.clients.values() if client.secret_env is not None]
        hooks = [client.webhook for client in self.clients.values() if client.webhook is not None]
        of_clients += [name for each in hooks for name in (each.url_env, each.secret_env)]
        of_issuers = [each.introspection_secret_env for each in self.settings.tokens.issuers]
        of_anchors = [name for anchor in self.settings.ledger.anchors for name in anchor.variables]
        of_objections = self.objections.secret_variables
        named = [*OWN_SECRETS, *of_sources, *of_clients, *filter(None, of_issuers), *of_anchors, *of_objections]
        return list(dict.fromkeys(named))

    def missing_variables(self, environ: Mapping[str, str]) -> list[Mistake]:
        """Return a mistake for each environment variable that a source, an issuer or an anchor needs and lacks."""
        own = self.settings.tokens.missing_variables(environ)
        own += missing_of_anchors(self.settings.ledger.anchors, environ)
        return [*own, *missing_variables(self.catalogue.sources, environ)]

    def require_variables(self, environ: Mapping[str, str]) -> None:
        """Raise `ConfigError` naming every environment variable that a source needs and ``environ`` lacks."""
        mistakes = self.missing_variables(environ)
        if mistakes:
            raise ConfigError(mistakes)


def load_configuration(folder: Path, *, unsigned: bool = False) -> Configuration:
    """Return the configuration in ``folder``; raises `ConfigError` with the mistakes of all files.

    ``unsigned`` lets policy files pass that production refuses for want of a signature: to sign and to compare them.
    """
    mistakes: list[Mistake] = []
    settings = _read(mistakes, lambda: load_settings(folder / "gateway.toml"))
    mistakes += issuer_mistakes(settings, folder) if settings is not None else ()
    mistakes += ca_mistakes(settings.ledger.anchors, folder) if settings is not None else ()
    departments = _read(mistakes, lambda: load_departments(folder / "departments.toml"))
    policy = _read(mistakes, lambda: load_policy(folder / "scopes.toml"))
    clients: dict[str, Client] | None = {} if settings is not None and settings.clients.home == "table" else None
    if policy is not None and clients is None:
        clients = _read(mistakes, lambda: load_clients(folder / "clients.toml", policy, departments))
    named_clients = clients or None  # those of a table are not known here
    guard = _read(mistakes, lambda: load_guard(folder / "guard.toml", _known_to_guard(policy, named_clients)))
    known = Known(departments, policy.field_mistake if policy is not None else None)
    sources = _read(mistakes, lambda: load_sources(folder / "sources", known))
    bases = _read(mistakes, lambda: load_legal_bases(folder / "legal_bases.toml"))
    audit = KnownToAudit(policy.purposes if policy is not None else None, named_clients, bases)
    hiding = _read(mistakes, lambda: load_hiding(folder / "audit.toml", audit))
    disclosure = _read(
        mistakes, lambda: load_disclosure(folder / "disclosure.toml", KnownToDisclosure(departments, bases))
    )
    working_days = _read(mistakes, lambda: load_working_days(folder / "working_days.toml"))
    named = KnownToItems(departments, bases, ENTITY_FIELDS)
    items = _read(mistakes, lambda: load_items(folder / "catalogue" / "items", named))
    catalogue = Catalogue(sources, items) if sources is not None and items is not None else None
    own = KnownToDepartments(departments, policy, sources, bases)
    policies = _read(mistakes, lambda: read_policies(folder / "policies", own))
    signers = _read(mistakes, lambda: load_signers(folder / "signers.toml", departments))
    covered = coverage(policies or {}, folder / "policies", signers or {}, today_text())
    if settings is not None and settings.production and not unsigned:
        mistakes += coverage_mistakes(covered) if policies is not None and signers is not None else ()
    mistakes += source_mistakes(catalogue) if catalogue is not None else ()
    mistakes += scope_mistakes(settings.tokens, policy) if settings is not None and policy is not None else ()
    mistakes += judged_mistakes(sources.values()) if sources is not None else ()
    if sources is not None and clients is not None and policy is not None and departments is not None:
        mistakes += department_mistakes(sources.values(), clients.values(), policy, departments)
    objections = _read(mistakes, lambda: load_rules(folder / "objections.toml", departments))
    judging = KnownToRules(policy.purposes if policy is not None else None, bases)
    rule_book = _read(mistakes, lambda: RuleBook.load(folder / "rules", judging))
    taking = KnownToMeasures(departments, policy.purposes if policy is not None else None, bases, items)
    measures = _read(mistakes, lambda: Register.load(folder / "measures.toml", taking))
    trusted = _read(mistakes, lambda: _load_trusted(folder, settings, named_clients))
    if mistakes or settings is None or departments is None or policy is None or clients is None or catalogue is None:
        raise ConfigError(mistakes)
    assert disclosure is not None, "what cannot be read is a mistake"
    assert guard is not None, "what cannot be read is a mistake"
    assert policies is not None, "what cannot be read is a mistake"
    assert trusted is not None, "what cannot be read is a mistake"
    assert objections is not None, "what cannot be read is a mistake"
    assert working_days is not None, "what cannot be read is a mistake"
    assert hiding is not None, "what cannot be read is a mistake"
    assert rule_book is not None, "what cannot be read is a mistake"
    assert measures is not None, "what cannot be read is a mistake"
    departmental = together(policies.values())
    decided = policy.with_departmental(departmental)
    return Configuration(
        folder=folder,
        settings=settings,
        departments=departments,
        policy=decided,
        disclosure=disclosure,
        clients=clients,
        catalogue=catalogue,
        departmental=departmental,
        covered=covered,
        guard=guard,
        trusted=trusted,
        objections=objections,
        working_days=working_days,
        hiding=hiding,
        rule_book=rule_book,
        measures=measures,
    )


def _load_trusted(folder: Path, settings: Settings | None, clients: Mapping[str, Client] | None) -> TrustedDocuments:
    limits = settings.limits.document if settings is not None else None
    return load_trusted(folder / FOLDER, Documents(SCHEMA, limits=limits), clients)


def _known_to_guard(policy: Policy | None, clients: Mapping[str, Client] | None) -> KnownToGuard:
    purposes = {name: client.purposes for name, client in clients.items()} if clients is not None else None
    return KnownToGuard(policy.purposes if policy is not None else None, purposes)


def _read(mistakes: list[Mistake], load: Callable[[], T]) -> T | None:
    """Return what ``load`` returns, or None after adding its mistakes to ``mistakes``."""
    try:
        return load()
    except ConfigError as error:
        mistakes.extend(error.mistakes)
        return None
