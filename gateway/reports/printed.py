"""The print: a PDF/A-3 of a report, set by typst from the template in `template/`, with the JSON form attached.

Blocks: call it in a thread. The fonts are those of the package `pylopdf-fonts-zh-cn` (Noto Serif SC for text, Noto Sans
SC for headings, SIL Open Font License), never those of the machine, so that every machine sets the same pages.
PDF/A-3a: pages look the same in decades, text can be read aloud and copied, and may carry a file (ISO 19005-3, 6.8).
"""

import unicodedata
from collections.abc import Container
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import pylopdf_fonts_zh_cn as fonts
import typst

from gateway.reports.glyphs import read_glyphs
from gateway.reports.scan import code_svg
from gateway.reports.view import View

STANDARD: Final = "a-3a"
ATTACHED: Final = "report.json"
_FOLDER: Final = Path(__file__).parent / "template"
_TEMPLATE: Final = (_FOLDER / "report.typ").read_bytes()
_ATTACH: Final = b"""
#pdf.attach("report.json", bytes(sys.inputs.attached), mime-type: "application/json", relationship: "source",
  description: "the report for machines")
"""


class _Both:
    """Characters that both fonts have: a name may stand in a heading and in the text.

    Marks that combine are taken for missing: heaps of them on one letter make text that cannot be copied out again.
    """

    def __init__(self) -> None:
        self._fonts = [read_glyphs(Path(str(each))) for each in (fonts.sans_path(), fonts.serif_path())]

    def __contains__(self, character: object) -> bool:
        if not isinstance(character, str) or unicodedata.combining(character):
            return False
        return all(character in each for each in self._fonts)


@cache
def glyphs() -> Container[str]:
    """Return the characters that the print can show; read once."""
    return _Both()


@cache
def _fonts() -> typst.Fonts:
    folder = str(Path(str(fonts.sans_path())).parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def printed(view: View, attached: str, at: str) -> bytes:
    """Return the PDF/A of ``view`` made at ``at`` (ISO 8601), ``attached`` the report as JSON text. Not yet signed."""
    inputs = {
        "view": msgspec.json.encode(view).decode(),
        "code": code_svg(view.link),
        "attached": attached,
    }
    compiler = typst.Compiler(_TEMPLATE + _ATTACH, root=_FOLDER, font_paths=_fonts(), ignore_system_fonts=True)
    stamp = datetime.fromisoformat(at).astimezone(UTC).replace(microsecond=0)
    made = compiler.compile(format="pdf", pdf_standards=[STANDARD], sys_inputs=inputs, timestamp=stamp)
    assert isinstance(made, bytes), "one document is asked for"
    return made
