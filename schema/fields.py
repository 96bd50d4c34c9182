"""How a field of the schema is written down: description in Chinese first, then English, and its binding.

Resolvers of bound fields never run: their values are planned and projected (`gateway.plan`, `gateway.project`). Those
of `Mutation` do.
"""

from collections.abc import Callable
from typing import Any, NoReturn

import strawberry

from schema.bindings import Binding, bind


def say(zh: str, en: str) -> str:
    """Return the bilingual description that the schema shows."""
    return f"{zh}。{en}."


def shown(zh: str, en: str, column: str | None = None, *, binding: Binding | None = None) -> Any:
    """Return a field described in both languages.

    ``column`` is the name of the field in the standard of double publicity (`domain.md` §3.1, §3.2), or in those of the
    registries, for integrators who know the records by it.
    """
    standard = f" 标准字段 standard column: `{column}`" if column else ""
    metadata = bind(binding) if binding is not None else {}
    return strawberry.field(description=say(zh, en) + standard, metadata=metadata)


def planned(zh: str, en: str, binding: Binding) -> Callable[[Callable[..., object]], Any]:
    """Return the decorator of a method that declares the arguments and the type of a planned field."""

    def declare(method: Callable[..., object]) -> Any:
        return strawberry.field(method, description=say(zh, en), metadata=bind(binding))

    return declare


def streamed(zh: str, en: str, binding: Binding) -> Callable[[Callable[..., object]], Any]:
    """Return the decorator of a method that declares the arguments and the type of the events of a stream."""

    def declare(method: Callable[..., object]) -> Any:
        return strawberry.subscription(method, description=say(zh, en), metadata=bind(binding))

    return declare


def carried_out(zh: str, en: str) -> Callable[[Callable[..., object]], Any]:
    """Return the decorator of a method that is the resolver of a field of `Mutation`."""

    def declare(method: Callable[..., object]) -> Any:
        return strawberry.field(method, description=say(zh, en))

    return declare


def explained(zh: str, en: str) -> Any:
    """Return the description of an argument, to stand in its `Annotated`."""
    return strawberry.argument(description=say(zh, en))


def unplanned() -> NoReturn:
    """Stand as the body of a planned field; raises when it is run all the same."""
    raise NotImplementedError("this field is planned: it has no resolver of its own")
