"""The report of a source's conformity, which a department and the gateway's operator sign. Pure: values in, text out.

It stands by itself: no style sheet, picture or script from elsewhere, so that it prints the same for years.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import msgspec

from gateway.kit.conform import Line, Result

_TITLE: Final = "数据源接入符合性报告 · Report on the conformity of a source"
_STATEMENT: Final = (
    "以上各项由网关对在线系统实测得出,只含数量、时间和摘要,不含任何记录内容。",
    "All of this was measured on the live system. It holds counts, times and digests, and nothing that a record says.",
)
_SIDES: Final = (("数据归属部门", "The owning department"), ("网关运营方", "The operator of the gateway"))
_SIGNED: Final = ("姓名 name", "职务 position", "签字(盖章)signature, seal", "日期 date")
_HEADINGS: Final = ("序 no.", "内容 what was tried", "应当 expected", "结果 result", "证据 evidence")
_STYLE: Final = """\
@page { size: A4; margin: 16mm }
body { font: 10pt/1.5 "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif; color: #000 }
body { max-width: 60em; margin: auto }
h1 { font-size: 15pt; text-align: center } h2 { font-size: 12pt; margin-top: 1.5em }
table { border-collapse: collapse; width: 100% } thead { display: table-header-group } tr { break-inside: avoid }
th, td { border: .5pt solid #555; padding: .2em .5em; text-align: left; vertical-align: top }
th { background: #eee } .about th { width: 16em } .NOT_KEPT { font-weight: bold } .NOT_APPLICABLE { color: #555 }
.signed { break-inside: avoid; display: flex; gap: 2em } .signed div { flex: 1 }
.signed p { border-bottom: .5pt solid #000 }
@media print { body { max-width: none } th { background: none } }"""


@dataclass(frozen=True, slots=True)
class Conformity:
    """Everything that the report says; ``file_digest`` is the version of the source file, SHA-256 of its bytes."""

    source: str
    title: str
    kind: str
    department: str
    department_code: str
    department_uscc: str | None
    contact: str
    file: str
    file_digest: str
    catalogue: str
    policy: str
    at: str
    keys: Mapping[str, int]
    contract: Sequence[Line]
    cases: Sequence[Line]

    def count(self, result: Result) -> int:
        """Return how many lines came out so."""
        return sum(line.result is result for line in (*self.contract, *self.cases))

    @property
    def kept(self) -> bool:
        """True when nothing is not kept."""
        return self.count(Result.NOT_KEPT) == 0


def as_json(report: Conformity) -> str:
    """Return the report for machines."""
    told = msgspec.to_builtins(report)
    counts = {result.value: report.count(result) for result in Result}
    return msgspec.json.format(msgspec.json.encode({**told, "kept": report.kept, "counts": counts}), indent=2).decode()


def as_markdown(report: Conformity) -> str:
    """Return the report as Markdown."""
    parts = [f"# {_TITLE}", _markdown(("项目 item", ""), _about(report)), f"**{_verdict(report)}**"]
    for heading, lines in _sections(report):
        parts += [f"## {heading}", _markdown(_HEADINGS, _rows(lines))]
    parts += ["\n".join(_STATEMENT)]
    signed = [[name, *("" for _ in _SIDES)] for name in _SIGNED]
    parts.append(_markdown(("签署 signed by", *(f"{zh} {en}" for zh, en in _SIDES)), signed))
    return "\n\n".join(parts) + "\n"


def as_html(report: Conformity) -> str:
    """Return the report as a page to print."""
    head = f'<!doctype html>\n<html lang="zh">\n<meta charset="utf-8">\n<title>{escape(report.title)}</title>'
    parts = [f"{head}\n<style>\n{_STYLE}\n</style>", f"<h1>{escape(_TITLE)}</h1>"]
    about = "".join(f"<tr><th>{escape(name)}<td>{escape(text)}" for name, text in _about(report))
    parts += [f'<table class="about">{about}</table>', f"<p><strong>{escape(_verdict(report))}</strong>"]
    for heading, lines in _sections(report):
        parts += [f"<h2>{escape(heading)}</h2>", _html_table(lines)]
    parts.append("".join(f"<p>{escape(text)}" for text in _STATEMENT))
    fields = "".join(f"<p>{escape(name)}:" for name in _SIGNED)
    sides = "".join(f"<div><h2>{escape(zh)} {escape(en)}</h2>{fields}</div>" for zh, en in _SIDES)
    return "\n".join([*parts, f'<div class="signed">{sides}</div>', "</html>"]) + "\n"


RENDERED: Final[Mapping[str, Callable[[Conformity], str]]] = {".html": as_html, ".md": as_markdown, ".json": as_json}
"""Suffix of a file -> how the report is written into it."""


def _about(report: Conformity) -> list[tuple[str, str]]:
    uscc = f",{report.department_uscc}" if report.department_uscc else ""
    keys = ", ".join(f"{scheme}: {count}" for scheme, count in report.keys.items())
    return [
        ("归属部门 department", f"{report.department}({report.department_code}{uscc})"),
        ("系统 system", f"{report.title}({report.source}, {report.kind})"),
        ("联系 contact", report.contact),
        ("测试时间 tested at", report.at),
        ("数据源文件 source file", f"{report.file}, SHA-256 {report.file_digest}"),
        ("目录版本 catalogue version", f"{report.catalogue}(授权规则 policy {report.policy})"),
        ("所用键数 keys used", keys),
    ]


def _verdict(report: Conformity) -> str:
    zh, en = ("符合", "conforms") if report.kept else ("不符合", "does not conform")
    counts = ", ".join(f"{each.zh} {each.en} {report.count(each)}" for each in Result)
    return f"结论 result: {zh} {en} ({counts})"


def _sections(report: Conformity) -> Iterator[tuple[str, Sequence[Line]]]:
    yield "一、在线测试 The contract, on the live system", report.contract
    yield "二、用例 Cases", report.cases


def _rows(lines: Sequence[Line]) -> Iterator[Sequence[str]]:
    for at, line in enumerate(lines, 1):
        of = " ".join(each for each in (line.part, line.scheme) if each)
        tried = " · ".join(each for each in (of, *line.tried) if each)
        yield str(at), tried, " · ".join(line.expected), _result(line), evidence_text(line)


def _result(line: Line) -> str:
    note = " · ".join(each for each in line.note if each)
    return f"{line.result.zh} {line.result.en}" + (f": {note}" if note else "")


def evidence_text(line: Line) -> str:
    """Return the evidence of ``line`` in one line."""
    return ", ".join(f"{name} {value}" for name, value in line.evidence.items())


def _markdown(headings: Sequence[str], rows: Any) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, cells))} |" for cells in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").split())


def _html_table(lines: Sequence[Line]) -> str:
    head = "".join(f"<th>{escape(name)}" for name in _HEADINGS)
    rows = "".join(
        f'<tr class="{line.result.value}">' + "".join(f"<td>{escape(cell)}" for cell in row)
        for line, row in zip(lines, _rows(lines), strict=True)
    )
    return f"<table><thead><tr>{head}</thead><tbody>{rows}</tbody></table>"
