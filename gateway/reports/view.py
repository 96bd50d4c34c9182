"""A report as documents for readers show it: one language, every text cleaned, laid out in headings, cards and tables.

Both the page (HTML) and the print (PDF) are made from it, so that they cannot say different things. Plain values only.
"""

from collections.abc import Callable, Container
from typing import Final

import msgspec

from gateway.reports.clean import clean
from gateway.reports.model import Asked, Part, Record, Report, Section, Value
from gateway.reports.times import city_time
from gateway.reports.words import Language, Words

LIST_FIELDS: Final = 6
LIST_CHARACTERS: Final = 80
"""Relations of so few fields, and values of so few characters, are one table; of more, a card a record."""
WIDE: Final = 22
"""Values of more characters take the whole width of a card."""

WORDS: Final = {
    "title": Words("公共信用信息报告", "Public Credit Information Report"),
    "subtitle": Words("（法人和非法人组织）", "(organizations)"),
    "number": Words("报告编号", "Report number"),
    "generated": Words("生成时间", "Made at"),
    "version": Words("报告版式", "Form"),
    "issuer": Words("出具单位", "Issuer"),
    "name": Words("主体名称", "Name"),
    "uscc": Words("统一社会信用代码", "Unified social credit code"),
    "kind": Words("主体类别", "Kind"),
    "asker": Words("查询单位", "Asked by"),
    "purpose": Words("查询目的", "Purpose"),
    "case": Words("事项编号", "Case"),
    "receipt": Words("账本回执", "Receipt"),
    "signed": Words("电子签名", "Signature"),
    "labels": Words("信用状况标签", "Labels"),
    "summary": Words("信息概览", "Overview"),
    "scan": Words("扫码核验回执", "Scan to verify"),
    "source": Words("来源", "Source"),
    "asked": Words("附：数据来源与答复情况", "Annex: sources and what came of asking them"),
    "hints": Words("提示", "Hints"),
    "disclaimer": Words("声明", "Disclaimer"),
    "section": Words("信息类别", "Section"),
    "department": Words("归属部门（数据源）", "Department (source)"),
    "status": Words("答复情况", "Answer"),
    "at": Words("数据日期 / 查询时间", "As of / asked at"),
    "unnamed": Words("（登记机关未告知）", "(not told by the registry)"),
    "objection": Words("异议处理中", "under objection"),
    "standing": Words("公示状态", "Publicity"),
    "matched": Words("匹配可信度", "match"),
    "zone": Words("（北京时间）", " (UTC+8)"),
    "end": Words("（报告正文结束；所列时间均为北京时间）", "(end of the report; all times are UTC+8)"),
    "page": Words("第 {page} 页 共 {pages} 页", "Page {page} of {pages}"),
}  # fmt: skip


class Cell(msgspec.Struct, frozen=True):
    """A label and its value; ``faint`` where there is no value, ``wide`` where it takes the whole width."""

    label: str
    text: str
    wide: bool
    faint: bool


class Card(msgspec.Struct, frozen=True):
    """One record: what it says, how it stands, and where it comes from in one line."""

    cells: list[Cell]
    notes: list[str]
    origin: str


class SectionView(msgspec.Struct, frozen=True):
    """One relation: ``tone`` is `none` (attested), `some`, or `unknown` where the summary must not be overlooked."""

    title: str
    summary: str
    tone: str
    columns: list[str]
    """Of the one table; empty where there are cards."""
    cards: list[Card]


class PartView(msgspec.Struct, frozen=True):
    """One of the nine sections, and how many records are told in the overview."""

    heading: str
    title: str
    count: str
    whole: bool
    sections: list[SectionView]


class LabelView(msgspec.Struct, frozen=True):
    """One label; ``answer`` is its code."""

    title: str
    answer: str
    text: str


class View(msgspec.Struct, frozen=True):
    """A report, ready to be set."""

    language: str
    words: dict[str, str]
    number: str
    issuer: str
    generated: str
    facts: list[list[str]]
    labels: list[LabelView]
    parts: list[PartView]
    asked: list[list[str]]
    hints: list[str]
    disclaimer: list[str]
    receipts: list[str]
    link: str


def view_of(report: Report, language: Language, glyphs: Container[str]) -> View:
    """Return what documents in ``language`` show of ``report``, set in a font that has ``glyphs``."""
    setting = _Setting(language, glyphs)
    say = setting.say
    return View(
        language=language,
        words={name: words.said(language) for name, words in WORDS.items()},
        number=report.report_no,
        issuer=say(report.issuer),
        generated=city_time(report.generated_at),
        facts=_facts(report, setting),
        labels=[LabelView(say(each.title), each.answer, say(each.text)) for each in report.labels],
        parts=[_part(each, setting) for each in report.parts],
        asked=[row for part in report.parts for section in part.sections for row in _asked(section, setting)],
        hints=[say(each) for each in report.hints],
        disclaimer=[say(each) for each in report.disclaimer],
        receipts=[report.issue.id, *(each.id for each in report.receipts)],
        link=report.issue.link,
    )


class _Setting:
    """In which language, and in which font."""

    def __init__(self, language: Language, glyphs: Container[str]) -> None:
        self.language = language
        self._glyphs = glyphs

    def say(self, words: Words) -> str:
        return self.text(words.said(self.language))

    def text(self, text: str) -> str:
        return clean(text, self._glyphs)

    def word(self, name: str) -> str:
        return WORDS[name].said(self.language)


def _facts(report: Report, setting: _Setting) -> list[list[str]]:
    word, text = setting.word, setting.text
    subject, asked = report.subject, report.asked_for
    rows = [
        [word("name"), text(subject.name) if subject.name else word("unnamed")],
        [word("uscc"), text(subject.uscc)],
        [word("kind"), setting.say(subject.kind_text)],
        [word("issuer"), setting.say(report.issuer)],
        [word("generated"), city_time(report.generated_at) + word("zone")],
        [word("version"), report.version],
        [word("signed"), setting.say(report.signed.text)],
        [word("asker"), text(asked.title)],
        [word("purpose"), setting.say(asked.purpose_text)],
    ]
    return [*rows, [word("case"), text(asked.case)]] if asked.case else rows


_ORDINALS: Final = ("一", "二", "三", "四", "五", "六", "七", "八", "九")


def _part(part: Part, setting: _Setting) -> PartView:
    ordinal = f"{_ORDINALS[part.number - 1]}、" if setting.language == "zh" else f"{part.number}. "
    least = Words("至少 {count}", "at least {count}") if part.count else Words("不明或不全", "not known")
    count = str(part.count) if part.complete else least.filled(count=str(part.count)).said(setting.language)
    title = setting.say(part.title)
    sections = [_section(each, setting) for each in part.sections]
    return PartView(f"{ordinal}{title}", title, count, part.complete, sections)


def _section(section: Section, setting: _Setting) -> SectionView:
    known = section.state == "COMPLETE" and section.truncated is None
    tone = ("some" if section.records else "none") if known else "unknown"
    cards = [_card(each, setting) for each in section.records]
    fields = section.records[0].values if section.records else ()
    short = all(len(cell.text) <= LIST_CHARACTERS for each in cards for cell in each.cells)
    listed = 0 < len(fields) <= LIST_FIELDS and short and not any(each.notes for each in cards)
    columns = [setting.say(each.label) for each in fields] if listed else []
    return SectionView(setting.say(section.title), setting.say(section.summary), tone, columns, cards)


def _card(record: Record, setting: _Setting) -> Card:
    notes = [f"{setting.word('standing')}: {setting.say(record.standing.text)}"] if record.standing else []
    notes += [setting.word("objection")] if record.under_objection else []
    cells = [
        _cell(each, setting) for each in record.values if each.missing != "NONE" or len(record.values) <= LIST_FIELDS
    ]
    return Card(cells, notes, _origin(record, setting))


def _cell(value: Value, setting: _Setting) -> Cell:
    text = setting.say(value.text)
    return Cell(setting.say(value.label), text, len(text) > WIDE, value.missing is not None)


def _origin(record: Record, setting: _Setting) -> str:
    zh = setting.language == "zh"
    owner = record.department
    if record.department_as_written != owner:
        owner = f"{record.department_as_written}（{owner}）" if zh else f"{record.department_as_written} ({owner})"
    told = [f"{owner} · {record.system}"]
    if record.source_updated_at:
        told.append(f"{'部门更新' if zh else 'updated'} {city_time(record.source_updated_at)}")
    if record.as_of:
        told.append(f"{'数据日期' if zh else 'as of'} {record.as_of}")
    told.append(f"{'查询' if zh else 'asked'} {city_time(record.fetched_at)}")
    if record.confidence is not None:
        told.append(f"{setting.word('matched')} {record.confidence}")
    told.append(record.record_id)
    return setting.text(" · ".join(told))


def _asked(section: Section, setting: _Setting) -> list[list[str]]:
    title = setting.say(section.title)
    if section.denied is not None:
        return [[title, "—", setting.say(section.summary), "—"]]
    return [_row(title, each, setting.text, setting.language) for each in section.asked]


def _row(title: str, asked: Asked, text: Callable[[str], str], language: Language) -> list[str]:
    part = f" {asked.part}" if asked.part else ""
    times = " / ".join(city_time(each) for each in (asked.as_of, asked.fetched_at) if each)
    until = f" → {city_time(asked.until)}" if asked.until else ""
    return [title, text(f"{asked.department}{part}"), text(asked.text.said(language) + until), times or "—"]
