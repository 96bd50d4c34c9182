"""What a check is asked for, by the arguments of a query or the input of a mutation, and what is wrong there. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final

import msgspec
import strawberry

from gateway.plan.document import redact
from gateway.rules.inputs import input_mistakes

MAXIMUM_SUBJECTS: Final = 200
LONGEST: Final = 200
"""Characters of a code, a key or a bidder's name."""
_INPUTS: Final = ("requiredLicenses", "requiredQualifications", "amount", "license", "domain", "qualification")


class Key(msgspec.Struct, frozen=True):
    """A subject's key as it was given; ``scheme`` None where it was not told."""

    value: str
    scheme: str | None = None

    @property
    def argument(self) -> dict[str, str]:
        """The key as `SubjectKey` takes it."""
        return {"value": self.value} | ({"scheme": self.scheme} if self.scheme is not None else {})


class Row(msgspec.Struct, frozen=True):
    """Whom to check, and the bidder that it stands for."""

    key: Key
    bidder: str | None = None


class CheckRequest(msgspec.Struct, frozen=True, rename="camel"):
    """One check: ``as_of`` is an ISO date, None for today; ``input`` what rules read beside records."""

    rule_set: str
    subjects: tuple[Row, ...]
    lot: bool = False
    as_of: str | None = None
    input: dict[str, Any] = {}


def read_request(given: Any) -> CheckRequest:
    """Return the request in ``given``, an instance or the coerced arguments of `CheckInput`."""
    told = _plain(given)
    said = {name: told[name] for name in _INPUTS if told.get(name) is not None}
    if "amount" in said:
        said["amount"] = float(said["amount"])
    for each in said.get("requiredQualifications", ()):
        each["grade"] = each.get("grade") or ""
    known = {name: told[name] for name in ("ruleSet", "subjects", "lot", "asOf") if told.get(name) is not None}
    return msgspec.convert({**known, "input": said}, CheckRequest)


def request_mistakes(request: CheckRequest, today: str) -> Iterator[tuple[str, str]]:
    """Yield the part and the message of each thing wrong with ``request``; no key is quoted."""
    if not 1 <= len(request.subjects) <= MAXIMUM_SUBJECTS:
        yield "subjects", f"expected 1 to {MAXIMUM_SUBJECTS} subjects, got {len(request.subjects)}"
    if len(request.rule_set) > LONGEST:
        yield "ruleSet", "is no code of a rule set"
    if request.as_of is not None and request.as_of > today:
        yield "asOf", "is in the future: nobody knows what records will say then"
    for at, row in enumerate(request.subjects):
        if len(row.bidder or "") > LONGEST or redact(row.bidder or "") != (row.bidder or ""):
            yield f"subjects.{at}.bidder", f"expected a name of at most {LONGEST} characters without a long number"
    if request.lot and len(request.subjects) < 2:
        yield "lot", "takes two bidders at least"
    yield from input_mistakes(request.input, "")


def _plain(value: Any) -> Any:
    """Return ``value`` as JSON has it: members under their GraphQL names, enums by name."""
    if isinstance(value, Enum):
        return value.name
    if is_dataclass(value) and not isinstance(value, type):
        return {_camel(each.name): _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return None if value is strawberry.UNSET else value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each.capitalize() for each in rest)
