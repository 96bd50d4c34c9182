"""What the records that a live source sent say of it: what is filled, unreadable, garbled, repeated, how old it is.

Pure: answers in, counts out. No value leaves this file.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Final

from connectors.base import Answer, Row
from connectors.hours import CHINA_TIME
from gateway.kit.encodings import signs_in
from gateway.kit.findings import Finding, Kind, reason_of

_RECORD_KEY: Final = "record_key"
_DAY_SECONDS: Final = 86_400


@dataclass(slots=True)
class Examined:
    """What was seen: ``filled`` counts the records that have a field, ``as_of`` are dates of update, oldest first."""

    rows: int = 0
    keys_found: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    as_of: list[datetime] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def examine(part: str, fields: Sequence[str], answers: Mapping[str, Answer], *, dated: bool, now: datetime) -> Examined:
    """Return what is to be said of the ``answers`` by key; ``dated`` tells that records have a date of update."""
    rows = [row for key, answer in answers.items() for row in answer.rows.get(key, ())]
    examined = Examined(len(rows), sum(bool(answer.rows.get(key)) for key, answer in answers.items()))
    for row in rows:
        examined.filled.update(name for name, value in zip(fields, row.values, strict=True) if value is not None)
    examined.as_of = sorted(moment for row in rows if (moment := _moment(row.as_of)) is not None)
    examined.findings = [
        *_unreadable(part, rows),
        *_left_out(part, answers.values()),
        *_garbled(part, fields, rows),
        *_repeated(part, answers),
        *(_undated(part, rows, now) if dated else ()),
    ]
    return examined


def age_days(moment: datetime, now: datetime) -> float:
    """Return how many days ago ``moment`` was."""
    return round((now - moment).total_seconds() / _DAY_SECONDS, 1)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else datetime.combine(moment, time(), CHINA_TIME)


def _unreadable(part: str, rows: Iterable[Row]) -> Iterator[Finding]:
    found = Counter((issue.field, *reason_of(issue.message)) for row in rows for issue in row.issues if issue.misread)
    yield from (Finding(kind, part, name, count, reason) for (name, kind, reason), count in found.most_common())


def _left_out(part: str, answers: Iterable[Answer]) -> Iterator[Finding]:
    found = Counter(reason for answer in answers for reason in answer.unreadable.values())
    yield from (Finding(Kind.LEFT_OUT, part, count=count, detail=reason) for reason, count in found.most_common())


def _garbled(part: str, fields: Sequence[str], rows: Iterable[Row]) -> Iterator[Finding]:
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for name, value in (*zip(fields, row.values, strict=True), (_RECORD_KEY, row.record_key)):
            found.update((name, f"{sign.zh}; {sign.en}") for sign in {*_signs(value)})
    for (name, sign), count in found.most_common():
        yield Finding(Kind.ENCODING, part, name, count, sign)


def _signs(value: Any) -> Iterator[Any]:
    for text in value if isinstance(value, list) else (value,):
        if isinstance(text, str):
            yield from signs_in(text)


def _repeated(part: str, answers: Mapping[str, Answer]) -> Iterator[Finding]:
    counts = Counter(
        (key, row.record_key, row.digest) for key, answer in answers.items() for row in answer.rows.get(key, ())
    )
    repeated = sum(count - 1 for count in counts.values())
    if repeated:
        yield Finding(Kind.DUPLICATES, part, count=repeated)


def _undated(part: str, rows: Sequence[Row], now: datetime) -> Iterator[Finding]:
    moments = [_moment(row.as_of) for row in rows]
    without, future = moments.count(None), sum(moment > now for moment in moments if moment is not None)
    if without:
        yield Finding(Kind.NO_AS_OF, part, "as_of", without)
    if future:
        yield Finding(Kind.FUTURE_AS_OF, part, "as_of", future)
