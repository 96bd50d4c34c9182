"""Reading of rule sets and overlays: every mistake at once, with its place; versions, days and digests."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest

from connectors.errors import ConfigError
from gateway.catalogue.bases import LegalBases, LegalBasis
from gateway.rules import Known, NoRuleSet, RuleBook, needs_of
from tests.gateway.rulesets import NEEDS, WORDS, mistakes_of, read, rule, tables

STANDS: Final = {"need": "listed", "when": "active(e)"}
BASES: Final = LegalBases({"law": LegalBasis(code="law", title="法", issuer="人大", level="LAW", verified=True)})
KNOWN: Final = Known({"GOVERNMENT_PROCUREMENT", "BANK_CREDIT"}, BASES)
CASE: Final[dict[str, Any]] = {"name": "listed", "expect": "HIT", "as_of": "2026-06-01"}

TOML: Final = """
code = "{code}"
version = "{version}"
title = {{ zh = "政府采购", en = "procurement" }}
purposes = ["GOVERNMENT_PROCUREMENT"]
advisory = {advisory}
{days}
[needs.listed]
section = "listEntries"
fields = ["kind", "state", "includedOn", "removedOn", "validUntil"]
[[rules]]
id = "{code}-01"
title = {{ zh = "名单", en = "list" }}
verdict = "{verdict}"
reason = {{ zh = "在名单上", en = "on a list" }}
basis = [{{ base = "law", article = "一" }}]
[[rules.any]]
need = "listed"
when = "active(e)"
"""


def toml(code: str = "GP", version: str = "1", days: str = "", verdict: str = "REJECT", advisory: str = "false") -> str:
    return TOML.format(code=code, version=version, days=days, verdict=verdict, advisory=advisory)


def changed(**keys: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change that sets keys of the set: `rule__verdict` of its rule, `clause__when` of the clause."""

    def change(written: dict[str, Any]) -> None:
        for key, value in keys.items():
            where, _, name = key.rpartition("__")
            table = {"": written, "rule": written["rules"][0], "clause": written["rules"][0]["any"][0]}[where]
            table[name.rstrip("_")] = value

    return change


def need(**keys: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change of the need `listed`."""
    return lambda written: written["needs"]["listed"].update(keys)


def case(**keys: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change that gives the rule one case."""
    return changed(rule__cases=[{**CASE, **keys}])


WRONG: Final = [
    (changed(code="gp"), "code: expected 2 to 8 capital letters and digits"),
    (changed(version=""), "version: expected a version of at most 32 letters and digits"),
    (changed(titel=WORDS), "titel: unknown key `titel`; known: code, version, title"),
    (changed(digest="0"), "digest: unknown key `digest`"),
    (changed(purposes=[]), "purposes: empty: the set could never be used"),
    (
        changed(purposes=["GOVERNMENT_PURCHASE"]),
        "purposes: unknown purpose `GOVERNMENT_PURCHASE`; known: BANK_CREDIT, GOV",
    ),
    (changed(demands=["licence"]), "demands: unknown input `licence`; known: case, requiredLicenses"),
    (changed(demands=["case", "case"]), "demands: `case` is repeated"),
    (changed(from_="2026"), "from: expected a date in quotes"),
    (changed(from_="2026-02-01", to="2026-01-01"), "to: is before `from`"),
    (changed(rules=[]), "rules: expected at least one"),
    (changed(needs={}), "needs: expected at least one"),
    (changed(needs={"as_of": NEEDS["listed"]}), "needs.as_of: not a name of a need"),
    (need(section="listEntry"), "needs.listed.section: `Organization`: unknown field `listEntry`; known: registration"),
    (need(section="courtEnforcement"), "needs.listed.section: `courtEnforcement` is no section: name one of it"),
    (need(section="name"), "needs.listed.section: `name` is no section"),
    (need(section="penalties.state"), "needs.listed.section: `state` is no section"),
    (need(section=".".join(["penalties"] * 11)), "needs.listed.section: expected names of fields joined by dots"),
    (need(arguments={"kind": "FIRE"}), "needs.listed.arguments.kind: unknown argument `kind`; known: since, kinds"),
    (need(arguments={"kinds": ["FIER"]}), "needs.listed.arguments.kinds: expected [ListKind!] of DISHONEST_JUDGMENT"),
    (need(arguments={"first": 5}), "needs.listed.arguments.first: unknown argument `first`"),
    (need(arguments={"active": "yes"}), "needs.listed.arguments.active: expected Boolean"),
    (
        need(section="identityConflicts", fields=["scheme", "source"]),
        "needs.listed.fields: `IdentityConflict`: unknown field `source`; known: scheme, value",
    ),
    (need(section="identityConflicts.conflicts"), "needs.listed.section: `identityConflicts` is no section"),
    (need(fields=[]), "needs.listed.fields: empty: no rule could read it"),
    (need(fields=["knid", "state"]), "needs.listed.fields: `ListEntry`: unknown field `knid`"),
    (need(fields=["state", "state"]), "needs.listed.fields: `state` is repeated"),
    (need(fields=["kind"]), "needs.listed.fields: `state` is missing: without it a repaired record"),
    (need(fields=["state", "provenance"]), "needs.listed.fields: `provenance` is no single value"),
    (need(fields=["state", "issues.code"]), "needs.listed.fields: `issues` holds many"),
    (need(fields=["state", "kind.x"]), "needs.listed.fields: `kind` has no fields within"),
    (need(max_age="24 hours"), "needs.listed.max_age: expected a period in quotes"),
    (need(min_confidence=1.5), "needs.listed.min_confidence: expected a number, more than 0 and at most 1, found 1.5"),
    (need(not_covered="PASS"), "needs.listed.not_covered: unknown value `PASS`; known: CLEAN, UNKNOWN"),
    (changed(rule__id="GP1"), "rules.1.id: expected the set's code and a number"),
    (changed(rule__id="TB-01"), "rules.TB-01.id: expected the code of the set, `GP-…`"),
    (lambda written: written["rules"].append(written["rules"][0]), "rules.GP-01.id: is repeated"),
    (changed(rule__title={"zh": "规则"}), "rules.1.title.en: missing"),
    (changed(rule__verdict="DENY"), "rules.1.verdict: unknown value `DENY`; known: ATTENTION, NOTE, REJECT"),
    (changed(rule__mandatory=False), "rules.GP-01.mandatory: a rule that rejects must be known"),
    (changed(rule__mark="high"), "rules.1.mark: expected a mark in capital letters"),
    (changed(rule__kinds=["COMPANY"]), "rules.1.kinds.1: unknown value `COMPANY`; known: ENTERPRISE"),
    (changed(rule__reveal="VERDICT_ONLY"), 'rules.GP-01.ground: missing: `reveal = "VERDICT_ONLY"` needs'),
    (changed(rule__ground=WORDS), "rules.GP-01.ground: is for `reveal"),
    (changed(rule__basis=[]), "rules.GP-01.basis: expected at least one legal basis"),
    (
        changed(rule__basis=[{"base": "lwa"}]),
        "rules.GP-01.basis.1.base: unknown legal basis `lwa`; known: law; did you",
    ),
    (changed(rule__from_="2016-08"), "rules.GP-01.from: expected a date in quotes"),
    (changed(rule__any=[]), "rules.GP-01.any: expected at least one clause"),
    (
        changed(rule__any=[{"need": "listed"}]),
        "rules.GP-01.any.1: expected exactly one of `when`, `lacks`, `test`, `same`, found 0",
    ),
    (
        changed(clause__test="true"),
        "rules.GP-01.any.1: expected exactly one of `when`, `lacks`, `test`, `same`, found 2",
    ),
    (changed(clause__need="lists"), "rules.GP-01.any.1.need: unknown need `lists`; known: listed"),
    (changed(rule__any=[{"when": "true"}]), "rules.GP-01.any.1.need: missing"),
    (changed(clause__when="e.kind == 'FIER'"), "rules.GP-01.any.1.when: unknown name `FIER`"),
    (changed(clause__when="e.reason == 'x'"), "rules.GP-01.any.1.when: `e`: unknown field `reason`"),
    (changed(clause__when="e.kind"), "rules.GP-01.any.1.when: gives a code, expected true or false"),
    (changed(clause__when="first.nosuch == null"), "rules.GP-01.any.1.when: `first`: unknown field `nosuch`"),
    (changed(clause__when="others.size() > 0"), "rules.GP-01.any.1.when: unknown name `others`"),
    (changed(clause__when="input.sum > 1"), "rules.GP-01.any.1.when: `input`: unknown field `sum`; known: amount"),
    (changed(clause__when="x" * 1001), "rules.1.any.1.when: expected a condition of at most 1,000 characters"),
    (changed(clause__for_each="input.requiredLicenses"), "rules.GP-01.any.1.for_each: does not go with `when`"),
    (changed(clause__at_least=1), "rules.1.any.1.at_least: expected a whole number, at least 2, found 1"),
    (changed(clause__at_least=2, clause__latest="includedOn"), "rules.GP-01.any.1.latest: does not go with `at_least`"),
    (changed(clause__sum="kind"), "rules.GP-01.any.1.over: missing: `sum` needs it"),
    (changed(clause__sum="kind", clause__over="1"), "rules.GP-01.any.1.sum: `kind` is a code, expected a number"),
    (changed(clause__sum="x.y", clause__over="1"), "rules.GP-01.any.1.sum: unknown field `x`"),
    (changed(clause__over="1"), "rules.GP-01.any.1.sum: missing: `over` needs it"),
    (changed(clause__latest="kind"), "rules.GP-01.any.1.latest: `kind` is a code, expected a date, month or year"),
    (
        changed(rule__any=[{"need": "listed", "same": ["kind"]}]),
        "rules.GP-01.any.1.same: compares the subjects of a lot",
    ),
    (
        changed(rule__any=[{"need": "listed", "same": ["knid"]}], rule__scope="LOT"),
        "rules.GP-01.any.1.same: unknown field `knid`; known: includedOn",
    ),
    (
        changed(rule__any=[{"need": "listed", "lacks": "e.kind == r", "for_each": "input.amount"}]),
        "rules.GP-01.any.1.for_each: gives a number, expected a list",
    ),
    (
        changed(rule__any=[{"need": "listed", "lacks": "e.kind == r"}]),
        "rules.GP-01.any.1.lacks: unknown name `r`",
    ),
    (
        changed(
            rule__any=[{"need": "listed", "lacks": "r.kidn == e.kind", "for_each": "input.requiredQualifications"}]
        ),
        "rules.GP-01.any.1.lacks: `r`: unknown field `kidn`; known: grade, kind",
    ),
    (case(expect="MISS"), "rules.1.cases.1.expect: unknown value `MISS`"),
    (case(as_of="2026-06-31"), "rules.GP-01.cases.1.as_of: expected a date in quotes"),
    (case(lists={}), "rules.GP-01.cases.1.lists: unknown need `lists`"),
    (case(input={"amuont": 5}), "rules.GP-01.cases.1.input.amuont: unknown key `amuont`; known: requiredLicenses"),
    (case(input={"amount": -5}), "rules.GP-01.cases.1.input.amount: expected a number, at least 0"),
    (case(subject={"kind": "FIRM"}), "rules.GP-01.cases.1.subject.kind: unknown kind `FIRM`"),
    (case(listed={"state": "OK"}), "rules.GP-01.cases.1.listed.state: unknown state `OK`; known: COMPLETE"),
    (case(listed={"item": []}), "rules.GP-01.cases.1.listed.item: unknown key `item`; known: state, items"),
    (case(listed={"items": [{"knid": "FIRE"}]}), "rules.GP-01.cases.1.listed.items.1.knid: unknown field `knid`"),
    (case(others=[{"lists": {}}]), "rules.GP-01.cases.1.others.1.lists: unknown need `lists`"),
    (changed(rule__cases=[CASE, CASE]), "rules.GP-01.cases.1.name: is repeated"),
]


def listed_only() -> dict[str, Any]:
    return deepcopy(tables(rule("GP-01", dict(STANDS)), needs={"listed": NEEDS["listed"]}))


@pytest.mark.parametrize(("change", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_mistake_is_told_with_its_place(change: Callable[[dict[str, Any]], None], message: str) -> None:
    written = listed_only()
    assert mistakes_of(written, KNOWN) == []
    change(written)
    told = mistakes_of(written, KNOWN)
    assert any(each.startswith(message) for each in told), told


def test_all_mistakes_are_told_at_once() -> None:
    """Invariant 10."""
    written = listed_only()
    for change in (changed(purposes=["X"]), need(fields=["state", "x"]), changed(rule__basis=[]), case(as_of="x")):
        change(written)
    changed(clause__when="e.kind == 'X'")(written)
    assert [each.partition(":")[0] for each in mistakes_of(written, KNOWN)] == [
        "purposes",
        "needs.listed.fields",
        "rules.GP-01.basis",
        "rules.GP-01.any.1.when",
        "rules.GP-01.cases.1.as_of",
    ]


def test_a_mistake_in_one_hides_no_other() -> None:
    """What is not known of a mistaken need is no mistake of the rules that read it."""
    written = listed_only()
    need(section="listEntry")(written)
    assert [each.partition(":")[0] for each in mistakes_of(written, KNOWN)] == ["needs.listed.section"]
    assert mistakes_of({"code": 5, "rules": [3, {"cases": 4}], "needs": {"x": 1}}) != []


def test_a_need_of_a_hidden_rule_is_read_by_no_other() -> None:
    hidden = rule("GP-02", dict(STANDS), reveal="VERDICT_ONLY", ground=WORDS)
    told = mistakes_of(tables(rule("GP-01", dict(STANDS)), hidden))
    assert told == [
        "rules.GP-02: need `listed` is read by other rules too, and with other rights: give this rule one of its own"
    ]
    test = rule("GP-01", {"test": "all.listed.size() > 0"})
    assert mistakes_of(tables(test, hidden)) == told
    assert mistakes_of(tables(hidden, {**hidden, "id": "GP-03"})) == []


def test_needs_of_a_rule_are_those_that_its_conditions_touch_too() -> None:
    clauses = [
        {"test": "first.levels == null || all.penalties.size() > 1"},
        {"need": "listed", "when": "active(e) && first.registration == null"},
        {
            "need": "cases",
            "when": "true",
            "sum": "amount.amount",
            "over": "first.registration.registeredCapital.amount",
        },
    ]
    (made,) = read(tables(rule("GP-01", *clauses))).rules
    assert needs_of(made) == ("levels", "penalties", "listed", "registration", "cases")


def test_a_null_in_a_case_is_an_empty_table() -> None:
    item = {"kind": "FIRE", "removedOn": {}, "validUntil": {}}
    others = [{"uscc": "2", "listed": {"items": [item]}}]
    made = read(tables(rule("GP-01", dict(STANDS), cases=[{**CASE, "listed": {"items": [item]}, "others": others}])))
    (found,) = made.rules[0].cases
    plain = {"kind": "FIRE", "removedOn": None, "validUntil": None}
    assert found.evidence == {"listed": {"items": [plain]}}
    assert found.others == [{"uscc": "2", "listed": {"items": [plain]}}]


def test_a_digest_is_of_what_bears_on_a_verdict() -> None:
    plain = read(tables(rule("GP-01", dict(STANDS)))).digest
    with_case = read(tables(rule("GP-01", dict(STANDS), cases=[{**CASE, "listed": {}}]))).digest
    turned = dict(reversed(tables(rule("GP-01", dict(STANDS))).items()))
    assert plain == with_case == read(turned).digest
    assert plain != read(tables(rule("GP-01", {"need": "listed", "when": "usable(e)"}))).digest
    assert plain != read(tables(rule("GP-01", dict(STANDS), verdict="ATTENTION"))).digest


def written(folder: Path, **files: str) -> RuleBook:
    """Return the book of ``files``: `gp_2022` is `gp-2022.toml`, `overlay_bank` is `overlays/bank.toml`."""
    (folder / "overlays").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        kind, _, rest = name.partition("_")
        path = f"overlays/{rest}" if kind == "overlay" else name.replace("_", "-")
        (folder / f"{path}.toml").write_text(text, encoding="utf-8")
    return RuleBook.load(folder, KNOWN)


def told(folder: Path, **files: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        written(folder, **files)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_a_set_is_found_by_its_day(tmp_path: Path) -> None:
    book = written(
        tmp_path,
        gp_2022=toml(version="2022.1", days='from = "2022-01-01"\nto = "2026-03-31"'),
        gp=toml(version="2026.1", days='from = "2026-04-01"'),
        bk=toml("BK"),
    )
    assert [book.at("GP", day).version for day in ("2022-01-01", "2026-03-31", "2026-04-01")] == [
        "2022.1",
        "2022.1",
        "2026.1",
    ]
    assert book.at("BK", "1999-01-01").file == "bk.toml"
    assert (len(book), [each.version for each in book]) == (3, ["1", "2022.1", "2026.1"])
    with pytest.raises(NoRuleSet, match="`GP` has no version in force on 2021-12-31"):
        book.at("GP", "2021-12-31")
    with pytest.raises(NoRuleSet, match="unknown rule set `XX`; known: BK, GP"):
        book.at("XX", "2026-01-01")


def test_a_folder_that_is_not_there_holds_no_rules(tmp_path: Path) -> None:
    assert len(RuleBook.load(tmp_path / "none")) == 0


def test_versions_of_a_set_do_not_overlap(tmp_path: Path) -> None:
    assert told(
        tmp_path, gp_2022=toml(version="2", days='to = "2026-04-01"'), gp=toml(version="2", days='from = "2026-04-01"')
    ) == [
        "gp.toml: from: `gp-2022.toml` is in force on some of the same days",
        "gp.toml: version: `2` is the version of `gp-2022.toml` too",
    ]


def test_a_file_is_named_for_its_set(tmp_path: Path) -> None:
    assert told(tmp_path, tb=toml("GP")) == ["tb.toml: code: expected the code with which the file's name begins"]


def test_mistakes_of_all_files_are_told(tmp_path: Path) -> None:
    found = told(tmp_path, gp="code = ", bk=toml("BK", verdict="X"), overlay_bank='set = "GP"', overlay_x="set =")
    assert [": ".join(each.split(": ")[:2]) for each in found] == [
        "bk.toml: rules.1.verdict",
        "gp.toml: line 1",
        "overlays/bank.toml: raise",
        "overlays/x.toml: line 1",
    ]


OVERLAY: Final = (
    '{head}\n[[raise]]\nrule = "{rule}"\nverdict = "{verdict}"\nreason = {{ zh = "本行规定", en = "our rule" }}\n'
)


def raising(head: str = 'set = "BK"', rule: str = "BK-01", verdict: str = "REJECT") -> str:
    return OVERLAY.format(head=head, rule=rule, verdict=verdict)


def test_an_overlay_is_its_clients(tmp_path: Path) -> None:
    book = written(tmp_path, bk=toml("BK", advisory="true"), overlay_bank=raising())
    own = book.overlay("bank", "BK")
    assert own is not None
    assert (own.client, own.of("BK-01") is not None, own.of("BK-02")) == ("bank", True, None)
    assert (book.overlay("tender", "BK"), book.overlay("bank", "GP"), book.overlays) == (None, None, [own])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("bank", raising('set = "XX"'), "set: unknown rule set `XX`; known: BK, GP, TB"),
        ("bank", raising('set = "GP"', "GP-01"), "set: `GP` is not advisory: its verdicts rest on the law"),
        ("bank", raising(rule="BK-09"), "raise.1.rule: unknown rule `BK-09`; known: BK-01"),
        ("bank", raising(verdict="NOTE"), "raise.1.verdict: unknown value `NOTE`; known: ATTENTION, REJECT"),
        ("bank", raising() + raising(head=""), "raise.2.rule: `BK-01` is repeated"),
        ("bank", 'set = "BK"\nraise = []', "raise: empty: the overlay says nothing"),
        ("bank", raising('set = "BK"\nwhen = "true"'), "when: unknown key `when`; known: set, raise"),
        ("bank", raising('set = "TB"', "TB-01"), "raise.1.rule: `TB-01` is a note in favor of its subject"),
    ],
    ids=["set", "not advisory", "rule", "verdict", "repeated", "empty", "condition", "note"],
)
def test_a_mistaken_overlay_is_told(tmp_path: Path, name: str, text: str, message: str) -> None:
    sets = {"bk": toml("BK", advisory="true"), "gp": toml(), "tb": toml("TB", verdict="NOTE", advisory="true")}
    (found,) = told(tmp_path, **sets, **{f"overlay_{name}": text})
    assert found.startswith(f"overlays/{name}.toml: {message}")


@pytest.mark.parametrize(
    ("clients", "message"),
    [
        ({"bnak": ["BANK_CREDIT"]}, "rules/overlays/bank.toml: out of use, unknown client `bank`; known: bnak"),
        (
            {"bank": ["BIDDING"]},
            "rules/overlays/bank.toml: set: out of use, client `bank` has no purpose for which `BK`",
        ),
        ({"bank": ["BIDDING", "GOVERNMENT_PROCUREMENT"]}, None),
    ],
    ids=["no such client", "another purpose", "in use"],
)
def test_an_overlay_that_nobody_can_use_is_told_and_stops_nothing(
    tmp_path: Path, clients: dict[str, list[str]], message: str | None
) -> None:
    book = written(tmp_path, bk=toml("BK", advisory="true"), overlay_bank=raising())
    found = [str(each) for each in book.unused(clients)]
    assert [each[: len(message or "")] for each in found] == ([message] if message is not None else [])
    assert all(each.endswith("remove the file, or name it for the client that it is of") for each in found)
