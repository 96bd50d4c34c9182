"""What an examination of a source finds: each kind of finding in words, and what may be quoted of a source.

# INVARIANT: a finding holds no value, no key and no address; a code is quoted only where it cannot be an identifier.
"""

import re
from dataclasses import dataclass
from typing import Final

from gateway.bilingual import Bilingual


class Kind(Bilingual):
    """Kinds of findings; ``zh`` and ``en`` say what each is."""

    NOT_ANSWERED = "NOT_ANSWERED", "没有答复的调用", "calls without an answer"
    COLUMN_MISSING = "COLUMN_MISSING", "缺少或改名的列", "a column that is missing or has another name"
    BATCH_DIFFERS = "BATCH_DIFFERS", "批量查询与逐个查询结果不同", "a batch returns something else than its keys alone"
    ORDER_DIFFERS = "ORDER_DIFFERS", "同一主体的记录次序不一致", "records of one subject come in another order"
    UNSTABLE = "UNSTABLE", "同一问题两次答复不同", "the same question got another answer"
    UNKNOWN_KEY_FOUND = "UNKNOWN_KEY_FOUND", "不存在的键查到了记录", "a key that nobody has found records"
    UNREADABLE = "UNREADABLE", "读不懂的值", "values that cannot be read"
    UNKNOWN_CODE = "UNKNOWN_CODE", "代码表以外的代码", "codes that the source file does not list"
    LEFT_OUT = "LEFT_OUT", "未采用的记录", "records that were left out"
    ENCODING = "ENCODING", "疑似编码错误的文字", "text that may be in a wrong encoding"
    DUPLICATES = "DUPLICATES", "完全相同的重复记录", "records sent more than once"
    NO_AS_OF = "NO_AS_OF", "没有更新时间的记录", "records without a date of update"
    FUTURE_AS_OF = "FUTURE_AS_OF", "更新时间在未来", "dates of update in the future"
    NOTHING_FOUND = "NOTHING_FOUND", "没有查到任何记录,无从检查", "no record was found, so none could be examined"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that somebody should look at: how often, in which part and field, and what is known of it."""

    kind: Kind
    part: str
    field: str = ""
    count: int = 1
    detail: str = ""


_UNKNOWN: Final = "a code that is not in the table of the source file"
_QUOTED: Final = re.compile("code `(.*)` is not in the table of the source file", re.DOTALL)
_MISSING: Final = re.compile("column `.*` is missing")
_LONGEST: Final = 12
_LIKE_IDENTIFIER: Final = re.compile(r"[0-9].*[0-9].*[0-9].*[0-9].*[0-9]|[0-9A-Za-z-]{8,}")


def reason_of(message: str) -> tuple[Kind, str]:
    """Return what a note on a value that could not be read says, fit to be shown."""
    if _MISSING.match(message):
        return Kind.COLUMN_MISSING, message
    quoted = _QUOTED.fullmatch(message)
    if quoted is None:
        return (Kind.UNKNOWN_CODE, _UNKNOWN) if message == _UNKNOWN else (Kind.UNREADABLE, message)
    code = quoted[1]
    harmless = len(code) <= _LONGEST and _LIKE_IDENTIFIER.search(code) is None
    return Kind.UNKNOWN_CODE, message if harmless else _UNKNOWN
