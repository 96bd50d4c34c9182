"""The four labels at the head of a report, each three-valued: YES, NO, UNKNOWN.

YES needs one record in force, whatever else is missing; NO needs every section that could hold one to be COMPLETE.
What stands in between is UNKNOWN, and says why (`design.md`, invariant 5).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.reports.model import Answer, Label, Record, Section
from gateway.reports.sections import reasons, unanswered
from gateway.reports.words import Words

IN_BUSINESS: Final = "IN_BUSINESS"
_ENDED: Final = frozenset({"REPAIRED", "REVOKED", "ALTERED", "PUBLICITY_ENDED", "NOT_PUBLISHABLE", "SHIELDED"})
"""States in which a negative record no longer counts against its subject."""
_NOT_READ: Final = Words("有记录的有效期无法确认", "whether some record still stands could not be told")
_TITLES: Final = {
    "HONEST": Words("守信激励对象", "Rewarded for good faith"),
    "DISHONEST": Words("失信惩戒对象", "Sanctioned for dishonesty"),
    "ABNORMAL": Words("经营异常", "Abnormal operation"),
    "IN_BUSINESS": Words("存续", "In business"),
}


def labels(sections: Mapping[str, Section], today: str) -> tuple[Label, ...]:
    """Return the labels that ``sections`` (by the names of their groups) allow on the day ``today`` (ISO 8601)."""
    return (
        _listed("HONEST", [sections["honest"]], today),
        _listed("DISHONEST", [sections["dishonest"], sections["dishonestDebtors"]], today),
        _listed("ABNORMAL", [sections["abnormal"], sections["nonNormalTax"]], today),
        _registered(sections["registration"]),
    )


def stands(record: Record, today: str) -> Answer:
    """Tell whether the entry of a list stands on that day; UNKNOWN where its state or its end is not known."""
    values = {each.field: each for each in record.values}
    if record.standing is not None and record.standing.state in _ENDED:
        return "NO"
    ended = [values[name] for name in ("removedOn", "releasedOn") if name in values]
    if any(each.value is not None and each.value <= today for each in ended):
        return "NO"
    until, restored = values.get("validUntil"), values.get("restored")
    if until is not None and until.value is not None and until.value < today:
        return "NO"
    if restored is not None and restored.value is True:
        return "NO"
    if record.standing is not None and record.standing.state is None:
        return "UNKNOWN"
    deciding = [*ended, *(each for each in (until, restored) if each is not None)]
    return "UNKNOWN" if any(each.missing in ("MISREAD", "DENIED") for each in deciding) else "YES"


def _listed(code: str, sections: Sequence[Section], today: str) -> Label:
    found = [stands(record, today) for section in sections for record in section.records]
    in_force = found.count("YES")
    whole = all(section.state == "COMPLETE" and section.truncated is None for section in sections)
    if in_force:
        more = Words("", "") if whole else Words("（至少）", " at least")
        text = Words(f"是：在列记录 {in_force} 条{more.zh}", f"yes: {in_force} entries in force{more.en}")
        return Label(code=code, title=_TITLES[code], answer="YES", text=text)
    if whole and "UNKNOWN" not in found:
        text = Words("否：经全部归属数据源确认，无在列记录", "no: every owning source answered, no entry in force")
        return Label(code=code, title=_TITLES[code], answer="NO", text=text)
    why = _NOT_READ if "UNKNOWN" in found else _missing(sections)
    text = Words(f"无法判断：{why.zh}", f"cannot be told: {why.en}")
    return Label(code=code, title=_TITLES[code], answer="UNKNOWN", text=text)


def _missing(sections: Sequence[Section]) -> Words:
    """Return why the sections do not tell everything."""
    asked = [each for section in sections for each in unanswered(section)]
    if asked:
        named = reasons(list({(each.department, each.status): each for each in asked}.values()))
        return Words(f"未取得答复：{named.zh}", f"no answer from {named.en}")
    open_ones = [section for section in sections if section.state != "COMPLETE" or section.truncated is not None]
    titles = ("、".join(each.title.zh for each in open_ones), ", ".join(each.title.en for each in open_ones))
    if any(each.denied is not None for each in open_ones):
        return Words(f"{titles[0]}不向本次查询者开放", f"{titles[1]}: not open to this caller")
    return Words(f"{titles[0]}不完整", f"{titles[1]}: not told in full")


def _registered(section: Section) -> Label:
    title = _TITLES["IN_BUSINESS"]
    found = [each for record in section.records for each in record.values if each.field == "status"]
    known = [each for each in found if each.value is not None]
    if known and len({each.value for each in known}) == 1:
        answer: Answer = "YES" if known[0].value == IN_BUSINESS else "NO"
        words = known[0].text
        return Label(code="IN_BUSINESS", title=title, answer=answer, text=_either(answer, words))
    if known:
        why = Words("各登记机关所载状态不一致", "the registries differ")
    elif section.state == "COMPLETE" and not section.records:
        why = Words("登记机关没有该主体的记录", "the registry holds no record of it")
    elif found:
        why = found[0].text
    else:
        why = _missing([section])
    return Label(code="IN_BUSINESS", title=title, answer="UNKNOWN", text=_either("UNKNOWN", why))


def _either(answer: Answer, words: Words) -> Words:
    heads = {"YES": Words("是", "yes"), "NO": Words("否", "no"), "UNKNOWN": Words("无法判断", "cannot be told")}
    head = heads[answer]
    return Words(f"{head.zh}：{words.zh}", f"{head.en}: {words.en}")
