"""What a SOAP interface sent, read down to its rows. No I/O.

zeep could read it too, seven times as slowly, and strictly by namespace, in which departments' answers seldom keep to
their own WSDL. Here elements are found by local name; which of a row's elements may be left out is what the WSDL says.

Rules
    * The encoding is the one in the source file, not the declared one, which is wrong often enough. All of the GB
      family is read as GB 18030, its superset, because names need it.
    * A document type is refused before anything is parsed: no entity is ever expanded.
    * An answer that the source calls good and that holds nothing is MISREAD, if it has its own code for nothing.
"""

import re
from codecs import lookup
from datetime import datetime, timedelta
from typing import Any, Final

from lxml import etree

from connectors.errors import SourceClosed, SourceError, SourceMisread, SourceRejected, SourceUnavailable
from connectors.exchange import Reply, failure
from connectors.hours import CHINA_TIME
from connectors.soap.interface import Operation
from connectors.spec import SoapEntity, SoapSource

_BODY: Final = "{http://schemas.xmlsoap.org/soap/envelope/}Body"
_ENVELOPE: Final = "{http://schemas.xmlsoap.org/soap/envelope/}Envelope"
_FAULT: Final = "{http://schemas.xmlsoap.org/soap/envelope/}Fault"
_GB: Final = frozenset({"gb2312", "gbk", "gb18030"})
_DECLARATION: Final = re.compile(r"\A\ufeff?\s*<\?xml\b[^>]*\?>")
_QUOTABLE: Final = re.compile(r"-?[A-Za-z0-9_.]{1,12}")
"""Codes short enough to be quoted: no identifier fits."""
_CLOCK: Final = re.compile(r"(?<![0-9])([01]?[0-9]|2[0-3])[:：]([0-5][0-9])(?![0-9])")


class ReplyReader:
    """Reads the answers about one entity of one source."""

    def __init__(self, spec: SoapSource, entity: SoapEntity, operation: Operation) -> None:
        name = lookup(spec.encoding).name
        self._encoding = "gb18030" if name in _GB else name
        self._wrapper = operation.wrapper
        self._missing = dict.fromkeys(operation.optional)
        self._status = _path(spec.status) if spec.status is not None else None
        self._items = _path(entity.items)
        self._spec = spec
        self._parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )

    def read(self, reply: Reply, now: datetime) -> list[dict[str, str | None]]:
        """Return the rows in ``reply``, which came in ``now``; raises `SourceError`."""
        failed = failure(reply)
        try:
            answer = self._answer(reply.body)
        except SourceMisread:
            if failed is not None:
                raise failed from None
            raise
        if answer.tag == _FAULT:
            raise _read_fault(answer)
        if failed is not None:
            raise failed
        if _name(answer) != self._wrapper:
            raise SourceMisread(f"the answer is not a `{self._wrapper}`")
        if self._status is not None and not self._has_rows(answer, now):
            return []
        rows = [self._row(item) for item in answer.iterfind(self._items)]
        if not rows and self._spec.status_none:
            raise SourceMisread("the answer is said to hold records, and holds none")
        return rows

    def _answer(self, body: bytes) -> Any:
        """Return the element in the Body of the envelope."""
        text = _DECLARATION.sub("", _decoded(body, self._encoding), count=1)
        if "<!DOCTYPE" in text:
            raise SourceMisread("the answer has a document type, which is refused")
        try:
            envelope = etree.fromstring(text, self._parser)
        except (etree.XMLSyntaxError, ValueError):
            raise SourceMisread("the answer is not XML" if text.strip() else "the answer is empty") from None
        found = envelope.find(_BODY) if envelope.tag == _ENVELOPE else None
        if found is None or not len(found):
            raise SourceMisread("the answer is not a SOAP 1.1 envelope")
        return found[0]

    def _has_rows(self, answer: Any, now: datetime) -> bool:
        """Return whether the status says that rows follow, or that there are none; raises what else it says."""
        spec, code = self._spec, (answer.findtext(self._status) or "").strip()
        if code in spec.status_ok:
            return True
        if code in spec.status_none:
            return False
        if code in spec.status_closed:
            raise SourceClosed("the source says that it is closed", opening_time("".join(answer.itertext()), now))
        if not code:
            raise SourceMisread(f"`{spec.status}` is missing from the answer")
        told = f"code `{code}`" if _QUOTABLE.fullmatch(code) else "an unknown code"
        if code in spec.status_rejected:
            raise SourceRejected(f"the source refused the question with {told}")
        raise SourceUnavailable(f"the source failed with {told}")

    def _row(self, item: Any) -> dict[str, str | None]:
        row = self._missing.copy()
        for cell in item:
            row[_name(cell)] = cell.text
        return row


def opening_time(text: str, now: datetime) -> str | None:
    """Return when, as ISO time, the one clock time that ``text`` names comes next; None when it names none or more."""
    times = {(int(hour), int(minute)) for hour, minute in _CLOCK.findall(text)}
    if len(times) != 1:
        return None
    ((hour, minute),) = times
    local = now.astimezone(CHINA_TIME)
    opens = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (opens if opens > local else opens + timedelta(days=1)).isoformat()


def _decoded(body: bytes, encoding: str) -> str:
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        raise SourceMisread(f"the answer is not in the encoding {encoding}") from None
    # Most UTF-8 also reads as GB 18030, as wrong characters; whole names in GB 18030 hardly ever read as UTF-8.
    if encoding == "gb18030" and not text.isascii() and _is_utf8(body):
        raise SourceMisread("the answer is in UTF-8, not in the encoding gb18030")
    return text


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read_fault(fault: Any) -> SourceError:
    """Return what a SOAP fault says: `Server` may pass, every other code says that we asked wrongly."""
    code = (fault.findtext("{*}faultcode") or "").strip().rpartition(":")[2].partition(".")[0]
    if code == "Server":
        return SourceUnavailable("the source failed with a SOAP fault")
    told = f" `{code}`" if code in {"Client", "VersionMismatch", "MustUnderstand"} else ""
    return SourceRejected(f"the source refused the question with a SOAP fault{told}")


def _path(dotted: str) -> str:
    return "/".join(f"{{*}}{step}" for step in dotted.split("."))


def _name(element: Any) -> str:
    name: str = element.tag.rpartition("}")[2]
    return name
