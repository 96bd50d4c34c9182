"""A condition made ready for a day, and its evaluation: known, or not to be told; it never raises.

Every path that a condition reads is a variable of its own (`e.state`), so that nothing else is handed over, and a field
that is absent is a variable without a value: an error where it stands, which `||` and `&&` absorb. `e` itself is a
small number that says what `active(e)` and `usable(e)` are to answer: a record would be copied for each call.
"""

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from cel_expr_python import cel

from gateway.rules.conditions.functions import Unknown, months, number, within
from gateway.rules.logic import Tri


class Untold(Enum):
    """What an evaluation gives that cannot be told."""

    UNTOLD = "UNTOLD"


UNTOLD: Final = Untold.UNTOLD
ACTIVE_KEY: Final = "@active"
USABLE_KEY: Final = "@usable"
"""Where the map of a record, in a list of records, holds the answers of `active` and `usable`; None: untold."""
_T: Final = cel.Type
_RECORD: Final = _T.Map(_T.STRING, _T.DYN)
_CODES: Final[tuple[Tri, ...]] = (False, True, None)


def code_of(active: Tri, usable: Tri) -> int:
    """Return the number that stands for a record of which ``active`` and ``usable`` are to be answered."""
    return _CODES.index(active) + len(_CODES) * _CODES.index(usable)


class Program:
    """A condition for one day; ``reads`` are the names of the values that it wants."""

    def __init__(self, expression: Any, reads: frozenset[str]) -> None:
        self._expression = expression
        self.reads = reads

    def evaluate(self, *values: Mapping[str, Any]) -> Any:
        """Return what the condition gives over ``values``, `UNTOLD` for any error: what is absent, null, of no fit.

        A name that several of ``values`` have is what the first says.
        """
        given = {name: each[name] for name in self.reads for each in reversed(values) if name in each}
        try:
            found = self._expression.eval(data=given)
        except Exception:  # noqa: BLE001  # a value that the library cannot take over, such as half a surrogate pair
            return UNTOLD
        return UNTOLD if found.type() == _T.ERROR else found.plain_value()

    def tell(self, *values: Mapping[str, Any]) -> Tri:
        """Return whether the condition is true over ``values``, None when that cannot be told."""
        found = self.evaluate(*values)
        return found if isinstance(found, bool) else None


@lru_cache(maxsize=4096)
def program(text: str, reads: frozenset[str], as_of: str) -> Program:
    """Return the condition ``text``, which reads ``reads``, for the day ``as_of``; raises `RuntimeError` if unsound."""
    return Program(_environment(reads, as_of).compile(text), reads)


@lru_cache(maxsize=512)
def _environment(reads: frozenset[str], as_of: str) -> Any:
    variables = {name: _T.INT if name == "e" else _T.DYN for name in sorted(reads)}
    return cel.NewEnv(variables=variables, functions=_functions(as_of))


def _functions(as_of: str) -> list[Any]:
    text = [_T.STRING]
    return [
        _declared(
            "active", _T.BOOL, ([_T.INT], lambda code: _known(_CODES[code % 3])), ([_RECORD], _answers(ACTIVE_KEY))
        ),
        _declared(
            "usable", _T.BOOL, ([_T.INT], lambda code: _known(_CODES[code // 3])), ([_RECORD], _answers(USABLE_KEY))
        ),
        _declared("within", _T.BOOL, ([_T.STRING, _T.STRING], within(as_of))),
        _declared("months", _T.INT, (text, months(as_of))),
        _declared("number", _T.DYN, *((takes, number) for takes in (text, [_T.INT], [_T.DOUBLE]))),
    ]


def _declared(name: str, gives: Any, *overloads: tuple[list[Any], Any]) -> Any:
    listed = [
        cel.Overload(f"{name}_{at}", return_type=gives, parameters=takes, impl=does)
        for at, (takes, does) in enumerate(overloads)
    ]
    return cel.FunctionDecl(name, listed)


def _answers(key: str) -> Any:
    return lambda record: _known(record.get(key))


def _known(answer: Tri) -> bool:
    if answer is None:
        raise Unknown
    return answer
