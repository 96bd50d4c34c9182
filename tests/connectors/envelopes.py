"""Answers of the tax bureau's SOAP interface as texts, right and wrong."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[2] / "config" / "sources"
"""Where the WSDL is."""
_SOAP: Final = 'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'


def enveloped(body: str, encoding: str = "GBK") -> str:
    """Return ``body`` in a SOAP 1.1 envelope."""
    return f'<?xml version="1.0" encoding="{encoding}"?><s:Envelope {_SOAP}><s:Body>{body}</s:Body></s:Envelope>'


def told(inner: str) -> str:
    """Return an answer of the operation with ``inner``."""
    return enveloped(f'<queryCreditResponse xmlns="http://xypj.tax.example/">{inner}</queryCreditResponse>')


def found(*items: str) -> str:
    """Return an answer that says that ``items`` were found."""
    return told(f"<rtnCode>00</rtnCode><rtnMsg>成功</rtnMsg><pjxx>{''.join(items)}</pjxx>")


def rated(key: str, year: int = 2025, name: str = "甲公司") -> str:
    """Return one rating."""
    return f"<item><nsrsbh>{key}</nsrsbh><nsrmc>{name}</nsrmc><pjnd>{year}</pjnd></item>"


def fault(code: str) -> str:
    """Return a SOAP fault."""
    return enveloped(f"<s:Fault><faultcode>{code}</faultcode><faultstring>失败: 127.0.0.1</faultstring></s:Fault>")
