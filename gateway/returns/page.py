"""The return as one printable HTML page: A4 landscape, heads repeated on every sheet of paper, nothing from elsewhere.

Every text is escaped; a policy in the page forbids scripts, pictures and anything that would be fetched.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from gateway.returns.printed import Cell, Document, Head, Table, written

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE: Final = """\
@page { size: A4 landscape; margin: 12mm 12mm 14mm;
  @bottom-center { content: counter(page) " / " counter(pages); font-size: 8pt } }
* { box-sizing: border-box }
body { font: 9pt/1.4 "Noto Serif CJK SC", "Source Han Serif SC", SimSun, "Songti SC", serif; color: #000;
  max-width: 273mm; margin: 0 auto; padding: 4mm; print-color-adjust: exact }
h1 { font-size: 17pt; text-align: center; margin: 0; letter-spacing: .06em }
.subtitle { text-align: center; color: #444; margin: 0 0 3mm }
.about { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 8mm; margin: 0 0 2mm }
.about div { display: flex; gap: .5em } .about dt { color: #444 } .about dd { margin: 0 }
.open { border: 1pt solid #000; padding: 1mm 2mm; text-align: center; font-weight: bold; margin: 0 0 2mm }
section + section { margin-top: 6mm } h2 { font-size: 11pt; margin: 0 0 1.5mm; break-after: avoid }
table { border-collapse: collapse; width: 100% } thead { display: table-header-group } tr { break-inside: avoid }
th, td { border: .5pt solid #555; padding: .5mm 1mm; vertical-align: middle }
th { background: #e8ecf1; font-weight: bold; text-align: center; font-size: 8pt; line-height: 1.25;
  white-space: normal }
th small { display: block; font-weight: normal; color: #333; font-size: 6.5pt }
td { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
td.text { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 42mm }
tr.total td { font-weight: bold; border-top: 1.2pt solid #000 }
.remark { margin: 1mm 0 0; color: #333; font-size: 8pt } .empty { text-align: center }
ol.notes { margin: 0; padding-left: 1.6em } .signed { display: flex; gap: 10mm; margin-top: 8mm; break-inside: avoid }
.signed span { flex: 1; border-bottom: .5pt solid #000; padding-bottom: 1mm }
@media screen { body { padding: 8mm } section { overflow-x: auto } }"""
_SIGNED: Final = ("制表人 Prepared by", "审核人 Checked by", "单位负责人 Head of the body", "日期 Date")


def page(document: Document) -> str:
    """Return ``document`` as HTML; the same document gives the same text."""
    return "".join(_page(document))


def _page(document: Document) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
    yield '<meta name="viewport" content="width=device-width">\n'
    yield f"<title>{escape(document.title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n"
    yield f"<h1>{escape(document.title)}</h1>\n<p class=subtitle>{escape(document.subtitle)}</p>\n<dl class=about>\n"
    for key, value in document.about:
        yield f"<div><dt>{escape(key)}:</dt><dd>{escape(value)}</dd></div>\n"
    yield "</dl>\n"
    if document.warning:
        yield f"<p class=open>{escape(document.warning)}</p>\n"
    for table in document.tables:
        yield from _section(table)
    yield "<section>\n<h2>填报说明 Notes</h2>\n<ol class=notes>\n"
    yield from (f"<li>{escape(note)}</li>\n" for note in document.notes)
    yield "</ol>\n<p class=signed>"
    yield from (f"<span>{escape(each)}:</span>" for each in _SIGNED)
    yield "</p>\n</section>\n</body>\n</html>\n"


def _section(table: Table) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(table.title)}</h2>\n<table>\n<thead><tr>"
    yield from (f"<th scope=col>{escape(head.zh)}<small>{escape(head.en)}</small></th>" for head in table.heads)
    yield "</tr></thead>\n<tbody>\n"
    for cells in table.rows:
        yield f"<tr>{_cells(table.heads, cells)}</tr>\n"
    if not table.rows:
        yield f'<tr><td class="text empty" colspan={len(table.heads)}>无 none</td></tr>\n'
    if table.total is not None:
        yield f"<tr class=total>{_cells(table.heads, table.total)}</tr>\n"
    yield "</tbody>\n</table>\n"
    if table.remark:
        yield f"<p class=remark>{escape(table.remark)}</p>\n"
    yield "</section>\n"


def _cells(heads: Sequence[Head], cells: Sequence[Cell]) -> str:
    return "".join(_cell(head, value, at) for at, (head, value) in enumerate(zip(heads, cells, strict=True)))


def _cell(head: Head, value: Cell, at: int) -> str:
    told = "" if value is None and at == 0 else escape(written(value, head.kind))
    return f"<td class=text>{told}</td>" if head.kind == "TEXT" else f"<td>{told}</td>"
