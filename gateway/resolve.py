"""From the keys of root fields to subjects: checked, never guessed; what does not lead to one subject says why.

A USCC, or what contains one, needs no source. Anything else goes through the registry's crosswalk
(`gateway.crosswalk`). A key whose check digit fails is answered as such: a mistyped code must not read as a clean
company. A key without a stated scheme that may be a citizen's number is asked back, not taken for a code.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from gateway.crosswalk import Lookup
from gateway.plan.asks import CROSSWALK_FIELDS
from gateway.plan.model import RootField
from gateway.reach import Reached
from gateway.run import Run
from gateway.subject import TYPE_NAMES, Subject
from gateway.together import together
from schema.identifiers import (
    Identifier,
    IdentifierError,
    as_held,
    classify,
    derive,
    might_be_personal,
    normalize,
    parse,
    subject_kind,
)

UNSTATED = "UNSTATED"
"""Stands for the scheme of a key that was given without one and reads in no way, or in several."""

LONGEST_KEY = 1_000
"""Characters of a key that are read: no identifier is as long, and reading one costs by its length."""
OF_MANY_REGISTRIES: Final = frozenset({"ORG_CODE", "NAME"})
"""Schemes that subjects of every kind have; the others are given out by one register, which knows whom it gave them."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One subject, or one reading, that a key may mean."""

    scheme: str
    check: str
    uscc: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A key that did not lead to one subject; ``type_name`` is the member of `SubjectResult` that says how."""

    type_name: str
    message: str
    scheme: str | None = None
    check: str | None = None
    candidates: Sequence[Candidate] = ()
    coverage: Sequence[Reached] = field(default_factory=tuple)
    key: tuple[str, str] | None = field(default=None, repr=False)
    """The key as it was asked, (scheme, normalized value): for the ledger's pseudonym only, it is not shown."""


Resolved = Subject | Unresolved


async def resolve_root(run: Run, root: RootField, lookup: Lookup) -> list[Resolved]:
    """Return what each key of ``root`` leads to, in the order of the keys."""
    assert root.keys is not None, "only root fields with keys are resolved"
    keys = root.keys(run.variables)
    read = _representation if root.kind == "entities" else _key
    first = [read(key) for key in keys]
    waiting = [(at, each) for at, each in enumerate(first) if isinstance(each, Identifier)]
    resolved: list[Any] = first
    if waiting:
        looked_up = await together([_look_up(run, each, lookup) for _, each in waiting])
        for (at, _), result in zip(waiting, looked_up, strict=True):
            resolved[at] = result
    return [
        _with_key(each, key) if isinstance(each, Unresolved) else each for each, key in zip(resolved, keys, strict=True)
    ]


def _with_key(unresolved: Unresolved, asked: Any) -> Unresolved:
    """Return ``unresolved`` with the key that was ``asked``, if there was one."""
    value = asked.get("value", asked.get("uscc")) if isinstance(asked, Mapping) else None
    if not isinstance(value, str):
        return unresolved
    stated = "USCC" if "value" not in asked else getattr(asked.get("scheme"), "name", asked.get("scheme"))
    return replace(unresolved, key=(unresolved.scheme or stated or UNSTATED, normalize(value[:LONGEST_KEY])))


def read_key(key: Mapping[str, Any]) -> Resolved | Identifier:
    """Return what a `SubjectKey` leads to without asking anybody: a subject, an identifier to look up, or neither."""
    return _key(key)


def _key(key: Mapping[str, Any]) -> Resolved | Identifier:
    """Return the subject of a `SubjectKey`, or the identifier that must be looked up for it."""
    scheme, value = key.get("scheme"), key["value"]
    scheme = getattr(scheme, "name", scheme)
    if len(value) > LONGEST_KEY:
        message = f"键值过长。The key is longer than {LONGEST_KEY:,} characters"
        return Unresolved("SubjectKeyInvalid", message, scheme)
    if scheme is None:
        return _guess(value)
    try:
        identifier = parse(scheme, value)
    except IdentifierError as error:
        return Unresolved("SubjectKeyInvalid", f"键值无法识别。The key does not read as {scheme}: {error}", scheme)
    if identifier.check == "FAILED":
        message = f"校验码不符。The check digit of this {identifier.scheme} is wrong"
        return Unresolved("SubjectKeyInvalid", message, identifier.scheme, "FAILED")
    return _known(identifier) or identifier


def _guess(value: str) -> Resolved | Identifier:
    """Return what a key without a stated scheme leads to, if it reads in one way only and as no citizen's number."""
    readings = classify(value)
    if not readings:
        return Unresolved("SubjectKeyInvalid", "键值不符合任何标识符格式。The key fits no identifier scheme")
    fitting = _apart([each for each in readings if each.check != "FAILED"])
    if not fitting:
        message = "校验码不符。The check digit is wrong in every scheme that the key fits"
        return Unresolved("SubjectKeyInvalid", message, check="FAILED")
    personal = might_be_personal(value)
    if len(fitting) == 1 and not personal:
        return _known(fitting[0]) or fitting[0]
    others = ("公民身份号码", "a citizen's number") if personal else ("多种标识符", "several schemes")
    message = f"键值可能是{others[0]},请注明 scheme。The key may read as {others[1]}: state which scheme is meant"
    return Unresolved("SubjectAmbiguous", message, candidates=[Candidate(each.scheme, each.check) for each in fitting])


def _apart(readings: Iterable[Identifier]) -> list[Identifier]:
    """Return ``readings`` without those that follow from another: every USCC reads as a TAX_NO as well."""
    apart: list[Identifier] = []
    for each in readings:
        if not any(each in derive(other) for other in apart):
            apart.append(each)
    return apart


def _known(identifier: Identifier) -> Subject | None:
    """Return the subject of an identifier that is, or contains, a checked USCC."""
    if identifier.scheme == "USCC":
        return Subject(identifier, identifier.value, "EXACT") if identifier.check == "OK" else None
    for each in derive(identifier):
        if each.scheme == "USCC" and each.check == "OK":
            return Subject(identifier, each.value, "DERIVED")
    return None


def _representation(representation: Any) -> Resolved | Identifier:
    """Return the subject of a federation representation; everything but its type and `uscc` is ignored."""
    if not isinstance(representation, Mapping) or not isinstance(representation.get("__typename"), str):
        return Unresolved("", "a representation must be an object with a `__typename`")
    type_name, uscc = representation["__typename"], representation.get("uscc")
    if type_name not in TYPE_NAMES.values():
        return Unresolved("", "a representation names a type that is no entity of this subgraph")
    if not isinstance(uscc, str):
        return Unresolved("", f"a representation of `{type_name}` needs its `uscc`")
    resolved = _key({"scheme": "USCC", "value": uscc})
    if isinstance(resolved, Subject) and resolved.type_name != type_name:
        return Unresolved("", f"the `uscc` of a representation of `{type_name}` belongs to a `{resolved.type_name}`")
    return Unresolved("", resolved.message) if isinstance(resolved, Unresolved) else resolved


async def _look_up(run: Run, identifier: Identifier, lookup: Lookup) -> Resolved:
    """Return the one subject that the registries hold under ``identifier``, or why there is not one."""
    step = next((each for each in derive(identifier) if each.scheme == "ORG_CODE"), identifier)
    if step.scheme not in CROSSWALK_FIELDS:
        message = f"登记机关不能按 {step.scheme} 查询。No registry can be asked by {step.scheme}"
        return Unresolved("SubjectUnresolved", message, identifier.scheme, identifier.check)
    found = await lookup.load((step.scheme, step.value))
    usccs = sorted({uscc for row in found.held if (uscc := row.codes.get("USCC"))})
    if found.failed or not found.asked:
        message = "登记机关未能答复,无法确定主体。The registry did not answer: the subject is not known"
        return Unresolved("SubjectUnresolved", message, identifier.scheme, identifier.check, coverage=found.failed)
    partial = registers_some(run, step.scheme) if not usccs and step.scheme in OF_MANY_REGISTRIES else []
    if partial:
        message = (
            "登记机关只登记部分类别的主体,没有此标识符;请改用统一社会信用代码。"
            "No registry here registers every kind of subject, and none holds this key: ask by the USCC"
        )
        return Unresolved("SubjectUnresolved", message, identifier.scheme, identifier.check, coverage=partial)
    if not usccs and found.held:
        message = "登记机关有此标识符,但没有可用的统一社会信用代码。The registry holds this key without a unified code"
        return Unresolved("SubjectUnresolved", message, identifier.scheme, identifier.check)
    if not usccs:
        message = "登记机关没有此标识符的主体。The registry holds no subject under this key"
        return Unresolved("SubjectNotFound", message, identifier.scheme, identifier.check)
    if len(usccs) > 1:
        message = "登记机关有多个主体使用此标识符。The registry holds several subjects under this key"
        held = [as_held("USCC", uscc) for uscc in usccs]
        candidates = [Candidate(each.scheme, each.check, each.value, subject_kind(each.value)) for each in held]
        return Unresolved("SubjectAmbiguous", message, identifier.scheme, identifier.check, candidates)
    via = next(row.source for row in found.held if row.codes.get("USCC") == usccs[0])
    return Subject(identifier, usccs[0], "NAME" if identifier.scheme == "NAME" else "CROSSWALK", via)


def named_in(values: Iterable[Sequence[Resolved]]) -> Iterator[tuple[str, str]]:
    """Yield scheme and value of everybody whom keys led to or might mean, and of each key that led to nobody."""
    for each in (each for found in values for each in found):
        if isinstance(each, Subject):
            yield "USCC", each.uscc
        elif isinstance(each, Unresolved):
            if each.key is not None:
                yield each.key
            yield from (("USCC", candidate.uscc) for candidate in each.candidates if candidate.uscc is not None)


def registers_some(run: Run, scheme: str) -> list[Reached]:
    """Return the registries of ``scheme`` as not covering all kinds of subjects; none when together they cover all.

    Only who registers subjects attests that there is none: to the social insurance office not all are known.
    """
    asks = [ask for ask in run.plan.crosswalk if scheme in ask.entity.keys and ask.registers]
    if all(any(ask.covers(kind) for ask in asks) for kind in TYPE_NAMES):
        return []
    return [run.unreached(ask).but("NOT_COVERED", f"registers {', '.join(ask.kinds)}") for ask in asks]


def users_of(resolved: Iterable[tuple[int, Sequence[Resolved]]]) -> dict[tuple[int, str], list[Any]]:
    """Return the subjects per root field and concrete type, as `fetch_stage` takes them."""
    users: dict[tuple[int, str], list[Any]] = {}
    for root, results in resolved:
        for each in results:
            if isinstance(each, Subject):
                users.setdefault((root, each.type_name), []).append(each)
    return users
