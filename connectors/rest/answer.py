"""What an HTTP JSON interface sent, read down to its list of rows. No I/O.

Strict: whatever is not the promised list of objects is a `SourceMisread`, never an empty list. A fault that came with
HTTP status 200 is told by the code in the envelope, where the source file names it; one that asks for a captcha, in a
page or in JSON, is told as that: only a person could go on.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import orjson

from connectors.errors import SourceError, SourceMisread, SourceRejected, SourceUnavailable
from connectors.spec import RestEntity, RestSource

_QUOTABLE: Final = re.compile(r"-?[A-Za-z0-9_.]{1,12}")
"""Codes short enough to be quoted: no identifier fits."""


_CAPTCHA: Final = ("验证码".encode(), rb"\u9a8c\u8bc1\u7801", b"captcha")
"""What stands in an answer that asks for the code of a picture."""


class AnswerReader:
    """Reads the answers about one entity of one source."""

    def __init__(self, spec: RestSource, entity: RestEntity) -> None:
        self._items = _steps(entity.items)
        self._status = _steps(spec.status) if spec.status is not None else None
        self._status_ok = frozenset(spec.status_ok)

    def read(self, body: bytes) -> list[dict[str, Any]]:
        """Return the rows in ``body``; raises `SourceError`."""
        try:
            return self._rows(body)
        except SourceError:
            # Looked for only in what is no answer: a record may well speak of such a code.
            if any(mark in body.lower() for mark in _CAPTCHA):
                raise SourceUnavailable("the source asks for a captcha: only a person could go on") from None
            raise

    def _rows(self, body: bytes) -> list[dict[str, Any]]:
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise SourceMisread(_why_not_json(body.strip())) from None
        if self._status is not None:
            code = str(_at(answer, self._status))
            if code not in self._status_ok:
                raise refusal(code)
        rows = _at(answer, self._items)
        if type(rows) is not list:
            raise SourceMisread(f"`{'.'.join(self._items)}` of the answer is not a list")
        for row in rows:
            if type(row) is not dict:
                raise SourceMisread("a row of the answer is not an object")
        return rows


def refusal(code: str) -> SourceError:
    """Return what a ``code`` in the envelope says that is not a good one; codes are read like HTTP statuses."""
    told = f" `{code}`" if _QUOTABLE.fullmatch(code) else ""
    if re.fullmatch("4[0-9][0-9]", code) and code not in {"408", "429"}:
        return SourceRejected(f"the source refused the question with code{told}")
    return SourceUnavailable(f"the source failed with code{told}" if told else "the source failed with an unknown code")


def _why_not_json(body: bytes) -> str:
    if not body:
        return "the answer is empty"
    return "the answer is a web page, not JSON" if body.startswith(b"<") else "the answer is not JSON"


def _steps(path: str) -> list[str]:
    return path.split(".") if path else []


def _at(answer: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if type(answer) is not dict or step not in answer:
            raise SourceMisread(f"`{'.'.join(steps)}` is missing from the answer")
        answer = answer[step]
    return answer
