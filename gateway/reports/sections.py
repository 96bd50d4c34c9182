"""One relation of the graph, page after page, as a section of the report.

# INVARIANT: "none on record" is said of a COMPLETE section alone; whatever did not answer is named, with its reason.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.policy.model import Reason
from gateway.reports.contents import Group
from gateway.reports.document import is_negative, record_type
from gateway.reports.model import Asked, Denied, Record, Section, Standing, State
from gateway.reports.times import city_time
from gateway.reports.values import value_of
from gateway.reports.words import Words, code, joined, same

ANSWERED: Final = "ANSWERED"
NOT_COVERED: Final = "NOT_COVERED"
FORBIDDEN: Final = "FIELD_FORBIDDEN"
_NONE: Final = Words("经全部归属数据源答复确认：无记录", "None on record: every owning source answered")
_UNCOVERED: Final = Words(
    "没有数据源涵盖此类主体，不作有无结论",
    "No source is meant to hold subjects of this kind: nothing is said of whether there are any",
)
_MORE: Final = Words(
    "记录多于 {count} 条，以下仅列最近的 {count} 条",
    "There are more than {count} records: below are the latest {count}",
)
_BROKEN: Final = Words(
    "后续页未能取得，以下仅列已取得的 {count} 条",
    "Further pages could not be had: below are the {count} records that were",
)


_SHORT: Final = {
    ANSWERED: Words("已答复", "answered"),
    NOT_COVERED: Words("不涵盖此主体", "not meant to hold this subject"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: ``subject`` with the sections asked for, and the fields denied, each path joined by dots.

    Of errors that are alike an answer lists the first few and counts the rest: ``repeated`` are the fields, their paths
    without places in lists, of which more records are denied than are listed.
    """

    subject: Mapping[str, Any]
    denied: Mapping[str, Mapping[str, Any]]
    repeated: frozenset[str]

    @classmethod
    def of(cls, data: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]) -> "Page":
        """Return the page of an answer's `data` and `errors`."""
        denied = {
            ".".join(map(str, each["path"][1:])): each["extensions"]
            for each in errors
            if each.get("extensions", {}).get("code") == FORBIDDEN and each.get("path")
        }
        listed = Counter(map(_placeless, denied))
        more = (path for path, said in denied.items() if said.get("occurrences", 1) > listed[_placeless(path)])
        return cls(data["subject"], denied, frozenset(map(_placeless, more)))

    def section(self, group: Group) -> Mapping[str, Any] | None:
        """Return the section of ``group``, or none where it is not open."""
        found: Any = self.subject
        for name in self._way(group):
            found = found[name] if found is not None else None
        return found if found is None else dict(found)

    def refusal(self, group: Group) -> Mapping[str, Any] | None:
        """Return why the section of ``group`` is not open."""
        return self.denied.get(".".join(self._way(group)))

    def denies(self, group: Group, index: int, field: str) -> bool:
        """Tell whether a field of the record at ``index``, or what it lies within, is not open."""
        way, steps = [*self._way(group), "items"], field.split(".")
        paths = [steps[:end] for end in range(1, len(steps) + 1)]
        return any(
            ".".join([*way, str(index), *path]) in self.denied or ".".join([*way, *path]) in self.repeated
            for path in paths
        )

    @staticmethod
    def _way(group: Group) -> list[str]:
        return [*group.path.split(".")[:-1], group.name]


def _placeless(path: str) -> str:
    return ".".join(step for step in path.split(".") if not step.isdigit())


def section_of(group: Group, pages: Sequence[Page]) -> Section:
    """Return the section that ``pages``, from the first on, tell of ``group``."""
    first = pages[0].section(group)
    if first is None:
        return _denied(group, pages[0].refusal(group))
    records, broken = _records(group, pages)
    last = pages[-1].section(group)
    more = last is not None and bool(last["pageInfo"]["hasNextPage"])
    truncated = (_BROKEN if broken else _MORE).filled(count=str(len(records))) if more or broken else None
    state, coverage = _together([found for each in pages if (found := each.section(group)) is not None])
    asked = tuple(map(_asked, coverage))
    return Section(
        name=group.name,
        title=group.title,
        state=state,
        summary=_summary(state, len(records), truncated, asked),
        total=first["totalCount"],
        records=tuple(records),
        asked=asked,
        truncated=truncated,
    )


def unanswered(section: Section) -> list[Asked]:
    """Return the sources of which it is not known what they hold: all that should have answered and did not."""
    return [each for each in section.asked if each.status not in (ANSWERED, NOT_COVERED)]


def reasons(asked: Sequence[Asked]) -> Words:
    """Return who did not answer, and why, in one enumeration; a source that is asked in several tables once."""
    named = {(each.department, each.part, each.status): each for each in asked}
    return joined(_reason(each) for each in named.values())


def _reason(each: Asked) -> Words:
    table = f"“{each.part}”" if each.part else ""
    at = city_time(each.until) if each.until else ""
    until = Words(f"，预计 {at} 后恢复", f", expected back after {at}") if at else same("")
    return Words(
        f"{each.department}{table}（{each.text.zh}{until.zh}）", f"{each.department} {table}({each.text.en}{until.en})"
    )


def _together(sections: Sequence[Mapping[str, Any]]) -> tuple[State, list[Mapping[str, Any]]]:
    """Return the state of a section over all its pages, and what came of asking each source, the worst of each.

    A source that fails while later pages are asked for leaves out what it has there, however whole the first was.
    """
    first, *later = sections
    state: State = first["state"]
    if state == "COMPLETE" and any(each["state"] not in ("COMPLETE", NOT_COVERED) for each in later):
        state = "PARTIAL"
    failed = {
        (each["source"], each["part"]): each
        for page in later
        for each in page["coverage"]
        if each["status"] not in (ANSWERED, NOT_COVERED)
    }
    others = [each for each in first["coverage"] if (each["source"], each["part"]) not in failed]
    return state, [*others, *failed.values()]


def _records(group: Group, pages: Sequence[Page]) -> tuple[list[Record], bool]:
    """Return the records of all pages, and whether a page after the first came without its section."""
    found: list[Record] = []
    seen: set[str] = set()
    for page in pages:
        section = page.section(group)
        if section is None or (page is not pages[0] and section["state"] == "UNKNOWN"):
            return found, True
        for index, item in enumerate(section["items"]):
            if item["recordId"] not in seen:
                seen.add(item["recordId"])
                found.append(_record(group, item, page, index))
    return found, False


def _record(group: Group, item: Mapping[str, Any], page: Page, index: int) -> Record:
    type_name = record_type(group.name)
    origin = item["provenance"]
    return Record(
        record_id=item["recordId"],
        values=tuple(
            value_of(type_name, path, item, page.denies(group, index, path))
            for path in group.fields
            if path != "openEnded"
        ),
        standing=_standing(item) if is_negative(group.name) else None,
        under_objection=item["underObjection"],
        source=item["source"],
        system=origin["system"],
        department=item["department"]["name"],
        department_as_written=item["departmentAsWritten"],
        source_updated_at=origin["sourceUpdatedAt"],
        as_of=origin["asOf"],
        fetched_at=origin["fetchedAt"],
        digest=origin["digest"],
        confidence=None if origin["confidence"] == 1 else f"{origin['confidence']:.2f}",
    )


def _standing(item: Mapping[str, Any]) -> Standing:
    state, severity, until = item["state"], item["severity"], item["publicUntil"]
    told = [code("RecordState", state) if state else Words("状态无法判定", "state cannot be told")]
    told += [Words(f"失信程度：{each.zh}", f"severity: {each.en}") for each in _coded("Severity", severity)]
    told += [Words(f"公示至 {until}", f"published until {until}")] if until else []
    text = Words("；".join(each.zh for each in told), "; ".join(each.en for each in told))
    return Standing(state=state, severity=severity, public_until=until, text=text)


def _coded(enum: str, value: str | None) -> list[Words]:
    return [code(enum, value)] if value else []


def _asked(each: Mapping[str, Any]) -> Asked:
    status, reason = each["status"], each["reason"]
    text = _SHORT.get(status) or code("CoverageStatus", status)
    if status == "DENIED":
        text = Words(f"不向本次查询者开放：{_denial(reason).zh}", f"not open to this caller: {_denial(reason).en}")
    elif status not in (ANSWERED, NOT_COVERED):
        text = Words(text.zh, reason or text.en)
    return Asked(
        source=each["source"],
        part=each["part"],
        department=each["department"]["name"],
        status=status,
        text=text,
        reason=reason,
        until=each["until"],
        as_of=each["asOf"],
        fetched_at=each["fetchedAt"],
    )


def _denial(reason: str | None) -> Words:
    known = {each.value: each for each in Reason}
    found = known.get(reason or "")
    return Words(found.zh, found.en) if found is not None else Words("策略不允许", reason or "policy does not open it")


def _denied(group: Group, refusal: Mapping[str, Any] | None) -> Section:
    reason = str(refusal["reason"]) if refusal is not None and "reason" in refusal else ""
    words = _denial(reason)
    summary = Words(
        f"不向本次查询者开放（{words.zh}）；这不表示没有记录",
        f"Not open to this caller ({words.en}); that does not mean that there is none",
    )
    denied = Denied(reason=reason, text=words, needs=(refusal or {}).get("needs"))
    return Section(name=group.name, title=group.title, state="DENIED", summary=summary, denied=denied)


def _summary(state: State, count: int, truncated: Words | None, asked: Sequence[Asked]) -> Words:
    """Return what may be concluded from the section."""
    if truncated is not None and state == "COMPLETE":
        return truncated
    if state == "COMPLETE":
        return Words(f"共 {count} 条", f"{count} in all") if count else _NONE
    if state == NOT_COVERED:
        return _UNCOVERED
    missing = reasons([each for each in asked if each.status not in (ANSWERED, NOT_COVERED)])
    if state == "PARTIAL" and count:
        more = truncated or Words(f"已取得 {count} 条，但不完整", f"{count} were had, which are not all")
        return Words(f"{more.zh}；未取得的：{missing.zh}", f"{more.en}; not had: {missing.en}")
    if state == "PARTIAL":
        return Words(
            f"已答复的数据源无记录，但不能得出“无记录”；未取得的：{missing.zh}",
            f'The sources that answered hold none, which is not "none on record"; not had: {missing.en}',
        )
    return Words(f"情况不明，不能视为无记录：{missing.zh}", f'Not known, which is not "none": {missing.en}')
