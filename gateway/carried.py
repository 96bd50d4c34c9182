"""What those who carry the fields of a mutation out have in common: figures for the ledger, and how they refuse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from graphql import GraphQLError

from gateway.consents.rights import Denied
from gateway.ledger.entry import Change


class Mistake(Protocol):
    """What is wrong with one part of the input, by its name in the schema."""

    @property
    def field(self) -> str:
        """Return the part."""
        ...

    @property
    def message(self) -> str:
        """Return what is wrong with it."""
        ...


@dataclass(slots=True)
class Carried:
    """What came of the fields of one operation.

    ``done`` counts what was carried out, ``subjects`` are the USCCs that were named or touched, ``denied`` the fields
    that were refused with the reason, ``changes`` what became of which thing that the gateway keeps.
    """

    done: int = field(default=0, init=False)
    subjects: list[str] = field(default_factory=list, init=False)
    denied: list[tuple[str, str]] = field(default_factory=list, init=False)
    changes: list[Change] = field(default_factory=list, init=False)

    def forbid(self, name: str, denied: Denied) -> NoReturn:
        """Raise that the field ``name`` is not open to the caller, and note it."""
        self.denied.append((name, denied.reason))
        needs = {"field": name, "reason": denied.reason, "needs": denied.needs}
        raise refusal(f"`{name}` is not open to this caller", "FIELD_FORBIDDEN", needs)


def refusal(message: str, code: str, more: Mapping[str, Any] | None = None) -> GraphQLError:
    """Return the error that refuses a field, with its code."""
    return GraphQLError(message, extensions={"code": code, **(more or {})})


def invalid(name: str, mistakes: Sequence[Mistake]) -> GraphQLError:
    """Return the error that refuses the input of the field ``name``: it names every part that is wrong."""
    told = [{"field": each.field, "message": each.message} for each in mistakes]
    wrong = ", ".join(f"`{each}`" for each in dict.fromkeys(each.field for each in mistakes))
    return refusal(f"the input of `{name}` is not valid: {wrong}", "INPUT_INVALID", {"inputs": told})


def require_valid(name: str, mistakes: Sequence[Mistake]) -> None:
    """Raise `invalid` where there is a mistake."""
    if mistakes:
        raise invalid(name, mistakes)
