"""The page: one self-contained HTML document of a report. It loads nothing and runs nothing.

Every text passes `html.escape`; tags and attributes are this file's own. `POLICY` is its Content-Security-Policy, which
also stands in the document itself, for a page that was saved and opened from a disk.
"""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final

from gateway.reports.scan import code_svg
from gateway.reports.view import Card, Cell, PartView, SectionView, View

_STYLE: Final = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
UNKNOWN: Final = ' class="unknown"'
SHORT: Final = len("2026-01-01")
_LANGUAGES: Final = {"zh": "zh-CN", "en": "en"}


def page(view: View) -> str:
    """Return the HTML of ``view``."""
    word, title = view.words, f"{view.words['title']} {view.number}"
    return "".join(
        [
            f'<!doctype html>\n<html lang="{_LANGUAGES[view.language]}">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n",
            _head(view),
            _heading(word["labels"]),
            _table(_label(each.title, each.text, each.answer == "UNKNOWN") for each in view.labels),
            _heading(word["summary"]),
            _overview(view.parts),
            *(_part(each, word["source"]) for each in view.parts),
            _heading(word["hints"]),
            _numbered(view.hints),
            _heading(word["disclaimer"]),
            _numbered(view.disclaimer),
            _heading(word["asked"]),
            _asked(view),
            f"<footer>{escape(word['end'])}</footer>\n</body>\n</html>\n",
        ]
    )


def _head(view: View) -> str:
    word = view.words
    numbers = "".join(
        f'<div><span class="key">{escape(name)}</span> {escape(text)}</div>'
        for name, text in [(word["number"], view.number), *((word["receipt"], each) for each in view.receipts)]
    )
    code = f"<figure>{code_svg(view.link)}<figcaption>{escape(word['scan'])}</figcaption></figure>"
    rows = (f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in view.facts)
    facts = _table(rows, ' class="facts"')
    title = f'<h1>{escape(word["title"])}</h1><div class="key">{escape(word["subtitle"])}</div>'
    return f"<header><div>{title}{numbers}</div>{code}</header>\n{facts}"


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>\n"


def _table(rows: Iterable[str], kind: str = "") -> str:
    return f"<table{kind}>\n{chr(10).join(rows)}\n</table>\n"


def _label(title: str, text: str, unknown: bool) -> str:
    mark = UNKNOWN if unknown else ""
    return f'<tr><th class="label">{escape(title)}</th><td{mark}>{escape(text)}</td></tr>'


def _overview(parts: list[PartView]) -> str:
    cells = [
        f"<td{'' if each.whole else UNKNOWN}>{escape(each.heading)} "
        f'<span class="count">{escape(each.count)}</span></td>'
        for each in parts
    ]
    rows = (f"<tr>{''.join(cells[at : at + 3])}</tr>" for at in range(0, len(cells), 3))
    return _table(rows, ' class="overview"')


def _part(part: PartView, source: str) -> str:
    return _heading(part.heading) + "".join(_section(each, source) for each in part.sections)


def _section(section: SectionView, source: str) -> str:
    mark = "unknown" if section.tone == "unknown" else "faint"
    head = f'<h3>{escape(section.title)}</h3>\n<div class="{mark}">{escape(section.summary)}</div>\n'
    if section.columns:
        return head + _list(section, source)
    return head + "".join(_card(index, each, source) for index, each in enumerate(section.cards, 1))


def _list(section: SectionView, source: str) -> str:
    names = "".join(f"<th>{escape(each)}</th>" for each in ("", *section.columns))
    rows = [
        f'<tbody><tr><td rowspan="2">{index}</td>'
        + "".join(f"<td{_mark(each)}>{escape(each.text)}</td>" for each in card.cells)
        + f'</tr>\n<tr><td colspan="{len(section.columns)}" class="origin">'
        + f"{escape(source)}　{escape(card.origin)}</td></tr></tbody>"
        for index, card in enumerate(section.cards, 1)
    ]
    return _table([f"<thead><tr>{names}</tr></thead>", *rows])


def _card(index: int, card: Card, source: str) -> str:
    rows, pair = [], ""
    for at, each in enumerate(card.cells):
        follows = at + 1 < len(card.cells) and not card.cells[at + 1].wide
        whole = each.wide or (not pair and not follows)
        span = ' colspan="3"' if whole else ""
        cell = f"<th>{escape(each.label)}</th><td{span}{_mark(each)}>{escape(each.text)}</td>"
        if whole or pair:
            rows.append(f"<tr>{pair}{cell}</tr>")
            pair = ""
        else:
            pair = cell
    rows += [f'<tr><td colspan="4" class="label">{escape(each)}</td></tr>' for each in card.notes]
    rows.append(f'<tr><td colspan="4" class="origin">{escape(source)}　{escape(card.origin)}</td></tr>')
    return _table([f'<caption class="key">{index}.</caption>', *rows], ' class="card"')


def _mark(cell: Cell) -> str:
    """Return the class of ``cell``: faint where there is no value; a date or a short number is not broken."""
    if cell.faint:
        return ' class="faint"'
    return ' class="short"' if len(cell.text) <= SHORT and cell.text.isascii() else ""


def _numbered(texts: list[str]) -> str:
    return "<ol>" + "".join(f"<li>{escape(each)}</li>" for each in texts) + "</ol>\n"


def _asked(view: View) -> str:
    names = [view.words[each] for each in ("section", "department", "status", "at")]
    head = "".join(f"<th>{escape(each)}</th>" for each in names)
    rows = ("<tr>" + "".join(f"<td>{escape(each)}</td>" for each in row) + "</tr>" for row in view.asked)
    return _table([f"<thead><tr>{head}</tr></thead>", *rows])
