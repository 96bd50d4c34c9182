"""What simulated SOAP 1.1 departments share: the parts of a question by local name, and the envelope of an answer."""

import re
from functools import cache
from typing import Final
from xml.sax.saxutils import escape

from msgspec import Struct

_OPERATION: Final = re.compile(rb"Body\b[^>]*>\s*<(?:[\w.-]+:)?([\w.-]+)")
_OUTSIDE_GB: Final = {"gb18030": "GBK"}
"""What a department declares that writes in another encoding."""


def operation_of(envelope: bytes) -> str:
    """Return the name of the element in the Body of ``envelope``; empty when there is none."""
    found = _OPERATION.search(envelope)
    return found[1].decode("ascii") if found else ""


def text_of(envelope: bytes, element: str) -> bytes | None:
    """Return the text of the first ``element`` in ``envelope``, None when there is none; only what a code may hold."""
    found = _element(element).search(envelope)
    return found[1] if found else None


@cache
def _element(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"<(?:[\w.-]+:)?" + name.encode("ascii") + rb"\b[^>]*>\s*([^<\s]*)\s*</")


class Service(Struct, frozen=True):
    """How one department writes its answers."""

    namespace: str
    encoding: str

    @property
    def content_type(self) -> str:
        """The content type that the department declares, rightly or not."""
        return f"text/xml; charset={self._declared}"

    def answer(self, operation: str, content: str) -> bytes:
        """Return the envelope that answers ``operation`` with the XML ``content``."""
        return (
            f'<?xml version="1.0" encoding="{self._declared}"?>'
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f'<{operation}Response xmlns="{self.namespace}">{content}</{operation}Response>'
            "</soap:Body></soap:Envelope>"
        ).encode(self.encoding)

    @property
    def _declared(self) -> str:
        return _OUTSIDE_GB.get(self.encoding, self.encoding.upper())


def element(name: str, cells: dict[str, str]) -> str:
    """Return the XML of one element with ``cells`` in it."""
    return f"<{name}>{''.join(f'<{cell}>{escape(text)}</{cell}>' for cell, text in cells.items())}</{name}>"
