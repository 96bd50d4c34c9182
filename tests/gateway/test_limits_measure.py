"""Sizes of documents: the one pass against a counter that walks every spread, and the refusals."""

from dataclasses import dataclass
from random import Random

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_introspection_query,
    parse,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import BadQuery, TooCostly
from gateway.limits.measure import Size, check_document, check_text, measure
from gateway.limits.spec import DocumentLimits
from gateway.plan.document import LONGEST_MESSAGE, MAX_COMPARISONS, Documents
from schema.schema import SCHEMA
from tests.drawn import examples

NAMES = tuple(f"F{number}" for number in range(5))


@dataclass
class Naive:
    """Walks every spread, as often as it is written: right, and exponential."""

    fragments: dict[str, FragmentDefinitionNode]
    depth: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    most: int = 0

    def at(self, directives: int) -> None:
        self.directives += directives
        self.most = max(self.most, directives)

    def walk(self, selection_set: SelectionSetNode | None, level: int) -> None:
        for node in selection_set.selections if selection_set else ():
            self.at(len(node.directives or ()))
            if isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                self.at(len(fragment.directives or ()))
                self.walk(fragment.selection_set, level)
                continue
            inner = level
            if isinstance(node, FieldNode):
                inner += 1
                self.depth = max(self.depth, inner)
                self.aliases += node.alias is not None
                self.root_fields += level == 0
            self.walk(getattr(node, "selection_set", None), inner)


def naive(document: DocumentNode) -> Size:
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    found = []
    for node in document.definitions:
        assert isinstance(node, FragmentDefinitionNode | OperationDefinitionNode)
        counter = Naive(fragments)
        counter.at(len(node.directives or ()))
        variables = node.variable_definitions or () if isinstance(node, OperationDefinitionNode) else ()
        for variable in variables:
            counter.at(len(variable.directives or ()))
        counter.walk(node.selection_set, 0)
        roots = counter.root_fields if isinstance(node, OperationDefinitionNode) else 0
        found.append((counter.depth, counter.aliases, roots, counter.directives, counter.most, len(variables)))
    return Size(*(max(column) for column in zip(*found, strict=True)))


@dataclass
class Writer:
    """Writes random documents; small enough to walk every spread of them."""

    random: Random

    def directives(self) -> str:
        return " @d" * self.random.choice((0, 0, 0, 1, 2, 3))

    def selection(self, spreads: tuple[str, ...], room: int) -> str:
        """Return a selection set that spreads only fragments of ``spreads``."""
        parts = [self.part(spreads, room) for _ in range(self.random.randint(1, 3))]
        return "{ " + " ".join(parts) + " }"

    def part(self, spreads: tuple[str, ...], room: int) -> str:
        form = self.random.choice(("field", "field", "spread", "inline", "deep"))
        if form == "spread" and spreads:
            return f"...{self.random.choice(spreads)}{self.directives()}"
        head = self.random.choice(("f", "a: f")) if form != "inline" else "..."
        inner = self.selection(spreads, room - 1) if room and form != "field" else "{ f }" if form == "inline" else ""
        return f"{head}{self.directives()} {inner}"

    def document(self) -> str:
        parts = [
            f"fragment {name} on T{self.directives()} {self.selection(NAMES[at + 1 :], 2)}"
            for at, name in enumerate(NAMES)  # which spread only later ones: none within itself
        ]
        for number in range(self.random.randint(1, 2)):
            variables = " ".join(f"$v{at}: Int{self.directives()}" for at in range(self.random.randint(0, 2)))
            head = f"query Q{number} ({variables})" if variables else f"query Q{number}"
            parts.append(f"{head}{self.directives()} {self.selection(NAMES, 2)}")
        self.random.shuffle(parts)
        return "\n".join(parts)


@settings(max_examples=examples(100))
@given(st.integers(0, 2**31).map(lambda seed: Writer(Random(seed)).document()))
def test_one_pass_counts_what_walking_every_spread_counts(text: str) -> None:
    document = parse(text)
    assert measure(document) == naive(document)


@given(st.permutations(NAMES), st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=12))
def test_fragments_within_themselves_are_measured_to_an_end(order: list[str], spreads: list[tuple[str, str]]) -> None:
    """Validation refuses them; before it they must not hang."""
    bodies = {name: "f " + " ".join(f"...{to}" for at, to in spreads if at == name) for name in order}
    text = " ".join(f"fragment {name} on T {{ {body} }}" for name, body in bodies.items())
    assert measure(parse("{ ...F0 ...Unknown } " + text)).depth == 1


def test_a_hundred_fragments_that_double_are_counted_whole() -> None:
    chain = "".join(f"fragment F{at} on T {{ ...F{at + 1} ...F{at + 1} }} " for at in range(99))
    assert measure(parse(f"{{ ...F0 }} {chain} fragment F99 on T {{ a: f }}")).aliases == 2**99


SMALL = DocumentLimits(
    max_bytes=200,
    max_depth=3,
    max_aliases=2,
    max_root_fields=3,
    max_directives=4,
    max_directives_per_location=2,
    max_fragments=1,
    max_variables=2,
)


@pytest.mark.parametrize(
    ("text", "limit", "found"),
    [
        ("{ a { b { c { d } } } }", "max_depth", 4),
        ("{ a { ...F } } fragment F on T { b { c { d } } }", "max_depth", 4),
        ("{ __schema { types { fields { name } } } }", "max_depth", 4),
        ("{ x: a y: a z: a }", "max_aliases", 3),
        ("{ a { ...F ...F } } fragment F on T { x: b y: b }", "max_aliases", 4),
        ("{ a b c d }", "max_root_fields", 4),
        ("{ a b ...F } fragment F on T { c d }", "max_root_fields", 4),
        ("{ a b ... { c ... { d } } }", "max_root_fields", 4),
        ("{ a @x b @x c { d @x e @x @y } }", "max_directives", 5),
        ("query @x { a @x ... @x { b @x c @x } }", "max_directives", 5),
        ("{ a @x @x @x }", "max_directives_per_location", 3),
        ("query ($v: Int @x @x @x) { a }", "max_directives_per_location", 3),
        ("{ ...F ...G } fragment F on T { a } fragment G on T { a }", "max_fragments", 2),
        ("query ($a: Int $b: Int $c: Int) { a }", "max_variables", 3),
        ("{ a } query B { x: a y: a z: a }", "max_aliases", 3),
        ("{ a } fragment Unused on T { x: a y: a z: a }", "max_aliases", 3),
    ],
)
def test_what_is_over_a_limit_says_which(text: str, limit: str, found: int) -> None:
    with pytest.raises(TooCostly) as raised:
        check_document(parse(text), SMALL)
    allowed = getattr(SMALL, limit)
    assert raised.value.extensions == {"limit": limit, "allowed": allowed, "found": found}
    assert str(found) in raised.value.message
    assert str(allowed) in raised.value.message


@pytest.mark.parametrize(
    "text",
    [
        "{ a { b { c } } }",
        "{ a { ...F } } fragment F on T { x: b { y: c } }",
        "query @x @y { a @x @y b c }",
        "query ($a: Int $b: Int) { a }",
        "fragment F on T { a b c d e }",
    ],
)
def test_what_is_at_a_limit_passes(text: str) -> None:
    check_document(parse(text), SMALL)


@pytest.mark.parametrize(("text", "found"), [("a" * 201, 201), ("字" * 67, 201), ("字" * 300, 300)])
def test_bytes_count_and_not_characters(text: str, found: int) -> None:
    with pytest.raises(TooCostly) as raised:
        check_text(text, SMALL)
    assert raised.value.extensions == {"limit": "max_bytes", "allowed": 200, "found": found}
    check_text("字" * 66, SMALL)


def refused(text: str) -> TooCostly:
    with pytest.raises(TooCostly) as raised:
        Documents(SCHEMA).operation(text, None)
    return raised.value


@pytest.mark.parametrize(
    "text", ["{a" * 900 + "}" * 900, "{" + "...{" * 900, "{a(b:" + "[" * 1900, "query($a:" + "[" * 1900]
)
def test_what_nests_hundreds_of_levels_is_too_deep_and_no_fault(text: str) -> None:
    assert refused(text).extensions == {"limit": "max_depth", "allowed": 24, "found": 201}


def test_tokens_are_counted_up_to_the_limit() -> None:
    assert refused("{ " + "a " * 4_000 + "}").extensions == {"limit": "max_tokens", "allowed": 4_000, "found": 4_001}


@pytest.mark.parametrize(
    "text",
    [
        '{ subject(key: {value: "1"}) { ... on Enterprise { ' + "penalties { state } " * 200 + "} } }",
        '{ subject(key: {value: "1"}) { ' + "__typename " * 300 + "} }",
    ],
)
def test_fields_of_one_name_are_compared_so_often_and_no_further(text: str) -> None:
    """graphql-core would compare them all, in up to a second of work for others."""
    assert refused(text).extensions == {
        "limit": "max_comparisons",
        "allowed": MAX_COMPARISONS,
        "found": MAX_COMPARISONS + 1,
    }


def test_the_standard_introspection_passes() -> None:
    text = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    assert measure(parse(text)).depth == 15
    assert Documents(SCHEMA).operation(text, None).is_query


def test_a_message_that_quotes_a_long_value_is_cut() -> None:
    many = " ".join(f"a{number}: 1" for number in range(600))
    with pytest.raises(BadQuery) as raised:
        Documents(SCHEMA).operation(f"{{ subject(key: {{ {many} }}) {{ __typename }} }}", None)
    assert len(raised.value.message) == LONGEST_MESSAGE + 1
