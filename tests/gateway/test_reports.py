"""A report says what the answers say: none only where it is attested, three-valued labels, nothing left out."""

import unicodedata
from typing import Any

import pytest
from graphql import parse, validate
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BadParameters, BadRequest, SubjectNotResolved
from gateway.limits.measure import check_document
from gateway.limits.spec import DocumentLimits
from gateway.reports.clean import MAXIMUM_CHARACTERS, Everything, clean
from gateway.reports.contents import GROUPS, PARTS
from gateway.reports.document import DOCUMENT, page_document
from gateway.reports.labels import labels
from gateway.reports.model import Record, Report, Section
from gateway.reports.order import read_order
from gateway.reports.report import make_report, require_subject
from gateway.reports.sections import section_of
from gateway.reports.times import city_time
from gateway.reports.values import value_of
from gateway.reports.view import view_of
from gateway.reports.words import Words, label
from schema.enums import SectionState
from schema.schema import SCHEMA
from tests.gateway.report_answers import MADE, TODAY, coverage, item, page, report, section

NONE = "无记录"
FORBIDDEN = {"code": "FIELD_FORBIDDEN", "reason": "CONSENT_MISSING", "needs": {"consent": "TaxCreditRating.*"}}


def sections_of(made: Report) -> dict[str, Section]:
    return {each.name: each for part in made.parts for each in part.sections}


def one(made: Report, name: str) -> Record:
    (record,) = sections_of(made)[name].records
    return record


@pytest.mark.parametrize("text", [DOCUMENT, *map(page_document, GROUPS)], ids=["all", *GROUPS])
def test_the_queries_fit_the_schema_and_the_limits_of_everybody(text: str) -> None:
    document = parse(text, max_tokens=DocumentLimits().max_tokens)
    assert validate(SCHEMA, document) == []
    check_document(document, DocumentLimits())


def test_the_nine_sections_stand_in_the_national_order() -> None:
    names = ["基础信息", "行政管理", "诚实守信", "严重失信", "经营异常", "信用承诺", "信用评价", "司法判决", "其他"]
    assert [(each.number, each.title.zh) for each in report().parts] == list(enumerate(names, 1))
    assert [each.number for each in PARTS] == list(range(1, 10))


def test_an_attested_none_is_told_as_such() -> None:
    told = sections_of(report())["penalties"]
    assert told.summary.zh.endswith(NONE)
    assert report().parts[1].complete


@pytest.mark.parametrize("state", [each for each in SectionState.__members__ if each != "COMPLETE"])
@pytest.mark.parametrize("count", [0, 2])
def test_what_is_not_complete_never_reads_as_none(state: str, count: int) -> None:
    said = {"penalties": section([item("penalties", each) for each in range(count)], state)}
    made = report(said)
    told = sections_of(made)["penalties"]
    assert not told.summary.zh.endswith(f"：{NONE}")
    assert "None on record" not in told.summary.en
    assert made.parts[1].complete is (state == "NOT_COVERED")
    if state in ("PARTIAL", "UNKNOWN"):
        assert "示例法院" in told.summary.zh
        assert told.asked[0].status == "UNAVAILABLE"


def test_a_source_that_did_not_answer_is_named_with_reason_and_until_when() -> None:
    asked = [coverage("CLOSED", reason="the source says that it is closed", until="2026-11-27T05:30:00+08:00")]
    told = sections_of(report({"judgments": section(state="UNKNOWN", coverage=asked)}))["judgments"]
    assert told.summary.zh == "情况不明，不能视为无记录：示例法院（停止服务时段，预计 2026-11-27 05:30:00 后恢复）"
    assert "the source says that it is closed, expected back after 2026-11-27 05:30:00" in told.summary.en


def test_a_denied_relation_is_named_and_is_not_none() -> None:
    errors = [{"path": ["subject", "taxRatings"], "extensions": FORBIDDEN}]
    made = report({"taxRatings": None}, errors)
    told = sections_of(made)["taxRatings"]
    assert told.state == "DENIED"
    assert told.denied is not None
    assert (told.denied.reason, told.denied.needs) == ("CONSENT_MISSING", {"consent": "TaxCreditRating.*"})
    assert "不表示没有记录" in told.summary.zh
    assert not made.parts[6].complete
    assert any("经信息主体授权" in each.zh for each in made.hints)


def test_a_denied_field_a_misread_one_and_none_differ() -> None:
    given_ = item("licenses", issues=[{"field": "decision_no", "code": "MISREAD"}], openEnded=True)
    errors = [{"path": ["subject", "licenses", "items", 0, "content"], "extensions": FORBIDDEN}]
    values = {each.field: each for each in one(report({"licenses": section([given_])}, errors), "licenses").values}
    assert values["decisionNo"].missing == "MISREAD"
    assert values["content"].missing == "DENIED"
    assert values["decisionName"].missing == "NONE"
    assert (values["validTo"].missing, values["validTo"].text.zh) == (None, "长期")


@pytest.mark.parametrize(
    ("path", "value", "zh", "en"),
    [
        ("fineAmount", {"amount": "1230000.50", "currency": "CNY"}, "1,230,000.50 元", "CNY 1,230,000.50"),
        ("fineAmount", {"amount": "-3", "currency": "USD"}, "-3 USD", "USD -3"),
        ("categories", ["FINE", "WARNING"], "罚款、警告", "Fine, Warning"),
        ("categories", ["NEW_CODE"], "NEW_CODE", "NEW_CODE"),
        ("facts", "#panic()", "#panic()", "#panic()"),
    ],
    ids=["money", "other_currency", "codes", "unknown_code", "text"],
)
def test_values_are_told_in_words(path: str, value: Any, zh: str, en: str) -> None:
    told = value_of("AdministrativePenalty", path, item("penalties", **{path: value}), denied=False)
    assert (told.value, told.text) == (value, Words(zh, en))


def test_labels_are_those_of_the_schema_in_short() -> None:
    assert label("AdministrativePenalty", "fineAmount") == Words("罚款金额", "Amount of the fine")
    assert label("AdministrativePenalty", "authority").zh == "处罚机关"


BLACK = item("dishonest", kind="WAGE_ARREARS", includedOn="2026-04-02")


@pytest.mark.parametrize(
    ("entry", "answer"),
    [
        ({}, "YES"),
        ({"removedOn": "2026-11-26"}, "NO"),
        ({"removedOn": "2026-11-27"}, "YES"),
        ({"validUntil": "2026-11-25"}, "NO"),
        ({"validUntil": TODAY}, "YES"),
        ({"state": "REPAIRED"}, "NO"),
        ({"state": "PUBLICITY_ENDED"}, "NO"),
        ({"state": None}, "UNKNOWN"),
        ({"issues": [{"field": "removed_on", "code": "MISREAD"}]}, "UNKNOWN"),
    ],
    ids=["stands", "removed", "removed_later", "run_out", "last_day", "repaired", "ended", "no_state", "misread"],
)
def test_a_label_rests_on_entries_that_stand(entry: dict[str, Any], answer: str) -> None:
    made = report({"dishonest": section([{**BLACK, **entry}])})
    assert made.labels[1].answer == answer


def test_a_label_is_unknown_where_the_court_did_not_answer() -> None:
    made = report({"dishonestDebtors": section(state="UNKNOWN")})
    assert [each.answer for each in made.labels] == ["NO", "UNKNOWN", "NO", "YES"]
    assert made.labels[1].text.zh == "无法判断：未取得答复：示例法院（无法连接或系统故障）"
    assert any("失信被执行人" in each.zh for each in made.hints)


def test_a_known_entry_is_never_lost_to_a_source_that_is_down() -> None:
    made = report({"dishonest": section([BLACK], "PARTIAL"), "dishonestDebtors": section(state="UNKNOWN")})
    assert made.labels[1].answer == "YES"
    assert "至少" in made.labels[1].text.zh


@pytest.mark.parametrize(("status", "answer"), [("IN_BUSINESS", "YES"), ("REVOKED", "NO"), (None, "UNKNOWN")])
def test_in_business_is_what_the_registry_says(status: str | None, answer: str) -> None:
    assert report({"registration": section([item("registration", status=status)])}).labels[3].answer == answer


STATES = st.sampled_from(["COMPLETE", "PARTIAL", "UNKNOWN", "NOT_COVERED"])


@given(st.lists(STATES, min_size=6, max_size=6), st.sets(st.integers(0, 5)), st.sets(st.integers(0, 5)))
def test_taking_evidence_away_never_makes_a_no(states: list[str], listed: set[int], lost: set[int]) -> None:
    names = ["honest", "dishonest", "dishonestDebtors", "abnormal", "nonNormalTax", "registration"]
    said = {
        name: section([item(name)] if at in listed and states[at] != "UNKNOWN" else [], states[at])
        for at, name in enumerate(names)
    }
    less = {**said, **{names[at]: section(state="UNKNOWN") for at in lost}}

    def told(given_: dict[str, Any]) -> list[str]:
        first = page(given_)
        return [each.answer for each in labels({name: section_of(GROUPS[name], [first]) for name in names}, TODAY)]

    for before, after in zip(told(said), told(less), strict=True):
        assert after != "NO" or before == "NO"
        assert after != "YES" or before == "YES"


def test_pages_are_put_together_and_a_record_stands_once() -> None:
    first = page({"changes": section([item("changes", 1), item("changes", 2)], after="x")})
    second = page({"changes": section([item("changes", 2), item("changes", 3)])})
    told = section_of(GROUPS["changes"], [first, second])
    assert [each.record_id for each in told.records] == ["changes:1", "changes:2", "changes:3"]
    assert told.truncated is None


def test_what_is_cut_says_so_and_is_not_complete() -> None:
    said = {"changes": section([item("changes", 1), item("changes", 2)], after="x"), "dishonest": section(after="y")}
    made = report(said)
    assert sections_of(made)["changes"].summary.zh == "记录多于 2 条，以下仅列最近的 2 条"
    assert not made.parts[0].complete
    assert made.labels[1].answer == "UNKNOWN"


def test_a_further_page_that_could_not_be_had_says_so() -> None:
    first = page({"changes": section([item("changes", 1)], after="x")})
    told = section_of(GROUPS["changes"], [first, page({"changes": section(state="UNKNOWN")})])
    assert told.truncated is not None
    assert "后续页未能取得" in told.summary.zh


@pytest.mark.parametrize("kind", ["SubjectNotFound", "SubjectUnresolved", "SubjectAmbiguous", "SubjectKeyInvalid"])
def test_no_report_is_made_of_a_key_that_leads_nowhere(kind: str) -> None:
    told = {"__typename": kind, "message": "m", "scheme": None, "check": None}
    with pytest.raises(SubjectNotResolved) as refused:
        require_subject({"subject": told})
    assert refused.value.extensions["reason"] == kind


def test_the_same_answers_make_the_same_report() -> None:
    first = page()
    assert make_report({name: [first] for name in GROUPS}, MADE) == make_report(
        {name: [first] for name in GROUPS}, MADE
    )


def test_hints_are_given_for_a_reason() -> None:
    assert len(report().hints) == 1
    owed = item("taxArrears", balance={"amount": "1", "currency": "CNY"})
    made = report({"penalties": section([item("penalties")]), "taxArrears": section([owed])})
    assert any("信用修复" in each.zh and "行政处罚" in each.zh for each in made.hints)
    assert any("欠税" in each.zh for each in made.hints)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-11-26T03:09:38.123Z", "2026-11-26 11:09:38"),
        ("2026-11-26T20:00:00Z", "2026-11-27 04:00:00"),
        ("2026-11-26", "2026-11-26"),
        ("2026-11-26T03:09:38", "2026-11-26T03:09:38"),
    ],
)
def test_times_are_the_city_s(text: str, told: str) -> None:
    assert city_time(text) == told


@given(st.text())
def test_a_clean_text_holds_nothing_invisible(text: str) -> None:
    assert not {unicodedata.category(each) for each in clean(text, Everything())} & {"Cc", "Cf", "Co", "Cn", "Cs"}


def test_a_long_text_is_cut_and_says_how_long_it_was() -> None:
    told = clean("长" * (MAXIMUM_CHARACTERS + 1), Everything())
    assert told.startswith("长" * MAXIMUM_CHARACTERS + "〔")
    assert str(MAXIMUM_CHARACTERS + 1) in told


def test_the_view_has_every_record_and_its_origin() -> None:
    made = report(
        {"penalties": section([item("penalties", 7, decisionNo="同消行罚〔2026〕28号", underObjection=True)])}
    )
    (card,) = view_of(made, "zh", Everything()).parts[1].sections[1].cards
    assert card.cells[0].text == "同消行罚〔2026〕28号"
    assert card.origin == (
        "示例部门 · 示例系统 · 部门更新 2026-11-01 00:00:00 · 查询 2026-11-26 11:09:37 · penalties:7"
    )
    assert card.notes == ["公示状态: 公示中", "异议处理中"]


def test_an_order_is_read() -> None:
    order = read_order(b'{"subject": {"scheme": "USCC", "value": "91230881TJ00000350"}, "form": "sd-jwt"}')
    assert (order.form, order.said, order.subject.variable["scheme"]) == ("sd-jwt", "zh", "USCC")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"subject": {"value": "1"}, "subject": {"value": "2"}}',
        b'{"subject": {"value": ""}}',
        b'{"subject": {"value": "1", "scheme": "PERSON"}}',
        b'{"subject": {"value": 1}}',
        b'{"subject": {"value": "1"}, "form": "docx"}',
        b'{"subject": {"value": "1"}, "language": "fr"}',
        b'{"subject": {"value": "1"}, "more": 1}',
        b'{"subject": {"value": "\xff"}}',
        b'{"subject": {"value": "' + b"1" * 201 + b'"}}',
    ],
    ids=["cut", "list", "twice", "empty", "person", "number", "form", "language", "member", "utf8", "long"],
)
def test_an_order_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises((BadRequest, BadParameters)):
        read_order(body)
