"""The kind of subject that a unified social credit code tells by its first two characters (`domain.md` §1.1, §2.1)."""

from typing import Final

_KINDS: Final = {
    "11": "GOVERNMENT_BODY",
    "12": "PUBLIC_INSTITUTION",
    "13": "MASS_ORGANIZATION",  # 中央编办直接管理机构编制的群众团体
    "31": "LEGAL_SERVICE_BODY",  # 律师执业机构
    "32": "LEGAL_SERVICE_BODY",  # 公证处
    "33": "LEGAL_SERVICE_BODY",  # 基层法律服务所
    "34": "LEGAL_SERVICE_BODY",  # 司法鉴定机构
    "35": "LEGAL_SERVICE_BODY",  # 仲裁委员会
    "51": "SOCIAL_ORGANIZATION",  # 社会团体
    "52": "SOCIAL_ORGANIZATION",  # 民办非企业单位
    "53": "SOCIAL_ORGANIZATION",  # 基金会
    "81": "MASS_ORGANIZATION",  # 基层工会
    "91": "ENTERPRISE",
    "92": "INDIVIDUAL_BUSINESS",
    "93": "FARMER_COOPERATIVE",
    "N1": "RURAL_COLLECTIVE",  # 组级集体经济组织
    "N2": "RURAL_COLLECTIVE",  # 村级
    "N3": "RURAL_COLLECTIVE",  # 乡镇级
}
"""Registrar and class -> kind. Every other pair is OTHER, also one that no table knows: registrars get new letters."""


def subject_kind(uscc: str) -> str:
    """Return the kind of subject of a canonical USCC."""
    return _KINDS.get(uscc[:2], "OTHER")
