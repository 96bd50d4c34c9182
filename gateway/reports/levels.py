"""How documents are signed, in words: what a reader of a report must know of the weight of its signature."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.reports.model import Level
from gateway.reports.words import Words

LEVELS: Final[Mapping[Level, Words]] = MappingProxyType(
    {
        "NONE": Words("未签名，仅供阅读", "not signed: for reading alone"),
        "JWS": Words("JWS（RFC 7515），附签发者证书", "JWS (RFC 7515), with the issuer's certificate"),
        "SD_JWT": Words("SD-JWT（RFC 9901），可选择性出示", "SD-JWT (RFC 9901), which may be shown in part"),
        "PADES_B_B": Words("PAdES B-B，未附第三方时间戳", "PAdES B-B, without a time stamp of a third party"),
        "PADES_B_T": Words("PAdES B-T，附第三方时间戳", "PAdES B-T, with a time stamp of a third party"),
    }
)
