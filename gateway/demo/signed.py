"""Interfaces of the environment bureau: requests signed with HMAC-SHA256, up to twenty codes a call, rows in one list.

Signature: HMAC-SHA256 (hex) over method, target, timestamp and the SHA-256 (hex) of the body, joined by line feeds;
headers X-Key-Id, X-Timestamp (epoch seconds), X-Signature. A wrong or old one is answered 401.
"""

import secrets
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from hmac import compare_digest
from hmac import new as new_mac
from typing import Final

from msgspec import Struct, ValidationError, json

from gateway.demo.listen import Answered, Asked, Interface

MOST_CODES: Final = 20
_TOLERANCE_SECONDS: Final = 300
Rows = Mapping[str, Sequence[bytes]]
"""USCC -> rows, already encoded."""


class _Question(Struct):
    codes: list[str]


class SignedLists:
    """A department that answers lists of rows by path; takes requests signed by ``key_id`` with ``secret``."""

    def __init__(self, lists: Mapping[str, Rows], key_id: str, secret: str) -> None:
        self._lists = lists
        self._key_id = key_id.encode("ascii")
        self._secret = secret.encode("ascii")

    def answer(self, asked: Asked) -> Answered:
        """Return the rows of every code in the body of ``asked``."""
        refusal = self._refuse(asked)
        if refusal is not None:
            return refusal
        try:
            codes = json.decode(asked.body, type=_Question).codes
        except (ValidationError, ValueError):
            return _failed(400, "请求体应为 {codes: [...]}")
        if len(codes) > MOST_CODES:
            return _failed(400, f"一次最多查询{MOST_CODES}个主体")
        rows = self._lists[asked.path]
        return _found([row for code in dict.fromkeys(codes) for row in rows.get(code, ())], len(codes))

    def nothing(self, asked: Asked) -> Answered:
        """Return a list without rows."""
        return _found([], 0)

    def _refuse(self, asked: Asked) -> Answered | None:
        if asked.path not in self._lists or asked.method != "POST":
            return _failed(404, "接口不存在")
        stamp = asked.headers.get(b"x-timestamp", b"")
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > _TOLERANCE_SECONDS:
            return _failed(401, "时间戳缺失或已过期")
        signed = b"\n".join(
            (asked.method.encode("ascii"), asked.target, stamp, sha256(asked.body).hexdigest().encode("ascii"))
        )
        expected = new_mac(self._secret, signed, sha256).hexdigest().encode("ascii")
        known = compare_digest(asked.headers.get(b"x-key-id", b""), self._key_id)
        if not compare_digest(asked.headers.get(b"x-signature", b""), expected) or not known:
            return _failed(401, "签名错误")
        return None


def open_signed(variable: str, lists: Mapping[str, Rows]) -> Interface:
    """Return the interface of ``lists``; its key and secret are made anew, as ``variable``_KEY_ID and _SECRET."""
    key_id, secret = f"gateway-{secrets.token_hex(4)}", secrets.token_hex(32)
    return Interface(
        SignedLists(lists, key_id, secret), secrets={f"{variable}_KEY_ID": key_id, f"{variable}_SECRET": secret}
    )


def _found(rows: list[bytes], keys: int) -> Answered:
    return Answered(b'{"code":0,"msg":"success","data":{"list":[' + b",".join(rows) + b"]}}", keys=keys)


def _failed(status: int, message: str) -> Answered:
    return Answered(json.encode({"code": status, "msg": message, "data": None}), status)
