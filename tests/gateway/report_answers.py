"""Answers to the query of a report, as the gateway would give them: COMPLETE and empty but for what a test says."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.reports.contents import GROUPS
from gateway.reports.document import is_negative
from gateway.reports.model import AskedFor, Issue, ReceiptLink, Report
from gateway.reports.report import Made, make_report
from gateway.reports.sections import Page
from gateway.reports.words import Words

TODAY = "2026-11-26"
USCC = "91230881TJ00000350"
RECEIPT = "01a2178b617f7252a7b8fdae35e015c0"
ISSUE = "01a215d481cb7252a7b8fdae35e015c1"
MADE = Made(
    at="2026-11-26T03:09:38.123Z",
    today=TODAY,
    issuer=Words("示例平台", "Example platform"),
    issue=Issue(id=ISSUE, link=f"https://credit.example/receipts/{ISSUE}"),
    signed="JWS",
    asked_for=AskedFor(
        client="bank",
        title="示例银行",
        purpose="BANK_CREDIT",
        purpose_text=Words("金融信贷", "bank lending"),
        case="贷〔2026〕118号",
    ),
    receipts=(ReceiptLink(id=RECEIPT, link=f"https://credit.example/receipts/{RECEIPT}", response_digest="0" * 64),),
)


def coverage(status: str = "ANSWERED", **said: Any) -> dict[str, Any]:
    """Return what one source answered."""
    told = {"source": "court_enforcement", "part": None, "department": {"name": "示例法院"}, "status": status}
    rest = {"reason": None, "until": None, "asOf": None, "fetchedAt": "2026-11-26T03:09:37Z", "matchConfidence": 1.0}
    return {**told, **rest, **said}


def section(
    items: Sequence[Mapping[str, Any]] = (), state: str = "COMPLETE", after: str | None = None, **said: Any
) -> dict[str, Any]:
    """Return a section; ``after`` is the cursor of a further page, where there is one."""
    asked = [coverage("ANSWERED" if state == "COMPLETE" else "UNAVAILABLE")]
    told = {"state": state, "totalCount": len(items) if state == "COMPLETE" else None, "items": list(items)}
    return {**told, "coverage": asked, "pageInfo": {"hasNextPage": after is not None, "endCursor": after}, **said}


def item(group: str, number: int = 1, **fields: Any) -> dict[str, Any]:
    """Return a record of ``group`` with these fields, all others null."""
    told: dict[str, Any] = {}
    for path in GROUPS[group].fields:
        name, _, inner = path.partition(".")
        told[name] = {inner: None} if inner else None
    origin = {
        "system": "示例系统",
        "asOf": None,
        "sourceUpdatedAt": "2026-11-01T00:00:00+08:00",
        "fetchedAt": "2026-11-26T03:09:37Z",
        "digest": "a" * 64,
        "confidence": 1.0,
    }
    common = {
        "recordId": f"{group}:{number}",
        "source": "some_source",
        "department": {"name": "示例部门"},
        "departmentAsWritten": "示例部门",
        "underObjection": False,
        "issues": [],
        "provenance": origin,
    }
    judged = {"state": "PUBLISHED", "severity": None, "publicUntil": None} if is_negative(group) else {}
    return {**told, **common, **judged, **fields}


def page(sections: Mapping[str, Any] | None = None, errors: Sequence[Mapping[str, Any]] = ()) -> Page:
    """Return the page of an answer with these sections, by the names of their groups; None for one that is denied."""
    subject: dict[str, Any] = {"__typename": "Enterprise", "uscc": USCC, "kind": "ENTERPRISE", "name": "示例公司"}
    subject["courtEnforcement"] = {}
    for name, group in GROUPS.items():
        place = subject["courtEnforcement"] if "." in group.path else subject
        place[name] = sections[name] if sections is not None and name in sections else section()
    return Page.of({"subject": subject}, errors)


def report(sections: Mapping[str, Any] | None = None, errors: Sequence[Mapping[str, Any]] = ()) -> Report:
    """Return the report of such an answer."""
    whole = {"registration": section([item("registration", name="示例公司", uscc=USCC, status="IN_BUSINESS")])}
    first = page({**whole, **(sections or {})}, errors)
    return make_report({name: [first] for name in GROUPS}, MADE)
