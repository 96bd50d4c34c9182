"""The contenders of Node: schemas of their subgraphs, what is said without Node, answers where it is installed."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, build_schema

from gateway.demo import Departments
from gateway.demo.subjects import DEFAULT_SIZE
from tests.benchmarks import packages, report
from tests.benchmarks.__main__ import main
from tests.benchmarks.ask import compared_usccs, unequal
from tests.benchmarks.beside_node import Ratios, federation_ratios
from tests.benchmarks.federation import SUBGRAPHS, federated, schemas
from tests.benchmarks.load import Slice, Taken
from tests.benchmarks.measure import Figures
from tests.benchmarks.plain_strawberry import make_schema
from tests.benchmarks.processor import used_ns
from tests.benchmarks.running import Contender, Load, contenders, load
from tests.benchmarks.workloads import APOLLO, FEDERATED, GATEWAY, HANDWRITTEN, workloads

WITH_NODE = pytest.mark.skipif(not packages.installed(), reason="the packages of Node are installed by `make bench`")


def test_every_field_of_a_subject_has_one_owner() -> None:
    owners: Counter[str] = Counter()
    for name, sdl in schemas().items():
        fields = _fields(sdl, "Organization")
        assert fields == {"uscc", *SUBGRAPHS[name]}
        owners.update(fields - {"uscc"})
    assert owners == Counter(_fields(make_schema().as_str(), "Subject") - {"uscc"})


def test_what_several_subgraphs_have_is_shareable() -> None:
    types = Counter(name for sdl in schemas().values() for name in re.findall(r"^type (\w+)", sdl, re.MULTILINE))
    several = {name for name, count in types.items() if count > 1} - {"Organization"}
    assert several == {"Money"}
    assert all("type Money @shareable {" in sdl for sdl in schemas().values() if "type Money" in sdl)


def test_without_node_it_is_said_and_nothing_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["--contenders", GATEWAY, APOLLO]) == 1
    assert "apt-get install nodejs npm" in capsys.readouterr().out


def test_an_old_node_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.19.1\n", encoding="ascii")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(packages.Missing, match=r"20 or later.*here is v18\.19\.1"):
        packages.prepare(print, tmp_path / "home")


def test_packages_are_named_by_exact_versions_and_nothing_else_says_where_they_are() -> None:
    named = json.loads((packages.SCRIPTS / "package.json").read_bytes())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in named.values())
    assert {path.name for path in packages.SCRIPTS.iterdir() if path.suffix != ".js"} == {"package.json"}
    assert all((packages.SCRIPTS / f"{name}.js").is_file() for name in FEDERATED)


def test_ratios_are_taken_to_the_gateway_alone_to_it_with_its_subgraphs_and_to_all_that_asks() -> None:
    ours, theirs, asking = Figures(), Figures(), Figures()
    for own_ns, subgraphs_ns in ((4_000, 4_000), (2_000, 6_000)):
        ours.add(Taken(1.0, [5], 10, 0), 2_000, 0)
        theirs.add(Taken(1.0, [5], 10, 0), own_ns, 0, subgraphs_ns)
        asking.add(Taken(1.0, [5], 10, 0), 2_000, 0)
    figures = {GATEWAY: ours, APOLLO: theirs}
    assert list(federation_ratios(figures)) == [Ratios(APOLLO, [0.5, 1.0], [0.25, 0.25], ())]
    assert list(federation_ratios(figures | {HANDWRITTEN: asking})) == [
        Ratios(APOLLO, [0.5, 1.0], [0.25, 0.25], [0.2, 0.2])
    ]
    assert list(federation_ratios({APOLLO: theirs})) == []
    cell = report._cell_json("Q1", 1, figures)
    assert cell["ratios"]["gateway/apollo"]["cpu_with_subgraphs"] == 0.25
    assert cell["contenders"][APOLLO]["subgraphs_cpu_us"] == 5.0


@WITH_NODE
def test_federations_answer_the_same(demo_departments: Departments, tmp_path: Path) -> None:
    packages.prepare(print)
    exported: list[tuple[int, int]] = []
    with (
        contenders([HANDWRITTEN], demo_departments, tmp_path) as of_python,
        federated(FEDERATED, demo_departments, tmp_path, DEFAULT_SIZE, lambda *each: exported.append(each)) as of_node,
        load() as loading,
    ):
        assert list(unequal([*of_python, *of_node], list(workloads(10).values()), compared_usccs()[:22])) == []
        assert all(_loaded(loading, each).incomplete == 0 for each in of_node)
        assert all(each.subgraphs_pid and used_ns([each.subgraphs_pid]) > 0 for each in of_node)
    assert exported[-1][0] == exported[-1][1] == len(exported)


def _loaded(loading: Load, contender: Contender) -> Taken:
    port, headers, size = contender.port, contender.headers, DEFAULT_SIZE
    return loading.take(Slice(contender.name, port, headers, "Q1", 4, 0.0, 0, size, 1, least=4))


def _fields(sdl: str, name: str) -> set[str]:
    found = build_schema(sdl, assume_valid_sdl=True).type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return set(found.fields)
