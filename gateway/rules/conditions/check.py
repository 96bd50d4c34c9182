"""Whether a condition is one: of known words, about fields that are read, each compared with what fits it.

Google's checker tells texts from numbers, but takes no offence at `kind == "DISHONST"`, which never hits; so types are
told here, over the tree of its parser. What this module lets pass is pure and bounded: no macro runs over another's
items more than once, no text is matched but by RE2, and nothing is called but `FUNCTIONS`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from connectors.declaration import unknown
from gateway.rules.conditions.functions import FUNCTIONS, OPERATORS
from gateway.rules.conditions.tree import Call, Constant, Items, Loop, Name, Node, Other, Select
from gateway.rules.conditions.types import (
    ANY,
    BOOLEAN,
    DECIMAL,
    INTEGER,
    NULL,
    TEXT,
    Type,
    joined_types,
    list_of,
    unlike,
)

DEEPEST_LOOP: Final = 2
"""Two records of one section can be held against each other; three macros in each other are no condition any more."""
LONGEST_LIST: Final = 100


@dataclass(slots=True)
class Findings:
    """What a condition comes to: its type, the paths that it reads (`e.state`), and what is wrong with it."""

    type: Type = ANY
    reads: set[str] = field(default_factory=set)
    mistakes: list[str] = field(default_factory=list)


def check_tree(tree: Node, variables: Mapping[str, Type]) -> Findings:
    """Return what ``tree`` comes to over ``variables``."""
    walk = _Walk(variables)
    found = walk.type_of(tree, dict(variables), 0)
    return Findings(found, walk.reads, list(dict.fromkeys(walk.mistakes)))


class _Walk:
    """One walk over a tree; ``scope`` holds the types of names, those of macros with them."""

    def __init__(self, variables: Mapping[str, Type]) -> None:
        self._roots = variables
        self.reads: set[str] = set()
        self.mistakes: list[str] = []

    def type_of(self, node: Node, scope: Mapping[str, Type], loops: int) -> Type:
        """Return the type of ``node``; a part that is mistaken is noted and may be anything from then on."""
        match node:
            case Constant():
                return _constant(node)
            case Name() | Select():
                return self._path(node, scope, loops)
            case Items():
                return self._items(node, scope, loops)
            case Loop():
                return self._loop(node, scope, loops)
            case Call():
                return self._call(node, scope, loops)
            case Other():
                return self._wrong(f"a {node.what} has no place in a condition")

    def _wrong(self, message: str) -> Type:
        self.mistakes.append(message)
        return ANY

    def _path(self, node: Name | Select, scope: Mapping[str, Type], loops: int) -> Type:
        """Return the type of a name, or of what is selected from it step by step."""
        steps: list[str] = []
        root: Node = node
        while isinstance(root, Select):
            if root.tested:
                return self._wrong("`has` is not known: a field that is not there makes a condition unknown by itself")
            steps.insert(0, root.field)
            root = root.operand
        if not isinstance(root, Name):
            found = self.type_of(root, scope, loops)
            return self._steps(found, "…", steps)
        if root.name not in scope:
            return self._wrong(unknown("name", root.name, [name for name in scope if name[0] != "@"]))
        if root.name in self._roots:
            self.reads.add(".".join((root.name, *steps)))
        return self._steps(scope[root.name], root.name, steps)

    def _steps(self, type_: Type, place: str, steps: list[str]) -> Type:
        for step in steps:
            if type_.form == "any":
                return ANY
            if type_.fields is None:
                return self._wrong(f"`{place}` is {type_.word}, it has no field `{step}`")
            if step not in type_.fields:
                return self._wrong(f"`{place}`: {unknown('field', step, sorted(type_.fields))}")
            type_, place = type_.fields[step], f"{place}.{step}"
        return type_

    def _items(self, node: Items, scope: Mapping[str, Type], loops: int) -> Type:
        if len(node.items) > LONGEST_LIST:
            return self._wrong(f"a list of more than {LONGEST_LIST} items")
        found: Type | None = None
        for item in node.items:
            type_ = self.type_of(item, scope, loops)
            found = type_ if found is None else joined_types(found, type_) or self._wrong("a list of unlike items")
        return list_of(found or ANY)

    def _loop(self, node: Loop, scope: Mapping[str, Type], loops: int) -> Type:
        """Return the type of a macro: what its total starts as and what each step makes of it must agree."""
        over = self.type_of(node.over, scope, loops)
        if loops >= DEEPEST_LOOP:
            return self._wrong(f"macros stand in each other more than {DEEPEST_LOOP} deep")
        if node.item in scope:
            return self._wrong(f"the name `{node.item}` is taken: give the variable of the macro another")
        if over.form not in {"list", "any"}:
            return self._wrong(f"a macro runs over a list, not over {over.word}")
        inner = {**scope, node.item: over.item, node.total: self.type_of(node.start, scope, loops)}
        step = self.type_of(node.step, inner, loops + 1)
        return self.type_of(node.result, {**inner, node.total: step}, loops + 1)

    def _call(self, node: Call, scope: Mapping[str, Type], loops: int) -> Type:
        operands = [*([node.target] if node.target is not None else []), *node.arguments]
        types = [self.type_of(each, scope, loops) for each in operands]
        operator = OPERATORS.get(node.function)
        if operator is not None:
            return self._operator(operator, types, operands)
        function = FUNCTIONS.get(node.function)
        if function is None:
            word = node.function if node.function[0].isalpha() else _SYMBOLS.get(node.function, node.function)
            return self._wrong(unknown("function", word, list(FUNCTIONS)))
        for message in function.mistakes(types, method=node.target is not None):
            self.mistakes.append(f"{node.function}: {message}")
        return function.gives

    def _operator(self, operator: str, types: list[Type], operands: list[Node]) -> Type:
        match operator:
            case "logic":
                return self._all(types, BOOLEAN, "true or false")
            case "equal" | "order":
                return self._compared(types, ordered=operator == "order")
            case "in":
                return self._member(types, operands)
            case "choice":
                self._all(types[:1], BOOLEAN, "true or false")
                return joined_types(types[1], types[2]) or self._wrong("`?:` gives two unlike things")
            case "sum" if types[0].form == "list":
                return joined_types(*types) or self._wrong("a list and something else are added")
            case "inner":
                return BOOLEAN
        return self._arithmetic(types)

    def _all(self, types: list[Type], wanted: Type, words: str) -> Type:
        for type_ in types:
            if type_.form not in {wanted.form, "any"}:
                self.mistakes.append(f"expected {words}, found {type_.word}")
        return wanted

    def _compared(self, types: list[Type], *, ordered: bool) -> Type:
        if (message := unlike(*types, ordered=ordered)) is not None:
            self.mistakes.append(message)
        return BOOLEAN

    def _member(self, types: list[Type], operands: list[Node]) -> Type:
        """Check each item that is spelled out by itself: `in ["A", "B"]` is `== "A" || == "B"`."""
        one, many = types
        if many.form not in {"list", "any"}:
            return self._wrong(f"`in` looks into a list, not into {many.word}")
        spelled = operands[1]
        items = [_constant(each) if isinstance(each, Constant) else many.item for each in _spelled(spelled)]
        for item in items or [many.item]:
            self._compared([one, item], ordered=False)
        return BOOLEAN

    def _arithmetic(self, types: list[Type]) -> Type:
        forms = {type_.form for type_ in types} - {"any"}
        if not forms <= {"integer"} and not forms <= {"decimal"}:
            words = " and ".join(dict.fromkeys(type_.word for type_ in types))
            return self._wrong(f"no arithmetic with {words}: `double(…)` or a point makes a whole number one, as `2.0`")
        return INTEGER if forms == {"integer"} else DECIMAL


_SYMBOLS: Final = {"_[_]": "[…]"}


def _spelled(node: Node) -> Iterator[Node]:
    return iter(node.items if isinstance(node, Items) else ())


def _constant(node: Constant) -> Type:
    value = node.value
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return INTEGER
    if isinstance(value, float):
        return DECIMAL
    return Type("text", literal=value) if isinstance(value, str) else TEXT
