"""From the scopes file to the compiled policy: the ways that open each scope at each disclosure level.

The disclosure levels are rules of the field (`domain.md` §4.2, after 政务数据共享条例) and stand in code below;
which scope, purpose and consent fills them is the city's choice and stands in the file.
"""

from hashlib import sha256
from pathlib import Path
from typing import Final, get_args

from connectors.declaration import read_toml
from connectors.errors import ConfigError, Mistake
from connectors.spec import Disclosure
from gateway.policy.declared import Declared, implied, read_declared
from gateway.policy.model import Decision, Policy, Reason, Way, Ways

LEVELS: Final[tuple[str, ...]] = get_args(Disclosure)


def load_policy(path: Path) -> Policy:
    """Return the policy of the scopes file ``path``; raises `ConfigError` with every mistake of it."""
    mistakes: list[Mistake] = []
    declared = read_declared(
        read_toml(path), lambda place, message: mistakes.append(Mistake(path.name, place, message))
    )
    if declared is None:
        raise ConfigError(mistakes)
    return _compile(declared, sha256(path.read_bytes()).hexdigest()[:16])


def _compile(declared: Declared, version: str) -> Policy:
    scopes = declared.scopes
    own = _way(declared, [declared.subject.scope])
    assert own is not None, "a scope has purposes"
    return Policy(
        version=version,
        purposes={name: spec.duty for name, spec in declared.purposes.items()},
        audiences={name: spec.audience for name, spec in declared.purposes.items()},
        fields={
            (name, level): _ways(declared, name, level)
            for name, spec in scopes.items()
            if spec.fields
            for level in LEVELS
        },
        links={name: way for name in scopes if (way := _way(declared, [name])) is not None},
        owner_purposes=frozenset(declared.owner.purposes),
        government=frozenset(name for name, spec in scopes.items() if spec.government),
        persons=frozenset(declared.persons.purposes),
        own=own,
        own_levels=frozenset(declared.subject.levels),
        purpose_titles={name: (spec.zh, spec.en) for name, spec in declared.purposes.items()},
    )


def _ways(declared: Declared, scope: str, level: str) -> Ways:
    """Return the ways to a field of ``scope`` at ``level``; both are None for OWNER: nobody but the owner."""
    spec = declared.scopes[scope]
    consent = _way(declared, [declared.consent_scope])
    by_consent = consent if spec.by_consent else None
    general = [] if spec.government else [declared.government_scope]
    match level:
        case "PUBLIC":
            return Ways(_way(declared, [scope]), by_consent)
        case "GOV":
            return Ways(_way(declared, [scope, *general]), by_consent)
        case "GOV_CONDITIONAL":
            duties = frozenset(name for name, purpose in declared.purposes.items() if purpose.duty)
            return Ways(_way(declared, [scope, *general], duties), by_consent)
        case "CONSENT":
            return Ways(None, consent)
        case "OWNER":
            return Ways(None, None)
        case _:
            raise AssertionError(level)


def _way(declared: Declared, scopes: list[str], among: frozenset[str] | None = None) -> Way | None:
    """Return the way that needs all ``scopes``, for the purposes common to them (and to ``among``, if given).

    None when they have no purpose in common: a way that nobody could go must not be offered as what would help.
    """
    specs = [declared.scopes[name] for name in scopes]
    common = frozenset[str].intersection(*(frozenset(spec.purposes) for spec in specs))
    purposes = common if among is None else common & among
    if not purposes:
        return None
    return Way(
        scopes=tuple(scopes),
        holders=tuple(_holders(declared, name) for name in scopes),
        purposes=purposes,
        department=any(spec.government for spec in specs),
        granted=Decision(True, scopes[0], Reason.GRANTED),
    )


def _holders(declared: Declared, scope: str) -> frozenset[str]:
    implies = {name: spec.implies for name, spec in declared.scopes.items()}
    return frozenset({scope, *(name for name in implies if scope in implied(name, implies))})
