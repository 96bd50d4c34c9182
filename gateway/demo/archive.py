"""What double publicity keeps of the years 2015 to 2018, in the dialect of 2016: two tables, and a view of one.

Oddities kept on purpose (`domain.md` §3.2, the older dialect): no code of the authority and no id of the row; days as
YYYY/MM/DD; the organization code with its hyphen; states 0 正常, 1 撤销, 2 异议, 3 其他; the amount of a fine only in
words; two columns of categories, which the view joins.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from msgspec.structs import replace

from gateway.demo.chance import holds, lot, pick
from gateway.demo.facts import HOUSING, MARKET, TRANSPORT, License, Penalty
from gateway.demo.ordinary import granted, penalty
from gateway.demo.scenarios import Known
from gateway.demo.subjects import Subject
from gateway.demo.words import LICENSES, PUBLICITY_VIOLATIONS

LICENSE_COLUMNS: Final = (
    "XK_WSH", "XK_XMMC", "XK_SPLB", "XK_NR", "XK_XDR", "XK_XDR_SHXYM", "XK_XDR_ZDM", "XK_XDR_GSDJ", "XK_XDR_SWDJ",
    "XK_XDR_SFZ", "XK_FR", "XK_JDRQ", "XK_JZQ", "XK_XZJG", "XK_ZT", "DFBM", "SJC", "BZ",
)  # fmt: skip
PENALTY_COLUMNS: Final = (
    "CF_WSH", "CF_CFMC", "CF_CFLB1", "CF_CFLB2", "CF_SY", "CF_YJ", "CF_XDR_MC", "CF_XDR_SHXYM", "CF_XDR_ZDM",
    "CF_XDR_GSDJ", "CF_XDR_SWDJ", "CF_XDR_SFZ", "CF_FR", "CF_JG", "CF_JDRQ", "CF_XZJG", "CF_ZT", "GSQX", "DFBM", "SJC",
    "BZ",
)  # fmt: skip
CODES: Final = ("SHXYM", "ZDM", "GSDJ", "SWDJ")
"""The four code columns, after their prefix XK_XDR_ or CF_XDR_."""
VIEW: Final = """
CREATE VIEW v_cf_2016 AS SELECT *, CASE WHEN CF_CFLB2 = '' THEN CF_CFLB1 ELSE CF_CFLB1 || ';' || CF_CFLB2 END AS CF_CFLB
FROM cf_2016
"""
_LICENSES: Final[dict[int, License]] = {
    14: granted(118, 7, date(2015, 12, 7), date(2017, 12, 6), "ZZJG"),
    25: granted(206, 4, date(2016, 9, 1), None, "SWDJ"),
    27: granted(222, 1, date(2016, 4, 16), date(2020, 4, 15), "GSZC"),
}
_PENALTIES: Final[dict[int, Penalty]] = {
    14: replace(
        penalty(119, PUBLICITY_VIOLATIONS[2], HOUSING, date(2016, 11, 3), fine=20000), status="0", keyed_by="SWDJ"
    ),
    24: replace(penalty(199, PUBLICITY_VIOLATIONS[4], MARKET, date(2018, 1, 30), fine=2000), status="1"),
    25: replace(
        penalty(207, PUBLICITY_VIOLATIONS[1], TRANSPORT, date(2017, 8, 21), fine=30000), status="2", keyed_by="ZZJG"
    ),
    27: replace(penalty(223, PUBLICITY_VIOLATIONS[0], MARKET, date(2017, 6, 12), fine=0), status="3", keyed_by="GSZC"),
}


def _day_of(what: str, number: int) -> date:
    """Return a day of the years in which the dialect was in use."""
    return date.fromordinal(date(2015, 12, 1).toordinal() + lot(what, number) % 900)


def old_license(subject: Subject) -> License | None:
    """Return the license of the time that ``subject`` has in the archive."""
    number = subject.number
    if not holds(subject, "archived license", 1500, _LICENSES):
        return None
    decided_on = _day_of("archived license", number)
    place = pick("archived license", number, range(len(LICENSES)))
    keyed_by = pick("archived license key", number, ("SHXYM", "GSZC", "ZZJG", "SWDJ"))
    return _LICENSES.get(number) or granted(number * 8 + 6, place, decided_on, None, keyed_by, status="0")


def old_penalty(subject: Subject) -> Penalty | None:
    """Return the penalty of the time that ``subject`` has in the archive."""
    number = subject.number
    if not holds(subject, "archived penalty", 400, _PENALTIES):
        return None
    violation = pick("archived penalty", number, PUBLICITY_VIOLATIONS)
    fresh = penalty(number * 8 + 7, violation, MARKET, _day_of("archived penalty", number), fine=violation.fine)
    state = pick("archived state", number, ("0", "0", "0", "1", "2", "3"))
    keyed_by = pick("archived penalty key", number, ("SHXYM", "GSZC", "ZZJG"))
    return _PENALTIES.get(number) or replace(fresh, status=state, keyed_by=keyed_by)


def _codes(subject: Subject, keyed_by: str) -> tuple[str, ...]:
    org_code = f"{subject.org_code[:8]}-{subject.org_code[8]}"
    known = {"SHXYM": subject.uscc, "ZZJG": org_code, "GSZC": subject.registration_number, "SWDJ": subject.uscc}
    chosen = keyed_by if known[keyed_by] else "SHXYM"
    return tuple(known[code] if code == chosen else "" for code in ("SHXYM", "ZZJG", "GSZC", "SWDJ"))


def _person(subject: Subject) -> tuple[str, str]:
    """Return the number of a natural person as counterpart, and the legal representative of an organization."""
    who = subject.representative
    return (who.id_no, "") if subject.kind == "92" else ("", who.name)


def license_row(subject: Subject, each: License) -> tuple[str, ...]:
    """Return the row of ``LICENSE_COLUMNS`` of one license."""
    day = each.decided_on
    return (
        f"{each.authority.letters}许字[{day.year}]第{each.serial}号",
        each.decision_name,
        each.category,
        each.content,
        subject.name,
        *_codes(subject, each.keyed_by),
        *_person(subject),
        f"{day:%Y/%m/%d}",
        f"{each.valid_to:%Y/%m/%d}" if each.valid_to else "2099/12/31",
        each.authority.as_written,
        "0",
        "230881",
        f"{day:%Y/%m/%d} 10:22:11",
        "无",
    )


def penalty_row(subject: Subject, each: Penalty) -> tuple[str, ...]:
    """Return the row of ``PENALTY_COLUMNS`` of one penalty."""
    day = each.decided_on
    first, _, second = each.violation.categories.replace("；", ";").partition(";")
    return (
        f"{each.authority.letters}罚字[{day.year}]第{each.serial}号",
        each.violation.type,
        first,
        second,
        each.violation.facts,
        each.violation.grounds,
        subject.name,
        *_codes(subject, each.keyed_by),
        *_person(subject),
        each.content,
        f"{day:%Y/%m/%d}",
        each.authority.as_written,
        each.status,
        "1",
        "230881",
        f"{day:%Y/%m/%d} 10:22:11",
        "无",
    )


def license_rows(everyone: Iterable[Known]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the licenses."""
    return (license_row(known.subject, found) for known in everyone if (found := old_license(known.subject)))


def penalty_rows(everyone: Iterable[Known]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the penalties."""
    return (penalty_row(known.subject, found) for known in everyone if (found := old_penalty(known.subject)))
