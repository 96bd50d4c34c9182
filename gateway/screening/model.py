"""A portfolio's rows and what becomes of each. Frozen values, no I/O.

Terms
    portfolio   a client's list of subjects: a file of its own, or the keys of one mutation
    row         one line of it, numbered from 1 as the portfolio has them, the header not counted
    slice       a run of rows that are asked about together; a subject that stands twice in one is asked about once
    job         the screening of one portfolio against one rule set, on one day
    outcome     what the rules said of one row: verdict, results of rules, what was missing; nothing of any record
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import msgspec

from gateway.bilingual import Bilingual
from schema.identifiers import Identifier

Verdict = Literal["PASS", "ATTENTION", "REJECT", "UNDETERMINED", "INVALID"]
"""INVALID: the row names no subject that could be asked about; the others are verdicts of the rule set."""
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
CLOSED: Final = "CLOSED"
"""The status of a source in its quiet hours (`schema.enums`)."""


class Fault(Bilingual):
    """Why a row is INVALID; ``zh`` and ``en`` say it."""

    KEY_EMPTY = "KEY_EMPTY", "没有主体标识", "the cell of the key is empty"
    KEY_UNREAD = "KEY_UNREAD", "不符合任何主体标识的格式", "the key fits no scheme of identifiers"
    KEY_AMBIGUOUS = (
        "KEY_AMBIGUOUS",
        "可能是多种标识,请用 --scheme 注明",
        "the key fits several schemes: state `--scheme`",
    )
    CHECK_FAILED = "CHECK_FAILED", "校验码不符", "the check character of the key does not fit"
    PERSONAL_NUMBER = "PERSONAL_NUMBER", "是自然人的证件号码,不予查询", "the key reads as a person's number: not asked"
    KEY_NUMBER = (
        "KEY_NUMBER",
        "单元格是数字,位数已丢失;请改为文本",
        "the cell is a number that lost digits: format the column as text",
    )
    CELLS = "CELLS", "单元格数与表头不符", "the row has another number of cells than the header"
    UNREADABLE = "UNREADABLE", "该行无法读取", "the row cannot be read"


class Missing(msgspec.Struct, frozen=True, array_like=True):
    """One source that a rule needed and that did not tell; ``until`` (ISO 8601, UTC) when it is known to be back."""

    source: str
    status: str
    until: str | None = None


class RowOutcome(msgspec.Struct, frozen=True, array_like=True):
    """What became of one row.

    ``rules`` are (rule id, result) of every rule that is not CLEAN or NOT_APPLICABLE; ``receipt`` is the id of the
    answer that the verdict rests on (two, parted by a blank, where some of it is hidden), None for an INVALID row,
    whose ``fault`` says why; ``as_of`` is the day (ISO 8601). ``again`` is when asking again may settle a row that is
    undetermined only because sources are closed. ``raised`` are those of ``rules`` that a client raised by its own
    overlay, with its name.
    """

    verdict: Verdict
    rules: tuple[tuple[str, str], ...] = ()
    missing: tuple[Missing, ...] = ()
    receipt: str | None = None
    as_of: str | None = None
    fault: str | None = None
    again: str | None = None
    raised: dict[str, str] = {}

    @property
    def until(self) -> str | None:
        """When every missing source that is known to come back is back: before that, asking again tells nothing."""
        return self.again or closed_until(self.missing, some=True)


def closed_until(missing: Iterable[Missing], *, some: bool = False) -> str | None:
    """Return when all that is ``missing`` is back; None if that is not known of each, or with ``some``, of any."""
    held = [each.until if each.status == CLOSED or some else None for each in missing]
    known = [each for each in held if each is not None]
    return max(known) if known and (some or len(known) == len(held)) else None


def invalid(fault: Fault) -> RowOutcome:
    """Return the outcome of a row that is not asked about."""
    return RowOutcome("INVALID", fault=fault.value)


@dataclass(frozen=True, slots=True)
class Row:
    """One row that can be asked about."""

    number: int
    key: Identifier


Check = Callable[[Sequence[Row]], Awaitable[Sequence[RowOutcome]]]
"""From rows with different keys to their outcomes, in order; asks each source at most ceil(rows / its batch) times."""
