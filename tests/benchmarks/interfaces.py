"""Tax (SOAP), court and environment (REST), asked by hand through aiohttp."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from hmac import new as new_mac
from typing import Any, Final
from xml.sax.saxutils import escape

import aiohttp
import orjson
from lxml import etree

from tests.benchmarks import court_records, records
from tests.benchmarks.records import By, Record

_ENVELOPE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://xypj.tax.example/">'
    "<soap:Header><t:SessionToken>{token}</t:SessionToken></soap:Header>"
    "<soap:Body><t:queryCredit><t:nsrsbh>{taxpayer}</t:nsrsbh></t:queryCredit></soap:Body></soap:Envelope>"
)
_SOAP_HEADERS: Final = {
    "Content-Type": "text/xml; charset=utf-8",
    "SOAPAction": '"http://xypj.tax.example/queryCredit"',
}
_TAX: Final = "{http://xypj.tax.example/}"


class Tax:
    """The tax bureau: SOAP by a template, one taxpayer a call."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session, self._url, self._token = session, url, escape(token)

    async def ratings(self, usccs: Sequence[str]) -> By:
        """Return the ratings of ``usccs``."""
        return dict(zip(usccs, await asyncio.gather(*map(self._rating, usccs)), strict=True))

    async def _rating(self, uscc: str) -> list[Record]:
        envelope = _ENVELOPE.format(token=self._token, taxpayer=escape(uscc)).encode()
        async with self._session.post(self._url, data=envelope, headers=_SOAP_HEADERS) as response:
            answer = etree.fromstring(await response.read())
        outcome = answer.findtext(f".//{_TAX}rtnCode")
        if outcome not in {"00", "01"}:
            raise ValueError(f"the tax bureau answered {outcome}")
        items = answer.iterfind(f".//{_TAX}item")
        return [court_records.tax_rating({cell.tag[len(_TAX) :]: cell.text for cell in item}) for item in items]


class Court:
    """The court: one subject a call, pages of ten."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def entries(self, section: str, usccs: Sequence[str]) -> By:
        """Return what ``section`` holds of ``usccs``."""
        path, _, read = court_records.COURT[section]
        rows = await asyncio.gather(*(self._pages(f"{self._url}{path}", uscc) for uscc in usccs))
        return {uscc: [read(row) for row in found] for uscc, found in zip(usccs, rows, strict=True)}

    async def _pages(self, url: str, uscc: str) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = []
        page = 1
        while True:
            async with self._session.get(url, params={"code": uscc, "page": page}) as response:
                answer = orjson.loads(await response.read())
            if answer["code"] != 200:
                raise ValueError(f"the court answered {answer['code']}")
            new = answer["data"]["list"]
            rows += new
            if len(new) < 10:
                return rows
            page += 1


class Environment:
    """The environment bureau: signed questions about up to twenty subjects."""

    def __init__(self, session: aiohttp.ClientSession, url: str, key_id: str, secret: str) -> None:
        self._session, self._url, self._key_id, self._secret = session, url, key_id, secret.encode()

    async def penalties(self, usccs: Sequence[str]) -> By:
        """Return the bureau's penalties of ``usccs``."""
        found: By = defaultdict(list)
        parts = [usccs[at : at + 20] for at in range(0, len(usccs), 20)]
        for rows in await asyncio.gather(*map(self._ask, parts)):
            for row in rows:
                if row["zt"] not in {"撤销", "已修复", "删除"}:
                    found[row["tyshxydm"]].append(records.environment_penalty(row))
        return found

    async def _ask(self, usccs: Sequence[str]) -> list[Mapping[str, Any]]:
        body = orjson.dumps({"codes": usccs})
        stamp = str(int(time.time()))
        signed = f"POST\n/openapi/v1/penalties\n{stamp}\n{sha256(body).hexdigest()}"
        headers = {
            "Content-Type": "application/json",
            "X-Key-Id": self._key_id,
            "X-Timestamp": stamp,
            "X-Signature": new_mac(self._secret, signed.encode(), sha256).hexdigest(),
        }
        async with self._session.post(f"{self._url}/openapi/v1/penalties", data=body, headers=headers) as response:
            answer = orjson.loads(await response.read())
        if answer["code"] != 0:
            raise ValueError(f"the environment bureau answered {answer['code']}")
        rows: list[Mapping[str, Any]] = answer["data"]["list"]
        return rows
