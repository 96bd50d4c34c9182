"""Raw rows of registry, double publicity and penalty lists -> records of an answer, a function a kind of row."""

from collections.abc import Mapping
from typing import Any, Final

from tests.benchmarks.reading import (
    COUNTERPARTS,
    NO_END,
    NO_TERM,
    SEXES,
    categories,
    code,
    day,
    identifier,
    moment,
    money,
    ten_thousand_yuan,
    text,
    yuan,
)

Record = dict[str, Any]
By = dict[str, list[Record]]
"""Records per code of a subject."""
Numbers = Mapping[str, str | None]
"""The registration number of each subject, by its code."""

_STATES: Final = {
    "1": "IN_BUSINESS",
    "2": "REVOKED",
    "3": "DEREGISTERED",
    "4": "DEREGISTERED",
    "5": "CANCELED",
    "6": "MOVED_OUT",
    "7": "DORMANT",
    "9": "OTHER",
}
_LICENSE_CATEGORIES: Final = {
    "普通": "GENERAL",
    "特许": "CONCESSION",
    "认可": "RECOGNITION",
    "核准": "VERIFICATION",
    "登记": "REGISTRATION",
    "其他": "OTHER",
}
_LICENSE_STATES: Final = {"1": "VALID", "2": "INVALID"}
_PENALTY_STATES: Final = {"1": "IN_FORCE", "3": "ALTERED", "有效": "IN_FORCE", "变更": "ALTERED"}
_DOMAINS: Final = {
    "11230881TJ0000844K": "ENVIRONMENT",
    "11230881TJ0000852E": "FIRE",
    "11230881TJ00008609": "TRANSPORT",
    "11230881TJ00008796": "CONSTRUCTION",
    "11230881TJ00008871": "LABOR",
    "11230881TJ0002073L": "AGRICULTURE",
    "11230881TJ0002188T": "FINANCE",
}
"""Authorities of one field of supervision, those that occur."""
_CASES: Final = {
    "登记注册": "MARKET",
    "竞争": "MARKET",
    "产品质量": "MARKET",
    "价格": "PRICE",
    "广告": "ADVERTISING",
    "网络交易": "E_COMMERCE",
    "知识产权": "INTELLECTUAL_PROPERTY",
    "食品药品": "FOOD_DRUG",
    "特种设备": "SPECIAL_EQUIPMENT",
}
_PROCEDURES: Final = {
    "01": "SIMPLE",
    "02": "ORDINARY",
    "简易程序": "SIMPLE",
    "普通程序": "ORDINARY",
    "简易": "SIMPLE",
    "普通": "ORDINARY",
}


def registration(row: Mapping[str, Any]) -> Record:
    """Read a row of the market registry."""
    capital = row["regcap"]
    return {
        "source": "market_registry",
        "uscc": identifier(row["uniscid"]),
        "regNo": identifier(row["regno"]),
        "orgCode": identifier(row["zzjgdm"]),
        "name": text(row["entname"]),
        "formerNames": text(row["cym"]),
        "entityTypeCode": text(row["enttype"]),
        "entityType": text(row["enttype_cn"]),
        "status": code(row["regstate"], _STATES),
        "registeredCapital": None if capital is None or row["regcapcur"] != "156" else money(capital * 10_000),
        "address": text(row["dom"]),
        "divisionCode": text(row["domdistrict"]),
        "industrySection": text(row["industryphy"]),
        "industryCode": text(row["industryco"]),
        "businessScope": text(row["opscope"]),
        "establishedOn": day(row["estdate"]),
        "approvedOn": day(row["apprdate"]),
        "termFrom": day(row["opfrom"]),
        "termTo": day(row["opto"]),
        "openEnded": row["opto"] is not None and row["opto"].year == 9999,
        "registrationAuthority": text(row["regorg_cn"]),
        "registrationAuthorityCode": identifier(row["regorg"]),
    }


def legal_representative(row: Mapping[str, Any]) -> Record:
    """Read a role of the market registry."""
    return {
        "source": "market_registry",
        "roleCode": text(row["position"]),
        "title": text(row["position_cn"]),
        "legalRepresentative": row["lerepsign"] == "1",
        "heldFrom": day(row["arrchdate"]),
        "heldTo": day(row["enddate"]),
        "organizationName": text(row["entname"]),
        "person": {"name": text(row["name"]), "sex": code(row["sex"], SEXES), "nationality": text(row["natcode"])},
    }


def _counterpart(row: Mapping[str, Any], prefix: str) -> Record:
    return {
        "counterpartName": text(row[f"{prefix}_XDR_MC"]),
        "counterpartUscc": identifier(row[f"{prefix}_XDR_SHXYM"]),
        "counterpartRegNo": identifier(row[f"{prefix}_XDR_GSZC"]),
        "counterpartOrgCode": identifier(row[f"{prefix}_XDR_ZZJG"]),
        "counterpartTaxNo": identifier(row[f"{prefix}_XDR_SWDJ"]),
        "counterpartInstitutionCertNo": identifier(row[f"{prefix}_XDR_SYDW"]),
        "counterpartSocialOrgNo": identifier(row[f"{prefix}_XDR_SHZZ"]),
        "legalRepresentative": text(row[f"{prefix}_FRDB"]),
        "legalRepIdType": text(row[f"{prefix}_FR_ZJLX"]),
        "personIdType": text(row[f"{prefix}_XDR_ZJLX"]),
        "counterpartCategory": code(row[f"{prefix}_XDR_LB"], COUNTERPARTS),
    }


def license(row: Mapping[str, Any]) -> Record:  # noqa: A001  # the word of the domain
    """Read a license of double publicity."""
    until = row["XK_YXQZI"]
    return {
        "source": "double_publicity",
        **_counterpart(row, "XK"),
        "decisionName": text(row["XK_XKWS"]),
        "decisionNo": text(row["XK_WSH"]),
        "category": code(row["XK_XKLB"], _LICENSE_CATEGORIES),
        "certificateName": text(row["XK_XKZS"]),
        "certificateNo": text(row["XK_XKBH"]),
        "content": text(row["XK_NR"]),
        "decidedOn": day(row["XK_JDRQ"]),
        "validFrom": day(row["XK_YXQZ"]),
        "validTo": day(until),
        "openEnded": until in NO_END,
        "authority": text(row["XK_XKJG"]),
        "authorityUscc": identifier(row["XK_XKJGDM"]),
        "status": code(row["XK_ZT"], _LICENSE_STATES),
        "dataSource": text(row["XK_LYDW"]),
        "dataSourceCode": identifier(row["XK_LYDWDM"]),
        "collectedAt": moment(row["ADD_TIME"]),
        "remark": text(row["BZ"]),
    }


def published_penalty(row: Mapping[str, Any]) -> Record:
    """Read a penalty of double publicity."""
    return {
        "source": "double_publicity",
        **_counterpart(row, "CF"),
        "decisionNo": text(row["CF_WSH"]),
        "violationType": text(row["CF_WFXW"]),
        "facts": text(row["CF_SY"]),
        "legalGrounds": text(row["CF_YJ"]),
        "categories": categories(row["CF_CFLB"]),
        "categoriesAsWritten": text(row["CF_CFLB"]),
        "content": text(row["CF_NR"]),
        "fineAmount": ten_thousand_yuan(row["CF_NR_FK"]),
        "confiscatedAmount": ten_thousand_yuan(row["CF_NR_WFFF"]),
        "licenseAffected": text(row["CF_NR_ZKDX"]),
        "decidedOn": day(row["CF_JDRQ"]),
        "effectiveUntil": day(row["CF_YXQ"]),
        "withoutTerm": row["CF_YXQ"] == NO_TERM,
        "sourcePublicUntil": day(row["CF_GSJZQ"]),
        "authority": text(row["CF_CFJG"]),
        "authorityUscc": identifier(row["CF_CFJGDM"]),
        "domain": _DOMAINS.get(row["CF_CFJGDM"]),
        "procedure": code(row["CF_AJLB"], _PROCEDURES),
        "status": code(row["CF_ZT"], _PENALTY_STATES),
        "repairedOn": day(row["CF_XFRQ"]),
        "dataSource": text(row["CF_SJLY"]),
        "dataSourceCode": identifier(row["CF_SJLYDM"]),
        "collectedAt": moment(row["ADD_TIME"]),
        "remark": text(row["BZ"]),
    }


_NOT_RECORDED: Final[Record] = dict.fromkeys(
    (
        "counterpartUscc", "counterpartRegNo", "counterpartOrgCode", "counterpartTaxNo", "counterpartInstitutionCertNo",
        "counterpartSocialOrgNo", "legalRepresentative", "legalRepIdType", "personIdType", "counterpartCategory",
        "confiscatedAmount", "licenseAffected", "effectiveUntil", "withoutTerm", "domain", "procedure", "status",
        "repairedOn", "dataSource", "dataSourceCode", "collectedAt", "remark",
    )
)  # fmt: skip
"""Fields of a penalty that one of the departments' own systems does not have."""


def environment_penalty(row: Mapping[str, Any]) -> Record:
    """Read a penalty of the environment bureau."""
    return {
        **_NOT_RECORDED,
        "source": "environment_penalties",
        "counterpartName": text(row["xdrmc"]),
        "counterpartUscc": identifier(row["tyshxydm"]),
        "legalRepresentative": text(row["fddbr"]),
        "counterpartCategory": code(row["xdrlb"], COUNTERPARTS),
        "decisionNo": text(row["jdswh"]),
        "violationType": text(row["wfxwlx"]),
        "facts": text(row["wfss"]),
        "legalGrounds": text(row["cfyj"]),
        "categories": categories(row["cfzl"]),
        "categoriesAsWritten": text(row["cfzl"]),
        "content": text(row["cfnr"]),
        "fineAmount": yuan(row["fkje"]),
        "confiscatedAmount": yuan(row["msje"]),
        "decidedOn": day(row["jdrq"]),
        "sourcePublicUntil": day(row["gsjzq"]),
        "authority": text(row["cfjg"]),
        "authorityUscc": identifier(row["cfjgdm"]),
        "domain": "ENVIRONMENT",
        "procedure": code(row["ajlb"], _PROCEDURES),
        "status": code(row["zt"], _PENALTY_STATES),
    }


def fire_penalty(row: Mapping[str, Any]) -> Record:
    """Read a line of the fire brigade's list."""
    return {
        **_NOT_RECORDED,
        "source": "fire_penalties",
        "counterpartName": text(row["单位名称"]),
        "counterpartUscc": identifier(row["统一社会信用代码"]),
        "decisionNo": text(row["处罚决定书文号"]),
        "violationType": text(row["违法行为类型"]),
        "facts": text(row["违法事实"]),
        "legalGrounds": text(row["处罚依据"]),
        "categories": categories(row["处罚种类"]),
        "categoriesAsWritten": text(row["处罚种类"]),
        "content": text(row["处罚内容"]),
        "fineAmount": yuan(row["罚款金额(元)"]),
        "decidedOn": day(row["处罚决定日期"]),
        "sourcePublicUntil": day(row["公示截止期"]),
        "authority": text(row["处罚机关"]),
        "authorityUscc": identifier(row["处罚机关代码"]),
        "domain": "FIRE",
    }


def market_penalty(row: Mapping[str, Any]) -> Record:
    """Read a line of the market regulator's ledger."""
    return {
        **_NOT_RECORDED,
        "source": "market_penalties",
        "counterpartName": text(row["当事人"]),
        "counterpartRegNo": identifier(row["注册号"]),
        "legalRepresentative": text(row["法定代表人"]),
        "decisionNo": text(row["决定书文号"]),
        "violationType": text(row["违法行为"]),
        "facts": text(row["主要违法事实"]),
        "legalGrounds": text(row["处罚依据"]),
        "categories": categories(row["处罚种类"]),
        "categoriesAsWritten": text(row["处罚种类"]),
        "content": text(row["处罚内容"]),
        "fineAmount": yuan(row["罚款(元)"]),
        "confiscatedAmount": yuan(row["没收金额(元)"]),
        "decidedOn": day(row["决定日期"]),
        "sourcePublicUntil": day(row["公示截止期"]),
        "authority": text(row["处罚机关"]),
        "authorityUscc": identifier(row["处罚机关代码"]),
        "domain": code(row["案件类别"], _CASES),
        "procedure": code(row["案件程序"], _PROCEDURES),
    }
