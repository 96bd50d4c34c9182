"""Raw rows of the court and of the tax bureau -> records of an answer, by hand, one function a kind of row."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.benchmarks.reading import SEXES, code, day, identifier, text, yuan
from tests.benchmarks.records import Record

_PARTIES: Final = {"0": "PERSON", "1": "ORGANIZATION"}
_PERFORMANCES: Final = {"全部未履行": "NONE", "部分未履行": "PARTIAL", "全部已履行": "FULL"}
_RELATIONS: Final = {"法定代表人": "LEGAL_REPRESENTATIVE", "经营者": "OPERATOR"}
_TAX_LEVELS: Final = {letter: letter.upper() for letter in "ABMCDabmcd"}


def tax_rating(row: Mapping[str, Any]) -> Record:
    """Read a rating of the tax bureau."""
    return {
        "source": "tax_credit",
        "taxpayerName": text(row["nsrmc"]),
        "taxpayerNo": identifier(row["nsrsbh"]),
        "evaluationName": text(row["pjmc"]),
        "evaluationYear": int(row["pjnd"]),
        "level": code(row["xydj"], _TAX_LEVELS),
        "authority": text(row["pjdw"]),
        "decidedOn": day(row["pjrq"]),
        "validFrom": day(row["yxqq"]),
        "validTo": day(row["yxqz"]),
    }


def _party(row: Mapping[str, Any], sex: str) -> Record:
    return {
        "source": "court_enforcement",
        "name": text(row["iname"]),
        "sex": code(row[sex], SEXES),
        "maskedIdNo": text(row["cardNum"]),
        "court": text(row["courtName"]),
        "province": text(row["areaName"]),
        "filedOn": day(row["regDate"]),
        "caseNo": text(row["caseCode"]),
    }


def dishonest_entry(row: Mapping[str, Any]) -> Record:
    """Read an entry of the list of dishonest judgment debtors."""
    return {
        **_party(row, "sexy"),
        "partyType": code(row["partyTypeName"], _PARTIES),
        "age": row["age"] or None,
        "legalRepresentative": text(row["businessEntity"]),
        "enforcementBasisNo": text(row["gistId"]),
        "enforcementBasisIssuer": text(row["gistUnit"]),
        "obligation": text(row["duty"]),
        "performance": code(row["performance"], _PERFORMANCES),
        "performedPart": text(row["performedPart"]),
        "unperformedPart": text(row["unperformPart"]),
        "conduct": text(row["disruptTypeName"]),
        "publishedOn": day(row["publishDate"]),
    }


def enforcement_case(row: Mapping[str, Any]) -> Record:
    """Read an enforcement case."""
    return {
        **_party(row, "sexy"),
        "partyType": code(row["partyTypeName"], _PARTIES),
        "amount": yuan(row["execMoney"]),
    }


def terminated_execution(row: Mapping[str, Any]) -> Record:
    """Read an execution that ended for now."""
    return {
        **enforcement_case(row),
        "terminatedOn": day(row["endDate"]),
        "unpaidAmount": yuan(row["unperformMoney"]),
    }


def consumption_restriction(row: Mapping[str, Any]) -> Record:
    """Read an order that restricts consumption."""
    return {
        **_party(row, "xzcsx"),
        "restrictedPerson": text(row["xm"]),
        "relatedOrganization": text(row["qyxx"]),
        "relation": code(row["gx"], _RELATIONS),
        "publishedOn": day(row["fbrq"]),
        "orderDocument": text(row["docTitle"]),
    }


COURT: Final[dict[str, tuple[str, str, Callable[[Mapping[str, Any]], Record]]]] = {
    "dishonestEntries": ("/api/dishonest", "publishedOn", dishonest_entry),
    "enforcementCases": ("/api/enforcement", "filedOn", enforcement_case),
    "terminatedExecutions": ("/api/terminated", "terminatedOn", terminated_execution),
    "consumptionRestrictions": ("/api/restriction", "publishedOn", consumption_restriction),
}
"""Section of the court -> path of its list, date of its order, how its rows are read."""
