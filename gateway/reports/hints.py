"""What the subject can do about what a report says, and what a reader must not make of it: words, no rules of ours.

Legal bases: 信用修复管理办法 (NDRC order 36 of 2025, in force 2026-04-01) for repair; objections are those of this
gateway (`fileObjection`), which passes them on to the owning department.
"""

from collections.abc import Mapping
from typing import Final

from gateway.reports.model import Section
from gateway.reports.sections import unanswered
from gateway.reports.words import Words, joined

_REPAIR: Final = Words(
    "对公示中的失信信息，履行义务、纠正失信行为并满最短公示期后，可依《信用修复管理办法》"
    "（2026 年 4 月 1 日起施行）申请信用修复；涉及：{names}。",
    "For published dishonesty: once duties are done and the shortest term of publicity is over, repair can be applied "
    "for under the Measures for Credit Repair (in force 2026-04-01). Concerned: {names}.",
)
_COMMITMENT: Final = Words(
    "有未履行或部分履行的信用承诺 {count} 项，可在履行后请认定单位更新履行状态。",
    "{count} commitments are not, or not wholly, fulfilled: once they are, the body that judged them can say so.",
)
_ARREARS: Final = Words(
    "有欠税或欠费记录 {count} 条，清缴后由发布单位更新。",
    "{count} records of arrears: once paid, the body that published them brings them up to date.",
)
_AGAIN: Final = Words(
    "以下数据源本次未取得答复，可稍后重新申请报告：{names}。",
    "No answer could be had this time from the following; ask for a new report later: {names}.",
)
_CUT: Final = Words(
    "以下类别的记录多于本报告所列的条数：{names}；其余的可按类别另行查询。",
    "Of the following there are more records than this report shows: {names}. The others can be queried one by one.",
)
_CONSENT: Final = Words("经信息主体授权后可查询的部分：{names}。", "Open with the subject's consent: {names}.")
_OBJECTION: Final = Words(
    "认为记录有误、遗漏或与本主体无关的，可通过本网关或归属部门提出异议；异议处理期间记录照常显示并作标注。",
    "Whoever finds a record wrong, missing or not its own can object, here or at the owning department; until that is "
    "settled the record is shown with a note.",
)
DISCLAIMER: Final = (
    Words(
        "本报告只陈述各归属部门在查询时点所答复的事实，不含评分，不作信用高低的判断；内容由归属部门负责，本网关不留存。",
        "This report states what the owning departments answered when they were asked. It has no score and judges "
        "nobody; the departments answer for what it says, and nothing of it is kept here.",
    ),
    Words(
        "“无记录”仅在全部归属数据源已完整答复时使用；标明未取得、不开放或不涵盖的部分，不得视为没有记录。",
        'A part reads "none on record" only when every owning source answered in full. What is marked as not had, not '
        "open or not covered must not be taken as none.",
    ),
    Words(
        "报告内容以所申报的查询目的和查询者权限为限，仅供该目的使用；依法不再公示、共享和使用的信息不在其中。",
        "It holds what is open for the declared purpose and to its caller, for use for that purpose alone; what may no "
        "longer be published, shared or used is not in it.",
    ),
    Words(
        "报告的真伪以电子签名和账本回执为准，可按首页二维码或回执编号核验；打印件与电子件不一致的，以电子件为准。",
        "Its signature and its receipt in the ledger prove it: see the QR code or the number of the receipt. Where a "
        "print differs from the file, the file counts.",
    ),
)  # fmt: skip


def hints(sections: Mapping[str, Section]) -> tuple[Words, ...]:
    """Return the hints that the ``sections`` give reason for."""
    told = [*_repair(sections), *_unfulfilled(sections), *_owed(sections)]
    told += _named(_AGAIN, [each for each in sections.values() if _unavailable(each)])
    told += _named(_CONSENT, [each for each in sections.values() if _by_consent(each)])
    return (*_cut(sections), *told, _OBJECTION)


def _cut(sections: Mapping[str, Section]) -> list[Words]:
    """Return what is cut, with how many records are shown of each."""
    cut = [section for section in sections.values() if section.truncated is not None]
    names = joined(
        Words(f"{each.title.zh}（列出 {len(each.records)} 条）", f"{each.title.en} ({len(each.records)} shown)")
        for each in cut
    )
    return [Words(_CUT.zh.format(names=names.zh), _CUT.en.format(names=names.en))] if cut else []


def _repair(sections: Mapping[str, Section]) -> list[Words]:
    published = [
        section
        for name, section in sections.items()
        if name not in ("honest", "taxArrears")
        and any(each.standing is not None and each.standing.state == "PUBLISHED" for each in section.records)
    ]
    return _named(_REPAIR, published)


def _unfulfilled(sections: Mapping[str, Section]) -> list[Words]:
    values = (value for record in sections["commitments"].records for value in record.values)
    count = sum(value.field == "fulfillment" and value.value in ("PARTIAL", "NONE") for value in values)
    return [_COMMITMENT.filled(count=str(count))] if count else []


def _owed(sections: Mapping[str, Section]) -> list[Words]:
    records = [record for name in ("taxArrears", "utilityArrears") for record in sections[name].records]
    settled = [value for record in records for value in record.values if value.field == "settledOn"]
    count = sum(value.missing == "NONE" for value in settled)
    return [_ARREARS.filled(count=str(count))] if count else []


def _unavailable(section: Section) -> bool:
    return any(each.status not in ("DENIED", "DISCONTINUED") for each in unanswered(section))


def _by_consent(section: Section) -> bool:
    refused = [each.reason for each in section.asked if each.status == "DENIED"]
    refused += [section.denied.reason] if section.denied is not None else []
    return any(each in ("CONSENT_MISSING", "CONSENT_NOT_COVERING") for each in refused)


def _named(words: Words, sections: list[Section]) -> list[Words]:
    names = joined(each.title for each in sections)
    return [Words(words.zh.format(names=names.zh), words.en.format(names=names.en))] if sections else []
